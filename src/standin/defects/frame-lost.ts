import { z } from 'zod';
import { onlyThe, positionParameter } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';
import { frameParameters, framesOf } from '../switchboard/frames.ts';

export default defineFault({
  id: 'frame-lost',
  layer: 'messages',
  origin: 'realistic',
  summary: 'frames of a type never arrive, on the socket or in an event stream',
  parameters: z.object({ ...frameParameters, only: positionParameter }),
  install: ({ wrap }, { on, type, only }) => {
    const position = onlyThe(only);
    const isIt = framesOf(type);
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => (position() ? [] : next(connection, frame)),
      (_connection, frame) => on === 'socket' && isIt(frame),
    );
    wrap(
      'sse.frames',
      (next) =>
        async function* (call, stream, frames) {
          for await (const frame of next(call, stream, frames)) if (!isIt(frame) || !position()) yield frame;
        },
      (_call, stream) => stream === on,
    );
  },
});
