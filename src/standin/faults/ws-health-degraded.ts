import { changedJson } from '../http/reply.ts';
import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const ERROR = 'WebSocketManager is not available';

export default defineFault({
  id: 'ws-health-degraded',
  layer: 'health',
  origin: 'realistic',
  summary: '/ws/health reports a collector that failed; sockets work',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.answer',
      (next) => async (call, produce) =>
        changedJson(await next(call, produce), (body) => ({
          ...body,
          status: 'degraded',
          errors: [`websocket_manager: ${ERROR}`],
          metrics: {
            ...(isObject(body['metrics']) ? body['metrics'] : {}),
            websocket: { status: 'unavailable', error: ERROR },
          },
        })),
      (call) => call.route === 'GET /ws/health',
    ),
});
