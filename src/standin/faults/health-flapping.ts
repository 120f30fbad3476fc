import { json } from '../http/reply.ts';
import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'health-flapping',
  layer: 'health',
  origin: 'realistic',
  summary: '/health alternates between 200 and 503 from call to call',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let calls = 0;
    wrap(
      'http.answer',
      (next) => (call, produce) => {
        calls += 1;
        return calls % 2 === 1
          ? next(call, produce)
          : Promise.resolve(json({ status: 'unhealthy', message: 'Health check failed', startup_failed: true }, 503));
      },
      (call) => isApi(call) && (call.route === 'GET /health' || call.route === 'GET /health/'),
    );
  },
});
