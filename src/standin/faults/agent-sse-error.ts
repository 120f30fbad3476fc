import { failing } from '../routes/streams.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-sse-error',
  layer: 'agents',
  origin: 'history',
  summary: 'POST /api/agents/stream: started, agent_error, end',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('agent.stream', (next) => (call, request, caller) => failing(next(call, request, caller))),
});
