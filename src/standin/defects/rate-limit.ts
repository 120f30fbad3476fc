import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

const count = z.coerce.number().int().positive();

interface Bucket {
  taken: number;
  refusedAt: number | undefined;
}

export default defineFault({
  id: 'rate-limit',
  layer: 'limits',
  origin: 'realistic',
  summary: 'the limiter accepts another number of messages than it says; served again after the wait, or never',
  parameters: z.object({
    of: z.enum(['http', 'ws']),
    accepts: count,
    announced: count.default(100),
    /** Seconds, as the refusal names them. */
    wait: count.default(1),
    again: z.enum(['yes', 'no']).default('yes'),
  }),
  install: ({ wrap }, { of, accepts, announced, wait, again }) => {
    const buckets = new Map<string, Bucket>();
    wrap(
      'rate.take',
      () => (_about, _bucket, user) => {
        const now = Date.now();
        const known = buckets.get(user);
        const isOver = again === 'yes' && known?.refusedAt !== undefined && now - known.refusedAt >= wait * 1_000;
        const bucket = known === undefined || isOver ? { taken: 0, refusedAt: undefined } : known;
        buckets.set(user, bucket);
        bucket.taken += 1;
        const allowed = bucket.taken <= accepts;
        if (!allowed) bucket.refusedAt ??= now;
        const remaining = Math.max(0, accepts - bucket.taken);
        return { allowed, announced: true, limit: announced, remaining, retryAfterSeconds: wait };
      },
      (_about, bucket) => bucket === of,
    );
  },
});
