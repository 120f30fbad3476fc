import { z } from 'zod';
import { sleep } from '../clock.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-sse-buffered',
  layer: 'agents',
  origin: 'realistic',
  summary: 'both POST streams arrive whole, in one write, when the run ends',
  parameters: z.object({ ms: z.coerce.number().nonnegative().default(1_000) }),
  install: ({ wrap }, { ms }) =>
    wrap(
      'sse.bytes',
      (next) =>
        async function* (call, chunks) {
          const begun = performance.now();
          const held: Buffer[] = [];
          for await (const chunk of next(call, chunks)) held.push(chunk);
          await sleep(ms - (performance.now() - begun), call.gone);
          yield Buffer.concat(held);
        },
      (call) => call.method === 'POST',
    ),
});
