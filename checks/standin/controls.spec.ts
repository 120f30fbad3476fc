import { agentReply } from '../../src/contract/agents.ts';
import { chatMessagePage } from '../../src/contract/chat-messages.ts';
import { discoveryReply, mcpStatusReply } from '../../src/contract/discovery.ts';
import { envelope } from '../../src/contract/errors.ts';
import { healthReply, wsConfigReply, wsHealthReply } from '../../src/contract/health.ts';
import { agentStreamFrame, chatStreamFrame } from '../../src/contract/sse.ts';
import { containsWholeNumber, normaliseAnswer } from '../../src/contract/testability.ts';
import { thread, threadMessagePage } from '../../src/contract/threads.ts';
import * as wire from '../../src/contract/websocket.ts';
import type { Standin } from '../../src/standin/start.ts';
import {
  bytesFor,
  call,
  dataOf,
  framesOf,
  jsonOf,
  mint,
  newMarker,
  part,
  payloadOf,
  probe,
  socket,
  type Answer,
  type Json,
  type PlainSocket,
  type Probe,
} from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const isAnswer = (text: unknown, { sum, marker }: Probe) =>
  typeof text === 'string' && containsWholeNumber(text, Number(sum)) && normaliseAnswer(text).includes(marker);

const kindOf = (frame: Json) => (typeof frame['type'] === 'string' ? frame['type'] : 'flat');

/** A walk through the contract with a client that is as tolerant as section 0 asks, and no more. */
const walk = async (standin: Standin) => {
  const user = await mint(standin);
  const { token } = user;
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    call(standin.apiOrigin, method, path, { token, ...(body === undefined ? {} : { body }) });

  healthReply.parse(jsonOf(await ask('GET', '/health')));
  wsConfigReply.parse(jsonOf(await ask('GET', '/ws/config')));
  wsHealthReply.parse(jsonOf(await ask('GET', '/ws/health')));
  discoveryReply.parse(jsonOf(await ask('GET', '/api/discovery/services')));
  expect(mcpStatusReply.parse(jsonOf(await ask('GET', '/api/mcp/status'))).authenticated).toBe(true);

  const missing = await call(standin.apiOrigin, 'GET', '/api/threads');
  expect([401, 403]).toContain(missing.status);
  envelope.parse(jsonOf(missing));

  const metadata = { k: { deep: [1, { l: 'é' }] } };
  const label = newMarker();
  await ask('POST', '/api/chat/messages', { content: 'שלום 🎉 <b>', thread_id: label, metadata });
  const kept = chatMessagePage.parse(jsonOf(await ask('GET', `/api/chat/messages?thread_id=${label}`)));
  expect(kept.messages).toMatchObject([{ content: 'שלום 🎉 <b>', metadata, user_id: user.id }]);
  expect(kept.messages[0]?.metadata).toEqual(metadata);

  const asked = [probe(), probe(), probe(), probe()] as const;
  const executed = agentReply.parse(jsonOf(await ask('POST', '/api/agents/triage', { message: asked[0].text })));
  expect(isAnswer(executed.response, asked[0])).toBe(true);

  const stream = await ask('POST', '/api/agents/stream', { message: asked[1].text });
  const frames = framesOf(stream).map((frame) => agentStreamFrame.parse(frame));
  expect(frames[0]?.event).toBe('agent_started');
  expect(frames.at(-1)?.event).toBe('stream_end');
  const result = frames.find((frame) => frame.event === 'agent_completed');
  expect(isAnswer(result?.result, asked[1])).toBe(true);
  expect(stream.reads.length).toBeGreaterThan(1);

  const chat = framesOf(await ask('POST', '/api/chat/stream', { content: asked[2].text, thread_id: label }));
  const parsed = chat.map((frame) => chatStreamFrame.parse(frame));
  const chunks = parsed.filter((frame) => frame.type === 'response_chunk').map((frame) => frame.content);
  const complete = parsed.find((frame) => frame.type === 'response_complete');
  expect(complete?.message.content).toBe(chunks.join(''));
  expect(isAnswer(complete?.message.content, asked[2])).toBe(true);

  const line = socket(standin.apiOrigin, { token });
  expect(wire.welcome.parse(await line.welcome()).data.user_id).toBe(user.id);
  wire.serverPing.parse(await line.type('ping'));
  line.send({ type: 'ping' });
  expect(wire.pong.parse(await line.type('pong')).data.user_id).toBe(user.id);
  line.send('{');
  wire.errorMessage.parse(await line.type('error_message'));
  line.send({ type: 'chat_message', message_id: 'm', payload: { content: asked[3].text } });
  const end = await line.type('agent_completed');
  const runId = end['run_id'];
  const run = line.frames.filter((frame) => frame['run_id'] === runId && frame['type'] !== 'progress_update');
  const events = run.map((frame) => wire.agentEvent.parse(frame));
  expect(events[0]?.type).toBe('agent_started');
  expect(events.at(-1)?.type).toBe('agent_completed');
  const steps = events.filter((event) => event.type === 'agent_thinking').map((event) => event.payload.step_number);
  expect(steps).toEqual(steps.map((_, index) => index + 1));
  const tools = events.map((event) => event.type).filter((type) => type.startsWith('tool_'));
  expect(tools.length).toBeGreaterThan(0);
  expect(tools.every((type, index) => type === (index % 2 === 0 ? 'tool_executing' : 'tool_completed'))).toBe(true);
  const times = line.frames.filter((frame) => frame['run_id'] === runId).map((frame) => String(frame['timestamp']));
  expect([...times].sort()).toEqual(times);
  expect(isAnswer(part(payloadOf(end), 'result', 'answer'), asked[3])).toBe(true);
  const threadId = String(part(payloadOf(end), 'result', 'thread_id'));
  thread.parse(jsonOf(await ask('GET', `/api/threads/${threadId}`)));
  threadMessagePage.parse(jsonOf(await ask('GET', `/api/threads/${threadId}/messages`)));

  const refused = socket(standin.apiOrigin);
  expect(await refused.closed()).toMatchObject({ code: 1008, reason: 'SSOT Auth failed' });
  expect(refused.ofType('error_message').map((frame) => frame['error_code'])).toEqual(['NO_TOKEN']);
  line.ws.close(1000);
  expect((await line.closed()).code).toBe(1000);
  return { line, refused, stream, executed, missing, user };
};

const COMPATIBLE = [
  'control-extra-fields',
  'control-reordered-keys',
  'control-pings-anywhere',
  'control-frame-order',
  'control-401-for-missing-token',
  'control-sse-odd-chunks',
  'control-ws-fragments',
  'control-unicode',
  'control-richer-runs',
  'control-e2e-flag',
  'control-late-tcp-close',
];

test('without a control - the walk passes', async ({ standin }) => {
  expect((await walk(standin)).missing.status).toBe(403);
});

test('all controls at once that do not exclude each other - the walk passes', async ({ faulty }) => {
  test.slow();
  expect((await walk(await faulty(...COMPATIBLE))).missing.status).toBe(401);
});

test('control-fast - a whole run without any pause', async ({ faulty }) => {
  const { line, stream } = await walk(await faulty('control-fast'));
  const times = line.frames.flatMap((frame, index) => ('run_id' in frame ? [line.times[index] ?? 0] : []));
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(60);
  expect((stream.reads.at(-1)?.at ?? 0) - (stream.reads[0]?.at ?? 0)).toBeLessThan(60);
});

test('control-extra-fields - unknown fields on every level, never inside what belongs to the user', async ({
  faulty,
}) => {
  const standin = await faulty('control-extra-fields');
  const { line, stream } = await walk(standin);
  const health = jsonOf(await call(standin.apiOrigin, 'GET', '/ws/health'));
  for (const value of [health, health['metrics'], part(health, 'metrics', 'websocket')]) {
    expect(value).toHaveProperty('zz_new_field');
  }
  for (const frame of [...line.frames, ...framesOf(stream)]) expect(frame).toHaveProperty('zz_new_field');
  expect(dataOf(line.frames[1] ?? {})).toHaveProperty('zz_new_field');
});

test('control-reordered-keys - the last key first, other whitespace and escapes, one line a frame', async ({
  faulty,
}) => {
  const standin = await faulty('control-reordered-keys');
  const { line, user } = await walk(standin);
  expect(Object.keys(jsonOf(await call(standin.apiOrigin, 'GET', '/health')))[0]).toBe('timestamp');
  expect(Object.keys(line.frames[1] ?? {}).at(-1)).toBe('type');
  const posted = await call(standin.apiOrigin, 'POST', '/api/chat/messages', {
    token: user.token,
    body: { content: 'é🎉', thread_id: 'x' },
  });
  expect(posted.text).toContain('\\u00e9\\ud83c\\udf89');
});

test('control-pings-anywhere - something before every frame, the welcome too', async ({ faulty }) => {
  const { line } = await walk(await faulty('control-pings-anywhere'));
  const welcomeAt = line.frames.findIndex((frame) => dataOf(frame)['event'] === 'connection_established');
  expect(
    line.frames.slice(0, welcomeAt).some((frame) => frame['type'] === 'ping' || frame['type'] === 'heartbeat'),
  ).toBe(true);
  const started = line.frames.findIndex((frame) => frame['type'] === 'agent_started');
  const ended = line.frames.findIndex((frame) => frame['type'] === 'agent_completed');
  const inside = line.frames.slice(started, ended).map((frame) => String(frame['type']));
  expect(inside).toEqual(expect.arrayContaining(['ping', 'heartbeat', 'progress_update']));
});

test('control-frame-order - progress and ping first, handshake_validation late or never', async ({ faulty }) => {
  const standin = await faulty('control-frame-order');
  const { token } = await mint(standin);
  const order: string[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const line = socket(standin.apiOrigin, { token });
    await line.welcome();
    line.send({ type: 'gp_done' });
    await line.type('ack');
    order.push(line.frames.map(kindOf).join());
  }
  expect(order).toEqual([
    'flat,flat,ping,system_message,ack',
    'flat,flat,ping,system_message,handshake_validation,ack',
  ]);
  await walk(standin);
});

test('control-401-for-missing-token - 401 "Not authenticated"', async ({ faulty }) => {
  const { missing } = await walk(await faulty('control-401-for-missing-token'));
  expect([missing.status, jsonOf(missing)['error_code'], jsonOf(missing)['message']]).toEqual([
    401,
    'AUTH_FAILED',
    'Not authenticated',
  ]);
});

test('control-cold-start-in-budget - 503 with Retry-After for three seconds, then normal', async ({ faulty }) => {
  const begun = Date.now();
  const standin = await faulty('control-cold-start-in-budget');
  const cold = await call(standin.apiOrigin, 'GET', '/health');
  expect([cold.status, cold.headers['retry-after'], jsonOf(cold)['startup_in_progress']]).toEqual([503, '1', true]);
  const refusal = await socket(standin.apiOrigin).refused();
  expect([refusal.status, refusal.headers['retry-after']]).toEqual([503, '10']);
  wire.serviceNotReady.parse(JSON.parse(refusal.text));
  await expect
    .poll(async () => (await call(standin.apiOrigin, 'GET', '/health')).status, { intervals: [100], timeout: 5_000 })
    .toBe(200);
  expect(Date.now() - begun).toBeGreaterThan(2_900);
  await walk(standin);
});

test('control-latency - every reply and frame is late, in order, within the budgets', async ({ faulty }) => {
  test.slow();
  const standin = await faulty('control-latency');
  const { line, stream } = await walk(standin);
  const answers = await Promise.all(Array.from({ length: 10 }, () => call(standin.apiOrigin, 'GET', '/health')));
  const times = answers.map((answer) => answer.ms);
  expect(Math.min(...times)).toBeGreaterThan(45);
  expect(Math.max(...times)).toBeLessThan(800);
  expect(Math.max(...times)).toBeGreaterThan(200);
  expect(line.times[0]).toBeGreaterThan(45);
  expect(stream.ms).toBeLessThan(2_500);
});

test('control-sse-odd-chunks - cut inside data: and inside a character, comments, CRLF', async ({ faulty }) => {
  const { stream } = await walk(await faulty('control-sse-odd-chunks'));
  expect(stream.text).toContain('\r\n\r\n');
  expect(stream.text).toMatch(/^:/m);
  expect(stream.reads.length).toBeGreaterThan(15);
  expect(stream.reads.some((read) => read.text.includes('\ufffd'))).toBe(true);
  expect(stream.reads.some((read) => /(^|\n)(d|da|dat)$/.test(read.text))).toBe(true);
});

test('control-ws-fragments - continuation frames in small segments', async ({ faulty }) => {
  const standin = await faulty('control-ws-fragments');
  await walk(standin);
  const { token } = await mint(standin);
  const upgrade =
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const received = bytesFor(standin.apiOrigin, upgrade);
  const control = socket(standin.apiOrigin, { token });
  await control.type('ping');
  await standin.close();
  const bytes = await received;
  const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  // FIN is clear and the opcode is text: the first part of a message that goes on.
  expect(body[0]).toBe(0x01);
});

test('control-unicode - odd characters and separators, and the sum is still there', async ({ faulty }) => {
  const standin = await faulty('control-unicode');
  const { executed, line } = await walk(standin);
  expect(executed.response).toMatch(/🎉.*שלום/u);
  expect(executed.response).toMatch(/\d[,' \u2009]\d{3}/);
  expect(line.ofType('agent_started')[0]?.['agent_name']).toContain('🧭');
  expect(line.raw.some((text) => text.includes('\\ud83'))).toBe(true);
});

test('control-richer-runs - three steps, two tool pairs, trace and progress_update', async ({ faulty }) => {
  const { line } = await walk(await faulty('control-richer-runs'));
  const kinds = line.frames.filter((frame) => 'run_id' in frame).map((frame) => frame['type']);
  expect(kinds.filter((kind) => kind === 'agent_thinking')).toHaveLength(3);
  expect(kinds.filter((kind) => kind === 'tool_completed')).toHaveLength(2);
  expect(kinds).toContain('progress_update');
  expect(line.ofType('agent_started')[0]).toHaveProperty('trace');
});

test('control-e2e-flag - idle counters; enabled=on: a true flag with consistent variables, and no bypass', async ({
  faulty,
}) => {
  const standin = await faulty('control-e2e-flag:enabled=on');
  await walk(standin);
  const health = wsHealthReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/ws/health')));
  expect(health.e2e_testing).toMatchObject({
    enabled: true,
    variables: { E2E_TEST_ENV: 'staging' },
    auth_bypass_active: true,
  });
  expect(health.metrics.websocket).toMatchObject({
    active_connections: 0,
    total_connections: 0,
    messages_processed: 0,
  });
});

test('control-late-tcp-close - TCP stays for half a second after the close frame', async ({ faulty }) => {
  const standin = await faulty('control-late-tcp-close');
  const { token } = await mint(standin);
  const line: PlainSocket = socket(standin.apiOrigin, { token });
  await line.welcome();
  const begun = performance.now();
  line.ws.close(1000);
  expect((await line.closed()).code).toBe(1000);
  expect(performance.now() - begun).toBeGreaterThan(450);
  await walk(standin);
});
