import { unavailableReply } from '../routes/agents.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-failure-inside-200',
  layer: 'agents',
  origin: 'history',
  summary: 'HTTP agents answer 200 with service_unavailable inside',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'agent.execute',
      () => (_call, request) => Promise.resolve(unavailableReply(request)),
      (_call, request) => !request.fail,
    ),
});
