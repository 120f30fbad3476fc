import { z } from 'zod';
import { sleep } from '../clock.ts';
import { isApi } from '../switchboard/about.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'platform-slow',
  layer: 'network',
  origin: 'history',
  summary: 'the first byte of every HTTP reply comes late',
  parameters: z.object({ delay: z.coerce.number().nonnegative().default(2_200) }),
  install: ({ wrap }, { delay }) =>
    wrap(
      'http.transmit',
      (next) => async (call, send) => {
        await sleep(delay);
        await next(call, send);
      },
      isApi,
    ),
});
