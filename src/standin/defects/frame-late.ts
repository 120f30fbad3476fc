import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';
import { framesOf } from '../switchboard/frames.ts';

export default defineFault({
  id: 'frame-late',
  layer: 'messages',
  origin: 'realistic',
  summary: 'frames of a type arrive late on the socket',
  parameters: z.object({ type: z.string().min(1), ms: z.coerce.number().positive() }),
  install: ({ wrap }, { type, ms }) => {
    const isIt = framesOf(type);
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => {
        setTimeout(() => {
          for (const late of next(connection, frame)) connection.sendAsIs(late);
        }, ms);
        return [];
      },
      (_connection, frame) => isIt(frame),
    );
  },
});
