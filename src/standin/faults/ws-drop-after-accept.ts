import { z } from 'zod';
import { sleep } from '../clock.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-drop-after-accept',
  layer: 'welcome',
  origin: 'history',
  summary: 'the socket opens, then TCP ends without a close frame',
  parameters: z.object({ delay: z.coerce.number().nonnegative().default(10) }),
  install: ({ wrap }, { delay }) =>
    wrap('ws.accepted', () => async (connection) => {
      await sleep(delay);
      connection.drop();
    }),
});
