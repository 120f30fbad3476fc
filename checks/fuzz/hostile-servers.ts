/** Servers that break every rule, raw on TCP, and what a client has to make of each. */
import type { Socket } from 'node:net';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { acceptBytes, bytesOf, textBytes, welcomeFrame } from '../fixtures/frames.ts';

export interface Hostile {
  readonly what: string;
  readonly over: 'http' | 'stream' | 'socket';
  /** Classes that name what is wrong; `answered` = the client copes, and no failure is due. */
  readonly ends: readonly string[];
  /** Answers the request whose text is given. */
  readonly serve: (socket: Socket, request: string) => void;
}

const HEAD = 'HTTP/1.1 200 OK\r\n';
const JSON_HEAD = `${HEAD}Content-Type: application/json\r\n`;
const SSE_HEAD = `${HEAD}Content-Type: text/event-stream\r\nConnection: close\r\n\r\n`;
const MIB = 1024 * 1024;

const whole = (socket: Socket, body: string | Buffer, head = JSON_HEAD): void => {
  socket.end(
    Buffer.concat([Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`), Buffer.from(body)]),
  );
};

/** Writes pieces as fast as they are taken, `times` of them or for ever. */
const pour = (socket: Socket, piece: Buffer, times = Infinity): void => {
  let left = times;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left--;
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
    if (left <= 0) socket.end();
  };
  more();
};

const accepted = (socket: Socket, request: string, ...rest: Buffer[]): void => {
  socket.write(Buffer.concat([acceptBytes(request), ...rest]));
};
const welcomed = (socket: Socket, request: string, ...rest: Buffer[]): void =>
  accepted(socket, request, textBytes(welcomeFrame()), ...rest);

/** A frame of any length: what bytesOf does for short ones. */
const longFrame = (payload: Buffer, first = 0x81): Buffer => {
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
};

const BOMB = { gzip: gzipSync(Buffer.alloc(64 * MIB)), deflate: deflateRawSync(Buffer.alloc(64 * MIB)) };
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const healthWith = (version: string, timestamp = '1757439300'): string =>
  `{"status":"healthy","service":"netra-ai-platform","version":"${version}","timestamp":${timestamp}}`;

export const HOSTILE: readonly Hostile[] = [
  ...['eyJ', 'eyJa.', '://a:', '##['].map((piece): Hostile => ({
    what: `1 MB of ${piece} in a field`,
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, healthWith(piece.repeat(MIB / piece.length))),
  })),
  {
    what: 'a version of 3 MB',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, healthWith('7'.repeat(3 * MIB))),
  },
  ...['1e20', '1e308', '1e999', '-1', '253402300800'].map((time): Hostile => ({
    what: `a time of ${time}`,
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, healthWith('1', time)),
  })),
  {
    what: '90,000 values',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, `[${'0,'.repeat(90_000)}0]`),
  },
  {
    what: 'a stream of more frames than any run has',
    over: 'stream',
    ends: ['http-body'],
    serve: (socket) => void socket.end(`${SSE_HEAD}${'data: 1\n\n'.repeat(20_000)}`),
  },
  { what: 'truncated JSON', over: 'http', ends: ['http-body'], serve: (socket) => whole(socket, '{"status":"heal') },
  {
    what: 'a body of 100 MB',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => {
      socket.write(`${JSON_HEAD}Content-Length: ${100 * MIB}\r\n\r\n`);
      pour(socket, Buffer.alloc(MIB, 120), 100);
    },
  },
  {
    what: 'a body of 8 MB of small values',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, `[${'0,'.repeat(3.9 * MIB)}0]`),
  },
  {
    what: 'headers without end',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => {
      socket.write(HEAD);
      pour(socket, Buffer.from(`X-More: ${'y'.repeat(1_000)}\r\n`));
    },
  },
  {
    what: 'one header without end',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => {
      socket.write(`${HEAD}X-Long: `);
      pour(socket, Buffer.alloc(65_536, 121));
    },
  },
  {
    what: 'a body without end, in chunks of one byte',
    over: 'http',
    ends: ['deadline', 'http-body'],
    serve: (socket) => {
      socket.write(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      pour(socket, Buffer.from('1\r\nx\r\n'.repeat(1_000)));
    },
  },
  {
    what: 'a body without end that drips',
    over: 'http',
    ends: ['deadline'],
    serve: (socket) => {
      socket.write(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      const drip = setInterval(() => socket.write('1\r\n \r\n'), 20);
      socket.once('close', () => clearInterval(drip));
    },
  },
  {
    what: 'invalid UTF-8',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x7d])),
  },
  {
    what: 'JSON nested a million levels deep',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, nested(MIB)),
  },
  {
    what: 'keys of prototypes',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) =>
      whole(socket, '{"__proto__":{"status":"healthy","polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  },
  {
    what: 'a Content-Length too long',
    over: 'http',
    ends: ['tcp-reset'],
    serve: (socket) => void socket.end(`${JSON_HEAD}Content-Length: 100\r\n\r\n{}`),
  },
  {
    what: 'a Content-Length that is no number',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => void socket.end(`${JSON_HEAD}Content-Length: -1\r\n\r\n{}`),
  },
  {
    what: 'two Content-Lengths',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => void socket.end(`${JSON_HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`),
  },
  {
    what: 'a chunk of 2^60 bytes',
    over: 'http',
    ends: ['http-body', 'deadline'],
    serve: (socket) => void socket.write(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n{}`),
  },
  {
    what: 'a gzip bomb',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => whole(socket, BOMB.gzip, `${JSON_HEAD}Content-Encoding: gzip\r\n`),
  },
  {
    what: 'a storm of 1xx',
    over: 'http',
    ends: ['deadline', 'http-body'],
    serve: (socket) => pour(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(100))),
  },
  {
    what: 'an unasked 101',
    over: 'http',
    ends: ['tcp-reset', 'http-body', 'http-status', 'deadline'],
    serve: (socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  },
  {
    what: 'a redirect in a circle',
    over: 'http',
    ends: ['http-status'],
    serve: (socket) => whole(socket, '', `HTTP/1.1 302 Found\r\nLocation: /health\r\n`),
  },
  {
    what: 'a status that does not exist',
    over: 'http',
    ends: ['http-status', 'http-body'],
    serve: (socket) => whole(socket, '{}', `HTTP/1.1 999 Whatever\r\n`),
  },
  { what: 'a connection that opens and says nothing', over: 'http', ends: ['deadline'], serve: () => undefined },
  { what: 'a connection that is half closed', over: 'http', ends: ['tcp-reset'], serve: (socket) => void socket.end() },
  {
    what: 'random bytes',
    over: 'http',
    ends: ['http-body'],
    serve: (socket) => void socket.end(Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 73) % 256))),
  },

  {
    what: 'a stream without end',
    over: 'stream',
    ends: ['http-body', 'deadline'],
    serve: (socket) => {
      socket.write(SSE_HEAD);
      pour(socket, Buffer.from('data: {"event":"agent_thinking"}\n\n'.repeat(500)));
    },
  },
  {
    what: 'a line without end',
    over: 'stream',
    ends: ['http-body', 'deadline'],
    serve: (socket) => {
      socket.write(SSE_HEAD);
      pour(socket, Buffer.from(`data: ${'x'.repeat(65_536)}`));
    },
  },
  {
    what: 'comments without end',
    over: 'stream',
    ends: ['http-body', 'deadline'],
    serve: (socket) => {
      socket.write(SSE_HEAD);
      pour(socket, Buffer.from(': keep-alive\n\n'.repeat(1_000)));
    },
  },
  {
    what: 'an event that is not JSON',
    over: 'stream',
    ends: ['http-body'],
    serve: (socket) => void socket.end(`${SSE_HEAD}data: {"event":\n\n`),
  },
  {
    what: 'an event nested a million levels deep',
    over: 'stream',
    ends: ['http-body'],
    serve: (socket) => void socket.end(`${SSE_HEAD}data: ${nested(MIB)}\n\n`),
  },
  {
    what: 'invalid UTF-8 in an event',
    over: 'stream',
    ends: ['http-body', 'events-missing'],
    serve: (socket) =>
      void socket.end(
        Buffer.concat([Buffer.from(`${SSE_HEAD}data: {"event":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n\n')]),
      ),
  },
  {
    what: 'a stream that stalls',
    over: 'stream',
    ends: ['deadline'],
    serve: (socket) => void socket.write(`${SSE_HEAD}data: {"event":"heartbeat"}\n\n`),
  },

  { what: 'an upgrade that hangs', over: 'socket', ends: ['ws-upgrade'], serve: () => undefined },
  {
    what: 'an upgrade with headers without end',
    over: 'socket',
    ends: ['ws-upgrade'],
    serve: (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n');
      pour(socket, Buffer.from(`X-More: ${'y'.repeat(1_000)}\r\n`));
    },
  },
  {
    what: 'a 200 with a body without end',
    over: 'socket',
    ends: ['ws-upgrade'],
    serve: (socket) => {
      socket.write(`${JSON_HEAD}\r\n`);
      pour(socket, Buffer.alloc(65_536, 120));
    },
  },
  {
    what: 'silence after the 101',
    over: 'socket',
    ends: ['ws-silent'],
    serve: (socket, request) => accepted(socket, request),
  },
  {
    what: 'random bytes after the 101',
    over: 'socket',
    ends: ['ws-closed-early'],
    serve: (socket, request) =>
      accepted(socket, request, Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 73 + 5) % 256))),
  },
  {
    what: 'a frame of 16 MiB that is no JSON',
    over: 'socket',
    ends: ['ws-silent'],
    serve: (socket, request) => accepted(socket, request, longFrame(Buffer.alloc(16 * MIB, 120))),
  },
  {
    what: 'frames of 16 MiB without end',
    over: 'socket',
    ends: ['ws-silent', 'ws-closed-early'],
    serve: (socket, request) => {
      accepted(socket, request);
      pour(socket, longFrame(Buffer.alloc(16 * MIB, 120)));
    },
  },
  {
    what: 'a frame that claims 2^62 bytes',
    over: 'socket',
    ends: ['ws-closed-early'],
    serve: (socket, request) => {
      const head = Buffer.alloc(10);
      head[0] = 0x81;
      head[1] = 127;
      head.writeBigUInt64BE(2n ** 62n, 2);
      accepted(socket, request, head);
    },
  },
  {
    what: 'fragments without end',
    over: 'socket',
    ends: ['ws-silent', 'ws-closed-early'],
    serve: (socket, request) => {
      accepted(socket, request, bytesOf(1, Buffer.from('{'), false));
      pour(socket, Buffer.concat(Array.from({ length: 1_000 }, () => bytesOf(0, Buffer.alloc(1_000, 120), false))));
    },
  },
  {
    what: 'empty fragments without end',
    over: 'socket',
    ends: ['ws-closed-early', 'ws-silent'],
    serve: (socket, request) => {
      accepted(socket, request, bytesOf(1, Buffer.from('{'), false));
      pour(socket, Buffer.concat(Array.from({ length: 1_000 }, () => bytesOf(0, Buffer.alloc(0), false))));
    },
  },
  {
    what: 'a compressed frame nobody agreed on',
    over: 'socket',
    ends: ['ws-closed-early'],
    serve: (socket, request) => accepted(socket, request, longFrame(BOMB.deflate, 0xc1)),
  },
  {
    what: 'a flood of pings',
    over: 'socket',
    ends: ['ws-silent', 'ws-closed-early'],
    serve: (socket, request) => {
      accepted(socket, request);
      pour(socket, Buffer.concat(Array.from({ length: 1_000 }, () => bytesOf(9, Buffer.alloc(100)))));
    },
  },
  {
    what: 'a flood of messages',
    over: 'socket',
    ends: ['ws-silent', 'ws-closed-early'],
    serve: (socket, request) => {
      accepted(socket, request);
      pour(
        socket,
        Buffer.concat(
          Array.from({ length: 1_000 }, () => textBytes({ type: 'progress_update', data: { note: 'x'.repeat(60) } })),
        ),
      );
    },
  },
  {
    what: 'a flood of JSON pings after the welcome',
    over: 'socket',
    ends: ['ws-closed-late', 'ws-mute'],
    serve: (socket, request) => {
      welcomed(socket, request);
      pour(socket, Buffer.concat(Array.from({ length: 1_000 }, () => textBytes({ type: 'ping', data: {} }))));
    },
  },
  {
    what: 'a message nested a million levels deep',
    over: 'socket',
    ends: ['ws-silent'],
    serve: (socket, request) =>
      accepted(socket, request, longFrame(Buffer.from(`{"type":"system_message","data":${nested(MIB)}}`))),
  },
  {
    what: 'a welcome of prototype keys',
    over: 'socket',
    ends: ['ws-silent', 'ws-frame'],
    serve: (socket, request) =>
      accepted(
        socket,
        request,
        textBytes(
          JSON.parse(
            '{"__proto__":{"type":"system_message"},"constructor":1,"type":"system_message","data":{"event":"connection_established","__proto__":{"user_id":"x"}}}',
          ) as object,
        ),
      ),
  },
  {
    what: 'invalid UTF-8 in a text frame',
    over: 'socket',
    ends: ['ws-closed-early'],
    serve: (socket, request) => accepted(socket, request, bytesOf(1, Buffer.from([0x7b, 0xff, 0x7d]))),
  },
  {
    what: 'a close of an illegal code',
    over: 'socket',
    ends: ['ws-closed-early'],
    serve: (socket, request) => accepted(socket, request, bytesOf(8, Buffer.from([0x03, 0xed]))),
  },
  {
    what: 'a welcome, then nothing at all',
    over: 'socket',
    ends: ['ws-mute'],
    serve: (socket, request) => welcomed(socket, request),
  },
  {
    what: 'a server that behaves',
    over: 'http',
    ends: ['answered'],
    serve: (socket) =>
      whole(socket, '{"status":"healthy","service":"netra-ai-platform","version":"1.0.0","timestamp":1}'),
  },
];
