import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'limit-not-enforced',
  layer: 'limits',
  origin: 'history',
  summary: 'nothing is ever refused for its rate; headers=off: nor is a limit advertised',
  parameters: z.object({ headers: z.enum(['on', 'off']).default('on') }),
  install: ({ wrap }, { headers }) =>
    wrap('rate.take', (next) => (about, bucket, user) => ({
      ...next(about, bucket, user),
      allowed: true,
      announced: headers === 'on',
    })),
});
