import { z } from 'zod';
import { edgeReply, isApi } from '../switchboard/about.ts';
import { defineFault } from '../switchboard/fault.ts';

const PAGE = '<html><body><h1>429 Too Many Requests</h1></body></html>';

export default defineFault({
  id: 'edge-ip-ban',
  layer: 'network',
  origin: 'history',
  summary: 'after 60 requests in 60 s from one address everything is 429 text/html for 600 s',
  parameters: z.object({
    requests: z.coerce.number().int().positive().default(60),
    window: z.coerce.number().positive().default(60_000),
    ban: z.coerce.number().positive().default(600_000),
  }),
  install: ({ wrap }, { requests, window, ban }) => {
    const seen: number[] = [];
    let banned = 0;
    wrap(
      'edge.answer',
      (next) => (unit) => {
        const now = Date.now();
        while ((seen[0] ?? now) < now - window) seen.shift();
        seen.push(now);
        if (seen.length > requests && now >= banned) banned = now + ban;
        return now < banned ? edgeReply(429, 'text/html', PAGE) : next(unit);
      },
      isApi,
    );
  },
});
