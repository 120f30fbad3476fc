import { z } from 'zod';
import { sleep } from '../clock.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-close-1011-after-accept',
  layer: 'welcome',
  origin: 'history',
  summary: 'the socket opens, no frame comes, then it is closed 1011 "Internal error", with or without a token',
  parameters: z.object({ delay: z.coerce.number().int().nonnegative().default(150) }),
  install: ({ wrap }, { delay }) =>
    wrap('ws.accepted', () => async (connection) => {
      await sleep(delay);
      connection.close(1011, 'Internal error');
    }),
});
