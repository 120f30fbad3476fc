import { z } from 'zod';
import { sleep } from '../clock.ts';
import { Problem } from '../http/reply.ts';
import { isApiPath } from '../switchboard/about.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'load-503-above-twelve',
  layer: 'limits',
  origin: 'realistic',
  summary: 'with more than twelve API requests in flight the rest get 503',
  parameters: z.object({
    most: z.coerce.number().int().positive().default(12),
    hold: z.coerce.number().nonnegative().default(60),
  }),
  install: ({ wrap }, { most, hold }) => {
    let inFlight = 0;
    wrap(
      'http.respond',
      (next) => async (call, produce) => {
        if (inFlight >= most) throw new Problem(503, 'Service is overloaded');
        inFlight += 1;
        try {
          // A server that answers at once never has two requests in flight.
          const [reply] = await Promise.all([next(call, produce), sleep(hold)]);
          return reply;
        } finally {
          inFlight -= 1;
        }
      },
      isApiPath,
    );
  },
});
