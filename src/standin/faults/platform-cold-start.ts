import { z } from 'zod';
import { STANDIN_DEADLINES } from '../../contract/limits.ts';
import { edgeReply, isApi } from '../switchboard/about.ts';
import { defineFault } from '../switchboard/fault.ts';

const PHASES = ['init', 'dependencies', 'database', 'cache', 'services', 'websocket', 'finalize'];
/** Twice the time that the suite waits for a warm-up. */
const DEFAULT_MS = 2 * STANDIN_DEADLINES.warmUp;

export default defineFault({
  id: 'platform-cold-start',
  layer: 'network',
  origin: 'history',
  summary:
    '503 with start-up phases on every path and upgrade, then normal; silent= is the share of the time without any answer',
  parameters: z.object({
    ms: z.coerce.number().positive().default(DEFAULT_MS),
    silent: z.coerce.number().min(0).max(1).default(0),
  }),
  install: ({ wrap }, { ms, silent }) => {
    // The start-up begins when somebody asks, as where instances are scaled to zero.
    let begun: number | undefined;
    wrap(
      'edge.answer',
      (next) => (unit) => {
        begun ??= Date.now();
        const share = (Date.now() - begun) / ms;
        if (share >= 1) return next(unit);
        if (share < silent) return { kind: 'hang' };
        const phase = PHASES[Math.floor(share * PHASES.length)];
        const body = {
          status: 'unhealthy',
          message: 'Startup in progress',
          startup_in_progress: true,
          details: { phase },
        };
        return edgeReply(503, 'application/json', JSON.stringify(body));
      },
      isApi,
    );
  },
});
