import { z } from 'zod';
import { sleep } from '../clock.ts';
import { errorMessage } from '../socket/frames.ts';
import { defineFault } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-factory-failed',
  layer: 'welcome',
  origin: 'history',
  summary: 'FACTORY_INIT_FAILED, then 1011 "Factory SSOT validation failed"',
  parameters: z.object({ delay: z.coerce.number().nonnegative().default(100) }),
  install: ({ wrap }, { delay }) =>
    wrap('ws.accepted', () => async (connection) => {
      connection.send(errorMessage('FACTORY_INIT_FAILED', 'Failed to initialise the WebSocket manager'));
      await sleep(delay);
      connection.close(1011, 'Factory SSOT validation failed');
    }),
});
