/** Garbage in great number: whatever comes in, what comes out is a value or one error that says what was wrong. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import * as agents from '../../src/contract/agents.ts';
import * as auth from '../../src/contract/auth.ts';
import * as chatMessages from '../../src/contract/chat-messages.ts';
import * as discovery from '../../src/contract/discovery.ts';
import * as errors from '../../src/contract/errors.ts';
import * as health from '../../src/contract/health.ts';
import * as sse from '../../src/contract/sse.ts';
import * as threads from '../../src/contract/threads.ts';
import * as tools from '../../src/contract/tools.ts';
import * as users from '../../src/contract/users.ts';
import * as websocket from '../../src/contract/websocket.ts';
import { ClassifiedError } from '../../src/evidence/failure.ts';
import { redact, redactError, redactValue } from '../../src/evidence/redaction.ts';
import { unreasonable } from '../../src/evidence/bounds.ts';
import { environmentOf, SetupError, VARIABLES } from '../../fixtures/environment.ts';
import { EventStream } from '../../fixtures/event-stream.ts';
import type { OpenAnswer } from '../../fixtures/http-client.ts';
import { problemsOf } from '../../fixtures/reply.ts';
import { claimsOf } from '../../fixtures/tokens.ts';
import { acceptBytes } from '../fixtures/frames.ts';
import { ALICE, SHORT, test as wired } from '../fixtures/wire.ts';

/** Runs the property and prints its seed, with which a finding is found again. */
const holds = async (name: string, property: fc.IRawProperty<unknown>, numRuns: number): Promise<string | null> => {
  const details = await fc.check(property, { numRuns });
  console.log(`${name}: ${details.numRuns} inputs, seed ${details.seed}`);
  const { failed, counterexample, errorInstance, seed } = details;
  const why = errorInstance instanceof Error ? errorInstance.message : '';
  return failed ? `${fc.stringify(counterexample)} (seed ${seed}) ${why}` : null;
};

const SCHEMAS = [agents, auth, chatMessages, discovery, errors, health, sse, threads, tools, users, websocket]
  .flatMap((module) => Object.values<unknown>(module))
  .filter((value) => value instanceof z.ZodType);

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'type',
  'event',
  'status',
  'data',
  'payload',
  'error',
  'user_id',
  'detail',
];
const garbage = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      null,
      true,
      '',
      'healthy',
      'agent_started',
      '2025-09-09T17:35:00Z',
      -0,
      NaN,
      Infinity,
      1e308,
      2 ** 53,
    ),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('value'), { maxKeys: 8 }),
  ),
})).value;
/** The same as it comes over the wire: keys of prototypes are members then. */
const overTheWire = garbage.map((value) => (JSON.parse(JSON.stringify([value])) as unknown[])[0]);

test.describe.configure({ timeout: 120_000 });

test('contract parsers - every schema answers every JSON, changes no prototype, and its complaint is one bounded line', async () => {
  expect(SCHEMAS.length).toBeGreaterThan(50);
  const property = fc.property(overTheWire, fc.nat(SCHEMAS.length - 1), (value, index) => {
    const parsed = SCHEMAS[index]?.safeParse(value);
    if (({} as { polluted?: unknown }).polluted !== undefined) return false;
    if (parsed === undefined || parsed.success) return parsed !== undefined;
    const said = problemsOf(parsed.error);
    return said.length <= 2_000 && !said.includes('\n');
  });
  expect(await holds('contract parsers', property, 5_000)).toBeNull();
});

test('bounds - a text that is let through can be parsed, or the parser says no', async () => {
  const property = fc.property(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      overTheWire.map((value) => JSON.stringify(value)),
    ),
    (text) => {
      if (unreasonable(text) !== undefined) return false;
      try {
        JSON.parse(text);
        return true;
      } catch (error) {
        return error instanceof SyntaxError;
      }
    },
  );
  expect(await holds('bounds', property, 1_000)).toBeNull();
  expect(unreasonable('['.repeat(65))).toContain('64 levels');
  expect(unreasonable(`"${'['.repeat(1_000)}\\"${',['.repeat(20_000)}"`)).toBeUndefined();
  // The longest message there is, in the longest spelling.
  expect(
    unreasonable(JSON.stringify({ content: '' }).replace('""', `"${'\\ud83d\\ude80'.repeat(8_000)}"`)),
  ).toBeUndefined();
  expect(unreasonable(`[${'0,'.repeat(20_001)}0]`)).toContain('20000 values');
});

test('masks - never throw, never change what they have masked, in any text, value and error', async () => {
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 400 }), garbage, (text, value) => {
    const once = redact(text);
    redactError(new Error(text, { cause: value }));
    redactValue(value);
    return redact(once) === once;
  });
  expect(await holds('masks', property, 1_500)).toBeNull();
});

test('environment - any value of any variable is read, or refused with a message that does not repeat it', async () => {
  const source = fc.dictionary(
    fc.constantFrom(...VARIABLES, 'E2E_UNKNOWN'),
    fc.string({ minLength: 1, maxLength: 40 }).map((text) => `gpValue${text}`),
    { minKeys: 1, maxKeys: 6 },
  );
  const property = fc.property(source, (variables) => {
    try {
      environmentOf(variables);
      return true;
    } catch (error) {
      // What is listed is hosts, which are no secrets.
      return (
        error instanceof SetupError &&
        (variables['E2E_ALLOWED_HOSTS'] !== undefined || !error.message.includes('gpValue'))
      );
    }
  });
  expect(await holds('environment', property, 1_500)).toBeNull();
});

test('tokens - any text is no token, said without the text', async () => {
  const part = fc.oneof(fc.base64String(), fc.string({ unit: 'binary' }), fc.constant(''));
  const property = fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
    const token = parts.join('.');
    try {
      claimsOf(token);
      return false;
    } catch (error) {
      return error instanceof Error && (token.length < 12 || !error.message.includes(token));
    }
  });
  expect(await holds('tokens', property, 1_000)).toBeNull();
});

const streamOf = (chunks: readonly Uint8Array[]): EventStream => {
  const open = {
    status: 200,
    headers: {},
    identity: ALICE,
    exchange: { startedAt: Date.now(), body: '' },
    reads: (async function* () {
      for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
    })(),
    abort: () => undefined,
  };
  return new EventStream('fuzz', open as unknown as OpenAnswer);
};

test('event streams - any bytes in any pieces are frames, or one http-body', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => `${text}\n`),
    garbage.map((value) => `data: ${JSON.stringify([value])}\n\n`),
    fc.constantFrom('data:\r\n', ': comment\n\n', 'event: x\n', 'id: 1\r', '\ufeff', '\n\n'),
  );
  const bytes = fc.oneof(
    line.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }),
  );
  const property = fc.asyncProperty(fc.array(bytes, { maxLength: 12 }), async (chunks) => {
    try {
      return Array.isArray(await streamOf(chunks).all());
    } catch (error) {
      return error instanceof ClassifiedError && error.failureClass === 'http-body';
    }
  });
  expect(await holds('event streams', property, 1_000)).toBeNull();
});

/** A server that answers each connection with the bytes that are set now. */
const answering = async (prefix: (request: string) => Buffer) => {
  let bytes: Uint8Array = new Uint8Array();
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (data) => void socket.end(Buffer.concat([prefix(data.toString('latin1')), bytes])));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, set: (next: Uint8Array) => (bytes = next), close: () => server.close() };
};

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
);

wired(
  'HTTP from a real server - any bytes for an answer are an answer, or one classified error',
  async ({ clients }) => {
    const head = fc.constantFrom(
      '',
      'HTTP/1.1 ',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const server = await answering(() => Buffer.alloc(0));
    const { client } = clients(`http://${server.address}`, {}, SHORT);
    const property = fc.asyncProperty(head, anyBytes, async (start, rest) => {
      server.set(Buffer.concat([Buffer.from(start), rest]));
      try {
        return (await client.send('api', '/', ALICE, { connection: 'fresh' })).status > 0;
      } catch (error) {
        return error instanceof ClassifiedError && error.failureClass !== 'unknown';
      }
    });
    expect(await holds('HTTP', property, 400)).toBeNull();
    server.close();
  },
);

wired('sockets of a real server - any bytes after the 101 end in one classified error', async ({ sockets }) => {
  const server = await answering((request) => acceptBytes(request));
  const property = fc.asyncProperty(anyBytes, async (bytes) => {
    server.set(bytes);
    try {
      await sockets(`ws://${server.address}/ws`, SHORT).connect('fuzz', { identity: ALICE });
      return false;
    } catch (error) {
      return error instanceof ClassifiedError && error.failureClass !== 'unknown';
    }
  });
  expect(await holds('sockets', property, 300)).toBeNull();
  server.close();
});
