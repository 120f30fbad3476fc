import { z } from 'zod';
import { CLOSE } from '../socket/frames.ts';
import { defineFault } from '../switchboard/fault.ts';
import { framesOf } from '../switchboard/frames.ts';

export default defineFault({
  id: 'socket-ended',
  layer: 'messages',
  origin: 'realistic',
  summary: 'a socket is closed after a frame of a type',
  parameters: z.object({ type: z.string().min(1), ms: z.coerce.number().nonnegative().default(20) }),
  install: ({ wrap }, { type, ms }) => {
    const isIt = framesOf(type);
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => {
        setTimeout(() => connection.close(CLOSE.goingAway, 'Restarting'), ms);
        return next(connection, frame);
      },
      (_connection, frame) => isIt(frame),
    );
  },
});
