import { sleep } from '../clock.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

/** Odd, and small enough to cut `data:` and a character of several bytes. */
const SIZES = [3, 1, 5, 17, 1, 61];
const PAUSE_MS = 2;

const pieces = (bytes: Buffer): Buffer[] => {
  const cut: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = SIZES[turn] ?? 127;
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
};

export default defineFault({
  id: 'control-sse-odd-chunks',
  layer: 'control',
  origin: 'control',
  summary: 'event streams cut at odd places, with comments and CRLF in between',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'sse.bytes',
      (next) =>
        async function* (call, chunks) {
          for await (const chunk of next(call, chunks)) {
            const framed = `:é keep-alive\r\n\r\n${chunk.toString('utf8').replaceAll('\n', '\r\n')}`;
            // The comment's first bytes are `:` and half a character; the frame's own cuts start at its `data:`.
            const bytes = Buffer.from(framed);
            const start = bytes.indexOf('data:');
            for (const piece of [bytes.subarray(0, 2), bytes.subarray(2, start), ...pieces(bytes.subarray(start))]) {
              yield piece;
              await sleep(PAUSE_MS);
            }
          }
        },
    ),
});
