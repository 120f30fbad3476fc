import { z } from 'zod';
import { editOf, editParameters, onlyThe } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';
import { framesOf } from '../switchboard/frames.ts';
import { isObject } from '../unit.ts';

export default defineFault({
  id: 'frame-again',
  layer: 'messages',
  origin: 'realistic',
  summary: 'frames of a type come a second time on the socket, later and with one value changed where one is given',
  parameters: z.object({
    type: z.string().min(1),
    ms: z.coerce.number().nonnegative().default(20),
    ...editParameters,
    at: editParameters.at.optional(),
  }),
  install: ({ wrap }, { type, ms, at, only, ...change }) => {
    const edit = at === undefined ? (value: unknown) => value : editOf({ at, only: undefined, ...change });
    const isIt = framesOf(type);
    const position = onlyThe(only);
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => {
        const again = position() ? edit(frame) : undefined;
        if (isObject(again)) setTimeout(() => connection.sendAsIs(again), ms);
        return next(connection, frame);
      },
      (_connection, frame) => isIt(frame),
    );
  },
});
