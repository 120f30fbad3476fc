/** Answers from in front of the application, written to the bare connection. */
import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { STANDIN_HEADER } from '../../contract/headers.ts';
import { VERSION } from '../settings.ts';
import type { EdgeAnswer } from '../switchboard/seams.ts';

export const writeRaw = (stream: Duplex, status: number, headers: Record<string, string>, body: string): void => {
  const lines = Object.entries({
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
    connection: 'close',
    [STANDIN_HEADER]: VERSION,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
};

/** RST instead of FIN: before an answer a client can tell the two apart. */
export const reset = (stream: Duplex): void => {
  if (stream instanceof Socket) stream.resetAndDestroy();
  else stream.destroy();
};

export const applyEdge = (answer: EdgeAnswer, stream: Duplex): void => {
  if (answer.kind === 'reset') reset(stream);
  else if (answer.kind === 'reply') writeRaw(stream, answer.status, answer.headers, answer.body);
};
