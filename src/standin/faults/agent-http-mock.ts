import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-http-mock',
  layer: 'agents',
  origin: 'history',
  summary: 'a message that contains "test" gets a mock answer over HTTP',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'agent.execute',
      (next) => async (call, request) => ({
        ...(await next(call, request)),
        response: `Mock ${request.agent} agent response for: ${request.message}`,
      }),
      (_call, request) => /test/i.test(request.message),
    ),
});
