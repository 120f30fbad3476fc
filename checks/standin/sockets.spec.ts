import { z } from 'zod';
import * as wire from '../../src/contract/websocket.ts';
import { STANDIN_HEADER } from '../../src/contract/headers.ts';
import { textOf, threadMessagePage } from '../../src/contract/threads.ts';
import {
  answers,
  call,
  claimsOf,
  dataOf,
  forge,
  jsonOf,
  later,
  mint,
  newMarker,
  part,
  payloadOf,
  probe,
  socket,
  tamper,
  type Json,
  type PlainSocket,
  type SocketOptions,
} from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const rateLimitDetails = z.looseObject({
  limit: z.int(),
  window_seconds: z.int(),
  retry_after_seconds: z.int().min(1),
});

const refusedWith = async (line: PlainSocket): Promise<string> => {
  const closed = await line.closed();
  expect(closed).toMatchObject({ code: 1008, reason: 'SSOT Auth failed' });
  expect(line.frames).toHaveLength(1);
  return wire.errorMessage.parse(line.frames[0]).error_code;
};

test.describe('handshake', () => {
  for (const via of ['header', 'subprotocol', 'query'] as const) {
    for (const path of ['/ws', '/websocket']) {
      test(`a token by ${via} on ${path} - welcome as its sub, then a ping at once`, async ({ standin, alice }) => {
        const line = socket(standin.apiOrigin, { token: alice.token, via, path });
        const greeting = wire.welcome.parse(await line.welcome());
        expect(greeting.data).toMatchObject({
          user_id: alice.id,
          environment: 'staging',
          connection_ready: true,
          startup_complete: true,
          config: { heartbeat_interval: 1, max_message_size: 8192 },
        });
        expect(greeting.data.connection_id).toMatch(/^ws_e2e-gp-/);
        wire.serverPing.parse(await line.type('ping'));
        expect(line.frames.map((frame) => frame['type'])).toEqual(['handshake_validation', 'system_message', 'ping']);
        expect(line.times[1]).toBeLessThan(300);
        expect(line.ws.protocol).toBe(via === 'query' ? '' : 'jwt-auth');
        expect(line.upgradeHeaders[STANDIN_HEADER.toLowerCase()]).toBeDefined();
        expect(line.upgradeHeaders['sec-websocket-extensions']).toBeUndefined();
        line.ws.close(1000);
        expect((await line.closed()).code).toBe(1000);
      });
    }
  }

  test('a sub with odd characters opens a socket', async ({ standin }) => {
    const token = forge({ secret: standin.secret, claims: { sub: 'x|y/z@ü' } });
    const line = socket(standin.apiOrigin, { token });
    expect(dataOf(await line.welcome())['user_id']).toBe('x|y/z@ü');
  });

  const refusals: [string, (token: string, refresh: string) => SocketOptions, string][] = [
    ['no token', () => ({}), 'NO_TOKEN'],
    ['Basic', () => ({ headers: { authorization: 'Basic eDp5' } }), 'NO_TOKEN'],
    ['bearer in lower case', (token) => ({ headers: { authorization: `bearer ${token}` } }), 'NO_TOKEN'],
    ['garbage', () => ({ token: 'garbage' }), 'INVALID_FORMAT'],
    ['an empty part', () => ({ token: 'a..b' }), 'INVALID_FORMAT'],
    ['an empty Bearer', () => ({ headers: { authorization: 'Bearer ' } }), 'INVALID_FORMAT'],
    ['an empty ?token=', () => ({ path: '/ws?token=' }), 'INVALID_FORMAT'],
    ['an undecodable jwt. entry', () => ({ protocols: ['jwt-auth', 'jwt.!!!'] }), 'INVALID_FORMAT'],
    ['a forged token', () => ({ token: forge() }), 'VALIDATION_FAILED'],
    ['another sub', (token) => ({ token: tamper(token, { sub: 'e2e-gp-b' }) }), 'VALIDATION_FAILED'],
    ['alg none', () => ({ token: forge({ alg: 'none' }) }), 'VALIDATION_FAILED'],
    ['a refresh token', (_token, refresh) => ({ token: refresh }), 'VALIDATION_FAILED'],
    [
      'a forged header and a valid query',
      (token) => ({ path: `/ws?token=${token}`, token: forge() }),
      'VALIDATION_FAILED',
    ],
  ];
  for (const [what, options, code] of refusals) {
    test(`${what} - opens, ${code}, 1008`, async ({ standin, alice }) => {
      const line = socket(standin.apiOrigin, options(alice.token, alice.refresh));
      expect(await refusedWith(line)).toBe(code);
      expect(line.raw.join('')).not.toContain(alice.token.slice(40, 60));
    });
  }

  test('a logged-out token - refused at once; the socket that was open stays open', async ({ standin, alice }) => {
    const line = socket(standin.apiOrigin, { token: alice.token });
    await line.welcome();
    await call(standin.authOrigin, 'POST', '/auth/logout', { token: alice.token });
    expect(await refusedWith(socket(standin.apiOrigin, { token: alice.token }))).toBe('VALIDATION_FAILED');
    line.send({ type: 'heartbeat' });
    await line.type('heartbeat_ack');
  });

  test('a valid header and a forged query - the header is judged', async ({ standin, alice }) => {
    const line = socket(standin.apiOrigin, { token: alice.token, path: `/ws?token=${forge()}` });
    expect(dataOf(await line.welcome())['user_id']).toBe(alice.id);
  });

  test('what a refused socket sends is never answered', async ({ standin }) => {
    const line = socket(standin.apiOrigin);
    await line.opened();
    line.send({ type: 'chat_message', payload: { content: 'x' } });
    expect(await refusedWith(line)).toBe('NO_TOKEN');
  });

  for (const path of ['/ws/nope', '/nope', '/ws/']) {
    test(`${path} - refused with 403 at the upgrade`, async ({ standin, alice }) => {
      const line = socket(standin.apiOrigin, { token: alice.token, path });
      expect(await line.refused()).toMatchObject({ status: 403, text: '' });
      expect(line.refusal?.headers[STANDIN_HEADER.toLowerCase()]).toBeDefined();
    });
  }
});

test.describe('client messages', () => {
  const opened = async (standin: { apiOrigin: string }, token: string) => {
    const line = socket(standin.apiOrigin, { token });
    await line.welcome();
    return line;
  };

  test('each type gets the reply of the table', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    line.send({ type: 'ping' });
    expect(wire.pong.parse(await line.type('pong')).data.user_id).toBe(alice.id);
    line.send({ type: 'heartbeat' });
    wire.heartbeatAck.parse(await line.type('heartbeat_ack'));
    line.send({ type: 'typing_started', payload: { thread_id: 't' } });
    const typing = await line.frame('typing', (frame) => dataOf(frame)['status'] === 'typing_acknowledged');
    expect(dataOf(typing)).toMatchObject({ user_id: alice.id, thread_id: 't' });
    line.send({ type: 'disconnect' });
    await line.frame('disconnect', (frame) => dataOf(frame)['status'] === 'disconnect_acknowledged');
    line.send({ type: 'jsonrpc_request', jsonrpc: '2.0', method: 'm', id: 7 });
    const rpc = await line.frame('rpc', (frame) => frame['jsonrpc'] === '2.0');
    expect(wire.jsonRpcReply.parse(rpc)).toMatchObject({ result: { method: 'm' }, id: 7 });
    const acked = async (message: object, type: string) => {
      line.send(message);
      const ack = await line.frame(type, (frame) => frame['received_type'] === type);
      expect(wire.ack.parse(ack).user_id).toBe(alice.id);
    };
    await acked({ type: 'gp-x_type' }, 'gp-x_type');
    await acked({}, 'unknown');
    await acked({ type: 'jsonrpc_request', id: 1 }, 'jsonrpc_request');
    line.ws.send(Buffer.from('{"type":"binary_type"}'), { binary: true });
    await line.frame('binary', (frame) => frame['received_type'] === 'binary_type');
  });

  test('pong and heartbeat_ack get nothing', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    await line.type('ping');
    const before = line.frames.filter((frame) => frame['type'] !== 'ping').length;
    line.send({ type: 'pong' });
    line.send({ type: 'heartbeat_ack' });
    line.send({ type: 'ping' });
    await line.type('pong');
    expect(line.frames.filter((frame) => frame['type'] !== 'ping')).toHaveLength(before + 1);
  });

  test('what is no JSON object, many times - FORMAT_ERROR each, the socket stays open', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    const bad = ['{not json', '[1]', '"x"', '7', 'null', ''];
    for (const text of [...bad, ...bad]) line.send(text);
    line.send({ type: 'ping' });
    await line.type('pong');
    const errors = line.ofType('error_message').map((frame) => wire.errorMessage.parse(frame).error_code);
    expect(errors).toEqual(Array.from({ length: 12 }, () => 'FORMAT_ERROR'));
  });

  test('8192 bytes are processed, 8193 are not, counted in UTF-8', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    const sized = (type: string, bytes: number, filler: string) => {
      const frame = (pad: string) => JSON.stringify({ type, pad });
      const room = bytes - Buffer.byteLength(frame(''));
      const width = Buffer.byteLength(filler);
      return frame(filler.repeat(Math.floor(room / width)) + 'x'.repeat(room % width));
    };
    line.send(sized('fits', 8192, 'é'));
    await line.frame('ack', (frame) => frame['received_type'] === 'fits');
    line.send(sized('large', 8193, 'é'));
    expect(wire.errorMessage.parse(await line.type('error_message')).error_code).toBe('MESSAGE_TOO_LARGE');
    line.send({ type: 'ping' });
    await line.type('pong');
    expect(line.frames.some((frame) => frame['received_type'] === 'large')).toBe(false);
  });

  test('above 16 MiB - closed 1009', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    line.ws.send('x'.repeat(16 * 1024 * 1024 + 1));
    expect((await line.closed()).code).toBe(1009);
  });

  test('the message rate - 100, then refusals with a wait, then served again; all sockets together, others apart', async ({
    standin,
  }) => {
    const [user, other] = [await mint(standin), await mint(standin)];
    const [line, second, foreign] = [
      await opened(standin, user.token),
      await opened(standin, user.token),
      await opened(standin, other.token),
    ];
    for (let index = 0; index < 20; index += 1) line.send({ type: 'pong' });
    for (let index = 0; index < 110; index += 1) line.send(index === 109 ? '{oversize or not json' : { type: 'ping' });
    await line.until('110 replies', () =>
      line.ofType('pong').length + line.ofType('error_message').length === 110 ? true : undefined,
    );
    expect(line.ofType('pong').length).toBeGreaterThanOrEqual(100);
    const refused = line.ofType('error_message').map((frame) => wire.errorMessage.parse(frame));
    expect(refused.length).toBeGreaterThan(5);
    for (const refusal of refused) {
      expect(refusal.error_code).toBe('RATE_LIMIT_EXCEEDED');
      expect(rateLimitDetails.parse(refusal.details)).toMatchObject({ limit: 100, window_seconds: 60 });
    }
    second.send({ type: 'ping' });
    expect((await second.type('error_message'))['error_code']).toBe('RATE_LIMIT_EXCEEDED');
    foreign.send({ type: 'ping' });
    await foreign.type('pong');
    await later(rateLimitDetails.parse(refused[0]?.details).retry_after_seconds * 1000);
    second.send({ type: 'ping' });
    await second.type('pong');
    const http = await call(standin.apiOrigin, 'POST', '/api/chat/messages', {
      token: user.token,
      body: { content: 'x', thread_id: 'x' },
    });
    expect(http.status).toBe(200);
  });

  test('the heartbeat comes again after its interval', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    await line.until('second ping', () => (line.ofType('ping').length >= 2 ? true : undefined));
    const [first = 0, second = 0] = line.frames.flatMap((frame, index) =>
      frame['type'] === 'ping' ? [line.times[index] ?? 0] : [],
    );
    expect(second - first).toBeGreaterThan(800);
    expect(second - first).toBeLessThan(1_600);
  });
});

test.describe('agent runs', () => {
  const opened = async (standin: { apiOrigin: string }, token: string) => {
    const line = socket(standin.apiOrigin, { token });
    await line.welcome();
    return line;
  };
  const events = (line: PlainSocket) => line.frames.filter((frame) => 'run_id' in frame);
  const completed = (line: PlainSocket, count = 1) =>
    line.until('completion', () =>
      line.ofType('agent_completed').length >= count ? line.ofType('agent_completed') : undefined,
    );

  for (const [type, field] of [
    ['chat_message', 'content'],
    ['chat', 'content'],
    ['message', 'content'],
    ['user_message', 'content'],
    ['user_input', 'content'],
    ['start_agent', 'user_request'],
    ['start_agent', 'content'],
    ['execute_agent', 'user_request'],
  ] as const) {
    test(`${type} with ${field} - the five events in order, computed, stored`, async ({ standin, alice }) => {
      const [line, asked] = [await opened(standin, alice.token), probe()];
      line.send({ type, message_id: 'm-1', payload: { [field]: asked.text } });
      const [end] = await completed(line);
      const run = events(line).map((frame) => wire.agentEvent.parse(frame));
      expect(run.map((event) => event.type)).toEqual([
        'agent_started',
        'agent_thinking',
        'tool_executing',
        'tool_completed',
        'agent_completed',
      ]);
      expect(new Set(run.map((event) => event.run_id)).size).toBe(1);
      const times = run.map((event) => event.timestamp);
      expect([...times].sort()).toEqual(times);
      expect(part(payloadOf(run[0] ?? {}), 'context', 'message_id')).toBe('m-1');
      const thread = part(payloadOf(run[0] ?? {}), 'context', 'thread_id');
      const result = part(payloadOf(end ?? {}), 'result') as Json;
      expect(answers(result['answer'], asked)).toBe(true);
      expect(result['thread_id']).toBe(thread);
      const kept = await call(standin.apiOrigin, 'GET', `/api/threads/${String(thread)}/messages`, {
        token: alice.token,
      });
      const { messages } = threadMessagePage.parse(jsonOf(kept));
      expect(messages.map(({ role, content }) => [role, textOf(content)])).toEqual([
        ['user', asked.text],
        ['assistant', result['answer']],
      ]);
      expect(messages[1]?.id).toBe(result['message_id']);
    });
  }

  test('runs of one thread - in the order received, each answered after its question', async ({ standin, alice }) => {
    const line = await opened(standin, alice.token);
    const made = await call(standin.apiOrigin, 'POST', '/api/threads', { token: alice.token, body: {} });
    const thread = jsonOf(made)['id'] as string;
    const asked = Array.from({ length: 3 }, () => probe());
    for (const [index, { text }] of asked.entries()) {
      line.send({ type: 'chat_message', message_id: String(index), payload: { content: text, thread_id: thread } });
    }
    const ends = await completed(line, 3);
    const starts = line.ofType('agent_started').map((frame) => part(payloadOf(frame), 'context', 'message_id'));
    expect(starts).toEqual(['0', '1', '2']);
    expect(
      ends.map((end, index) => answers(part(payloadOf(end), 'result', 'answer'), asked[index] ?? probe())),
    ).toEqual([true, true, true]);
    const kept = jsonOf(
      await call(standin.apiOrigin, 'GET', `/api/threads/${thread}/messages`, { token: alice.token }),
    );
    expect(
      threadMessagePage
        .parse(kept)
        .messages.map(({ role }) => role)
        .join(),
    ).toBe('user,assistant,user,assistant,user,assistant');
  });

  test('events go to the socket that asked, nowhere else', async ({ standin, alice, bob }) => {
    const [line, second, foreign] = [
      await opened(standin, alice.token),
      await opened(standin, alice.token),
      await opened(standin, bob.token),
    ];
    line.send({ type: 'chat_message', payload: { content: 'x' } });
    await completed(line);
    expect(events(second)).toEqual([]);
    expect(events(foreign)).toEqual([]);
  });

  test('no text, no such thread, a foreign thread - an error and no event', async ({ standin, alice, bob }) => {
    const line = await opened(standin, alice.token);
    const made = await call(standin.apiOrigin, 'POST', '/api/threads', { token: bob.token, body: {} });
    const foreign = jsonOf(made)['id'] as string;
    for (const payload of [
      {},
      { content: '  ' },
      'text',
      { content: 'x', thread_id: 'none' },
      { content: 'x', thread_id: foreign },
    ]) {
      line.send({ type: 'chat_message', payload });
    }
    await line.until('errors', () => (line.ofType('error_message').length === 5 ? true : undefined));
    expect(line.ofType('error_message').map((frame) => frame['error_code'])).toEqual([
      'VALIDATION_ERROR',
      'VALIDATION_ERROR',
      'VALIDATION_ERROR',
      'THREAD_NOT_FOUND',
      'ACCESS_DENIED',
    ]);
    expect(events(line)).toEqual([]);
    const kept = await call(standin.apiOrigin, 'GET', `/api/threads/${foreign}/messages`, { token: bob.token });
    expect(jsonOf(kept)['total']).toBe(0);
  });
});

test.describe('places', () => {
  test("a user's fourth socket - welcomed, the oldest is closed 1008 Connection limit; other users keep theirs", async ({
    standin,
    bob,
  }) => {
    const user = await mint(standin);
    const foreign = socket(standin.apiOrigin, { token: bob.token });
    await foreign.welcome();
    const lines: PlainSocket[] = [];
    for (let index = 0; index < 4; index += 1) {
      const line = socket(standin.apiOrigin, { token: user.token });
      await line.welcome();
      lines.push(line);
    }
    expect(await lines[0]?.closed()).toMatchObject({ code: 1008, reason: 'Connection limit' });
    expect(lines.slice(1).map((line) => line.isOpen)).toEqual([true, true, true]);
    expect(foreign.isOpen).toBe(true);
    expect(new Set(lines.map((line) => dataOf(line.frames[1] ?? {})['connection_id'])).size).toBe(4);
  });

  test('a broken socket frees its place', async ({ standin }) => {
    const user = await mint(standin);
    const keep = socket(standin.apiOrigin, { token: user.token });
    await keep.welcome();
    for (let index = 0; index < 6; index += 1) {
      const line = socket(standin.apiOrigin, { token: user.token });
      await line.welcome();
      line.ws.terminate();
      await line.closed();
    }
    keep.send({ type: 'ping' });
    await keep.type('pong');
    expect(keep.isOpen).toBe(true);
  });
});

test('/ws/test - welcome, pong, echo, ack and error without any token', async ({ standin }) => {
  const line = socket(standin.apiOrigin, { path: '/ws/test', protocols: [] });
  wire.transportWelcome.parse(await line.type('connection_established'));
  line.send({ type: 'ping' });
  wire.transportPong.parse(await line.type('pong'));
  line.send({ type: 'echo', x: 1 });
  expect((await line.type('echo_response'))['original']).toEqual({ type: 'echo', x: 1 });
  line.send({ type: 'other' });
  expect((await line.type('ack'))['received_type']).toBe('other');
  line.send('{');
  await line.type('error');
});

test('the shape of a token does not change by its use', async ({ standin, alice }) => {
  const opened = await Promise.all([1, 2, 3].map(() => socket(standin.apiOrigin, { token: alice.token }).welcome()));
  expect(opened.map((frame) => dataOf(frame)['user_id'])).toEqual([1, 2, 3].map(() => claimsOf(alice.token)['sub']));
  expect(newMarker()).toMatch(/^gp-[0-9a-f]{8}$/);
});
