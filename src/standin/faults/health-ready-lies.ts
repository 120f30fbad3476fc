import { changedJson } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'health-ready-lies',
  layer: 'health',
  origin: 'realistic',
  summary: '/health/ready says ready although its database is not connected',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.answer',
      (next) => async (call, produce) =>
        changedJson(await next(call, produce), (body) => ({ ...body, core_db: 'failed' })),
      (call) => call.route === 'GET /health/ready',
    ),
});
