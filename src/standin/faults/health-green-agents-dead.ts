import { unavailableReply } from '../routes/agents.ts';
import { failing, failingChat } from '../routes/streams.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'health-green-agents-dead',
  layer: 'health',
  origin: 'history',
  summary: 'every health page is green; no agent answers anywhere',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap('ws.chat', () => () => undefined);
    wrap(
      'agent.execute',
      () => (_call, request) => Promise.resolve(unavailableReply(request)),
      (_call, request) => !request.fail,
    );
    wrap('agent.stream', (next) => (call, request, caller) => failing(next(call, request, caller)));
    wrap('chat.stream', (next) => (call, request, caller) => failingChat(next(call, request, caller)));
  },
});
