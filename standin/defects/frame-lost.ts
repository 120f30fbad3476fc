import { z } from 'zod';
import { onlyThe } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';
import type { JsonObject } from '../unit.ts';

export default defineFault({
  id: 'frame-lost',
  layer: 'messages',
  origin: 'realistic',
  summary: 'frames of a type never arrive, on the socket or in an event stream',
  parameters: z.object({
    on: z.enum(['socket', 'agents', 'chat', 'events']),
    type: z.string().min(1),
    only: z.coerce.number().int().positive().optional(),
  }),
  install: ({ wrap }, { on, type, only }) => {
    const position = onlyThe(only);
    const isLost = (frame: JsonObject) => (frame['type'] === type || frame['event'] === type) && position();
    if (on === 'socket') {
      wrap('ws.outgoing', (next) => (connection, frame) => (isLost(frame) ? [] : next(connection, frame)));
      return;
    }
    wrap(
      'sse.frames',
      (next) =>
        async function* (call, stream, frames) {
          for await (const frame of next(call, stream, frames)) if (!isLost(frame)) yield frame;
        },
      (_call, stream) => stream === on,
    );
  },
});
