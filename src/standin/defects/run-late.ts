import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'run-late',
  layer: 'agents',
  origin: 'realistic',
  summary: 'agent runs on the socket begin late',
  parameters: z.object({ ms: z.coerce.number().positive() }),
  install: ({ wrap }, { ms }) =>
    wrap(
      'ws.run',
      (next) =>
        async function* (connection, run) {
          await sleep(ms);
          yield* next(connection, run);
        },
    ),
});
