import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'perf-connect-blocks',
  layer: 'limits',
  origin: 'history',
  summary: 'every connect on /ws stops the whole server for a second',
  parameters: z.object({ ms: z.coerce.number().positive().default(1_000) }),
  install: ({ wrap }, { ms }) =>
    wrap('ws.accepted', (next) => (connection, proceed) => {
      // Not a sleep: nobody else is served meanwhile, and that is the point.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      return next(connection, proceed);
    }),
});
