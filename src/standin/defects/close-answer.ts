import { z } from 'zod';
import { defineFault } from '../switchboard/fault.ts';
import { isChatUpgrade } from '../switchboard/about.ts';

const CLOSE_FRAME = 0x88;
const HEAD_BYTES = 2;

export default defineFault({
  id: 'close-answer',
  layer: 'messages',
  origin: 'realistic',
  summary: 'a close of the client is answered with another code, or not at all',
  parameters: z.object({ code: z.union([z.literal('none'), z.coerce.number().int().min(1000).max(4999)]) }),
  install: ({ wrap }, { code }) =>
    wrap(
      'ws.transport',
      (next) => (call, socket) => {
        next(call, socket);
        const write = socket.write.bind(socket) as (chunk: Buffer, ...rest: unknown[]) => boolean;
        let answering = false;
        // Head and body of a frame may come in one write or in two.
        const written = (chunk: Buffer, ...rest: unknown[]): boolean => {
          const at = answering ? 0 : HEAD_BYTES;
          answering ||= chunk[0] === CLOSE_FRAME;
          if (answering && code === 'none') return true;
          if (answering && code !== 'none' && chunk.length >= at + 2) chunk.writeUInt16BE(code, at);
          return write(chunk, ...rest);
        };
        Object.assign(socket, { write: written, ...(code === 'none' ? { end: () => socket } : {}) });
      },
      isChatUpgrade,
    ),
});
