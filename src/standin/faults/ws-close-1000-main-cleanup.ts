import { z } from 'zod';
import { sleep } from '../clock.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-close-1000-main-cleanup',
  layer: 'welcome',
  origin: 'history',
  summary: 'the socket opens, no frame comes, then it is closed 1000 "main cleanup"',
  parameters: z.object({ delay: z.coerce.number().nonnegative().default(50) }),
  install: ({ wrap }, { delay }) =>
    wrap('ws.accepted', () => async (connection) => {
      await sleep(delay);
      connection.close(1000, 'main cleanup');
    }),
});
