import { z } from 'zod';
import { STANDIN_DEADLINES } from '../../contract/limits.ts';
import { edgeReply, isApi } from '../switchboard/about.ts';
import { defineFault } from '../switchboard/fault.ts';

const DEFAULT_MS = 0.6 * STANDIN_DEADLINES.warmUp;
const STARTING = JSON.stringify({
  status: 'unhealthy',
  message: 'Startup in progress',
  startup_in_progress: true,
  details: { phase: 'services' },
});
const NOT_READY = JSON.stringify({
  error: 'service_not_ready',
  message: 'Service is not ready to accept WebSocket connections',
  details: { state: 'services', failed_services: [], retry_after_seconds: 10 },
});

export default defineFault({
  id: 'control-cold-start-in-budget',
  layer: 'control',
  origin: 'control',
  summary: 'for 60 % of the warm-up budget 503 everywhere, then normal',
  parameters: z.object({ ms: z.coerce.number().nonnegative().default(DEFAULT_MS) }),
  install: ({ wrap }, { ms }) => {
    const begun = Date.now();
    wrap(
      'edge.answer',
      (next) => (unit) => {
        if (Date.now() - begun >= ms) return next(unit);
        const [body, wait] = unit.kind === 'http' ? [STARTING, '1'] : [NOT_READY, '10'];
        return edgeReply(503, 'application/json', body, { 'retry-after': wait });
      },
      isApi,
    );
  },
});
