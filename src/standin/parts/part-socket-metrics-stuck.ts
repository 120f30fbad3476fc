import { changedJson, json, Problem } from '../http/reply.ts';
import { isApi } from '../switchboard/about.ts';
import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'part-socket-metrics-stuck',
  layer: 'scenario',
  origin: 'history',
  summary: 'active_connections never falls, authentication metrics stay 0, /ws/stats is 500, /health/startup 503',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) => {
    let most = 0;
    wrap(
      'http.answer',
      (next) => async (call, produce) =>
        changedJson(await next(call, produce), (body) => {
          const metrics = isObject(body['metrics']) ? body['metrics'] : {};
          const websocket = isObject(metrics['websocket']) ? metrics['websocket'] : {};
          most = Math.max(most, server.totalConnections());
          return {
            ...body,
            metrics: {
              ...metrics,
              websocket: { ...websocket, active_connections: most },
              authentication: { success_rate: 0, rate_limited_requests: 0 },
            },
          };
        }),
      (call) => call.route === 'GET /ws/health',
    );
    wrap(
      'http.respond',
      () => () => Promise.reject(new Problem(500, 'Failed to collect statistics')),
      (call) => isApi(call) && call.path === '/ws/stats',
    );
    wrap(
      'http.respond',
      () => () =>
        Promise.resolve(json({ status: 'unhealthy', message: 'Startup incomplete', startup_complete: false }, 503)),
      (call) => isApi(call) && call.path === '/health/startup',
    );
  },
});
