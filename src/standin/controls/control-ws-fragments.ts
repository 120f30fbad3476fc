import type { Duplex } from 'node:stream';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const PARTS = 3;
const MOST_BYTES = 7;

/** Sends what is written in small segments, one after another, and ends only when all are out. */
const inSegments = (stream: Duplex): void => {
  const write = stream.write.bind(stream);
  const end = stream.end.bind(stream);
  let before = Promise.resolve();
  let turn = 0;
  const segment = (piece: Buffer) => new Promise<void>((resolve) => void write(piece, () => resolve()));
  const sendAll = async (content: Buffer) => {
    for (let at = 0; at < content.length && stream.writable;) {
      turn = (turn % MOST_BYTES) + 1;
      await segment(content.subarray(at, at + turn));
      at += turn;
    }
  };
  const queue = (content: unknown, done?: () => void): void => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(String(content));
    before = before.then(() => sendAll(bytes)).then(done);
  };
  // A corked stream would put the segments together again.
  stream.cork = () => undefined;
  stream.uncork = () => undefined;
  stream.write = (content: unknown, ...more: unknown[]): boolean => {
    const done = more.find((item) => typeof item === 'function') as (() => void) | undefined;
    queue(content, done);
    return true;
  };
  stream.end = (...given: unknown[]): Duplex => {
    if (given[0] !== undefined && typeof given[0] !== 'function') queue(given[0]);
    before = before.then(() => void end());
    return stream;
  };
};

export default defineFault({
  id: 'control-ws-fragments',
  layer: 'control',
  origin: 'control',
  summary: 'messages split into continuation frames and TCP segments of 1 to 7 bytes',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap('ws.transport', (next) => (call, stream) => {
      next(call, stream);
      inSegments(stream);
    });
    wrap(
      'ws.deliver',
      (next) => (connection, text, write) =>
        next(connection, text, (whole, last) => {
          const size = Math.max(1, Math.ceil(whole.length / PARTS));
          for (let at = 0; at < whole.length; at += size) {
            write(whole.subarray(at, at + size), last && at + size >= whole.length);
          }
        }),
    );
  },
});
