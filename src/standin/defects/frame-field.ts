import { z } from 'zod';
import { editOf, editParameters } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';
import { frameParameters, framesOf } from '../switchboard/frames.ts';
import { isObject, type JsonObject } from '../unit.ts';

const changed = (edit: (value: unknown) => unknown, frame: JsonObject): JsonObject => {
  const value = edit(frame);
  return isObject(value) ? value : frame;
};

export default defineFault({
  id: 'frame-field',
  layer: 'messages',
  origin: 'realistic',
  summary: 'one value of the frames of a type is wrong, on the socket or in an event stream',
  parameters: z.object({ ...frameParameters, ...editParameters }),
  install: ({ wrap }, { on, type, ...edit }) => {
    const change = editOf(edit);
    const isIt = framesOf(type);
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => next(connection, changed(change, frame)),
      (_connection, frame) => on === 'socket' && isIt(frame),
    );
    wrap(
      'sse.frames',
      (next) =>
        async function* (call, stream, frames) {
          for await (const frame of next(call, stream, frames)) yield isIt(frame) ? changed(change, frame) : frame;
        },
      (_call, stream) => stream === on,
    );
  },
});
