import { call, dataOf, jsonOf, later, mint, probe, socket, type Json, type PlainSocket } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const isWelcome = (frame: Json) => dataOf(frame)['event'] === 'connection_established';
const healthy = async (origin: string) => {
  const line = socket(origin, { path: '/ws/test', protocols: [] });
  await line.type('connection_established');
  expect((await call(origin, 'GET', '/health')).status).toBe(200);
};
const closings: [string, { code: number; reason: string }, number, number][] = [
  ['ws-close-1011-after-accept', { code: 1011, reason: 'Internal error' }, 140, 600],
  ['ws-close-1011-after-accept:delay=0', { code: 1011, reason: 'Internal error' }, 0, 140],
  ['ws-close-1000-main-cleanup', { code: 1000, reason: 'main cleanup' }, 40, 500],
  ['ws-drop-after-accept', { code: 1006, reason: '' }, 0, 300],
];
for (const [fault, expected, least, most] of closings) {
  test(`${fault} - no frame, ${expected.code} "${expected.reason}", with and without a token`, async ({ faulty }) => {
    const standin = await faulty(fault);
    const { token } = await mint(standin);
    for (const options of [{ token }, {}, { token, path: '/websocket' }]) {
      const line = socket(standin.apiOrigin, options);
      await line.until('open', () => (line.ws.protocol === '' ? undefined : true));
      const closed = await line.closed();
      expect(closed).toMatchObject(expected);
      expect(line.frames).toEqual([]);
      expect(closed.at).toBeGreaterThanOrEqual(least);
      expect(closed.at).toBeLessThan(most);
    }
    await healthy(standin.apiOrigin);
  });
}

test('ws-close-1011-after-accept:delay=0 - open and close are both seen, 20 times', async ({ faulty }) => {
  const standin = await faulty('ws-close-1011-after-accept:delay=0');
  for (let turn = 0; turn < 20; turn += 1) {
    const line = socket(standin.apiOrigin);
    expect(await line.closed()).toMatchObject({ code: 1011, reason: 'Internal error' });
    expect(line.ws.protocol).toBe('jwt-auth');
  }
});

test('ws-factory-failed - the error frame, then 1011 with its own reason', async ({ faulty }) => {
  const standin = await faulty('ws-factory-failed');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  expect(await line.closed()).toMatchObject({ code: 1011, reason: 'Factory SSOT validation failed' });
  expect(line.frames).toEqual([expect.objectContaining({ type: 'error_message', error_code: 'FACTORY_INIT_FAILED' })]);
  expect((line.closedWith?.at ?? 0) - (line.times[0] ?? 0)).toBeGreaterThan(80);
});

test('ws-no-welcome - everything but the welcome', async ({ faulty }) => {
  const standin = await faulty('ws-no-welcome');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  await line.type('handshake_validation');
  await line.type('ping');
  line.send({ type: 'ping' });
  await line.type('pong');
  line.send({ type: 'chat_message', payload: { content: probe().text } });
  await line.type('agent_completed');
  expect(line.frames.some(isWelcome)).toBe(false);
});

test('ws-welcome-degraded - degraded_mode instead, chat gets one fallback_response', async ({ faulty }) => {
  const standin = await faulty('ws-welcome-degraded');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  await line.frame('degraded', (frame) => dataOf(frame)['event'] === 'degraded_mode');
  line.send({ type: 'chat_message', payload: { content: probe().text } });
  const response = await line.type('agent_response');
  expect(dataOf(response)['type']).toBe('fallback_response');
  await later(200);
  expect(line.frames.some((frame) => isWelcome(frame) || 'run_id' in frame)).toBe(false);
});

test('ws-welcome-other-user - welcome, pong and ack are of another test user', async ({ faulty }) => {
  const standin = await faulty('ws-welcome-other-user');
  const [alice, bob] = [await mint(standin, 'gp-alice-w0-a'), await mint(standin, 'gp-bob-w0-b')];
  await call(standin.apiOrigin, 'GET', '/api/users/settings', { token: bob.token });
  const line = socket(standin.apiOrigin, { token: alice.token });
  const greeting = dataOf(await line.welcome());
  line.send({ type: 'ping' });
  line.send({ type: 'gp_type' });
  expect(dataOf(await line.type('pong'))['user_id']).toBe(bob.id);
  expect((await line.type('ack'))['user_id']).toBe(bob.id);
  expect(greeting['user_id']).toBe(bob.id);
  expect(greeting['connection_id']).toContain('e2e-gp-bob');
  expect(line.raw.join('')).not.toContain(alice.id);
});

const staysOpen = async (line: PlainSocket) => {
  for (const message of ['{', { type: 'ping' }, { type: 'chat_message', payload: { content: 'x' } }])
    line.send(message);
  expect(await line.quietFor(1_300)).toBe(0);
  expect(await line.answersProtocolPings()).toBe(true);
  expect(line.isOpen).toBe(true);
};

test('ws-mute - 101 with jwt-auth, never a frame, the socket lives; no token is still refused', async ({ faulty }) => {
  const standin = await faulty('ws-mute');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  await line.opened();
  await staysOpen(line);
  expect([line.ws.protocol, line.frames.length]).toEqual(['jwt-auth', 0]);
  const refused = socket(standin.apiOrigin);
  expect((await refused.closed()).code).toBe(1008);
  expect(refused.frames[0]?.['error_code']).toBe('NO_TOKEN');
  await healthy(standin.apiOrigin);
});

test('ws-zombie - welcome and one ping, then nothing', async ({ faulty }) => {
  const standin = await faulty('ws-zombie');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  await line.welcome();
  await line.type('ping');
  await staysOpen(line);
  expect(line.frames).toHaveLength(3);
  const threads = await call(standin.apiOrigin, 'GET', '/api/threads', { token });
  expect([threads.status, threads.text]).toEqual([200, '[]']);
  expect(jsonOf(await call(standin.apiOrigin, 'GET', '/health'))['status']).toBe('healthy');
});
