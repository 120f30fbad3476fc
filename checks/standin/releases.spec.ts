/** The stand-in as a later release: each difference of the release on the wire, and nothing else. */
import { envelope } from '../../src/contract/errors.ts';
import { endpointsOf, RELEASES } from '../../src/contract/releases.ts';
import { beta17 } from '../../src/contract/releases/beta-17.ts';
import { DIALECTS } from '../../src/standin/dialects.ts';
import { call, claimsOf, jsonOf, mint, socket, type Json } from './plain-client.ts';
import { expect, test as base } from './standin-fixture.ts';
import type { Standin } from '../../src/standin/start.ts';

const test = base.extend<{ later: Standin }>({
  later: async ({ start }, use) => {
    const dialect = DIALECTS.find(({ release }) => release === beta17);
    if (dialect === undefined) throw new Error('the stand-in cannot play beta-17');
    await use(await start({ dialect }));
  },
});

const isOf = (type: string) => (frame: Json) => frame['type'] === type;

test('the stand-in plays every release of the contract', () => {
  expect(DIALECTS.map(({ release }) => release.name)).toEqual(RELEASES.map(({ name }) => name));
});

test('public endpoints of beta-17 - the bodies of the release', async ({ later }) => {
  const open = endpointsOf(beta17).filter(
    ({ access, host, path, method }) =>
      access === 'public' && host === 'api' && method === 'GET' && !path.includes('{'),
  );
  for (const { id, path, success } of open) {
    const answer = await call(later.apiOrigin, 'GET', path);
    expect(answer.status, id).toBe(200);
    expect(success?.safeParse(jsonOf(answer)).success, id).toBe(true);
  }
  expect(jsonOf(await call(later.apiOrigin, 'GET', '/health'))).toEqual({ status: 'ok' });
  expect((await call(later.apiOrigin, 'GET', '/health/agents')).status).toBe(404);
});

test('beta-17 - the own account is elsewhere; anonymous and foreign callers get 401', async ({ later }) => {
  const [alice, bob] = [await mint(later), await mint(later)];
  expect((await call(later.apiOrigin, 'GET', '/api/users/profile', { token: alice.token })).status).toBe(404);
  expect((await call(later.apiOrigin, 'GET', '/api/v1/user/profile', { token: alice.token })).status).toBe(200);
  const created = jsonOf(await call(later.apiOrigin, 'POST', '/api/threads', { token: alice.token, body: {} }));
  const path = `/api/threads/${String(created['id'])}`;
  for (const refused of [await call(later.apiOrigin, 'GET', path), await call(later.apiOrigin, 'GET', path, bob)]) {
    expect(refused.status).toBe(401);
    expect(envelope.parse(jsonOf(refused)).details.status_code).toBe(401);
  }
  expect(claimsOf(alice.token)['jti']).toMatch(/^jti_\d+_\d+_[0-9a-f]+$/);
});

test('beta-17 - a flat welcome with a shortened id, the whole one in the pong, a heartbeat only when idle', async ({
  later,
}) => {
  const { token, id } = await mint(later);
  const line = socket(later.apiOrigin, { token });
  const welcome = await line.type('connection_established');
  expect(beta17.socket.welcome.parse(welcome)).toMatchObject({ user: { id: id.slice(0, 8), whole: false } });
  line.send({ type: 'ping' });
  expect(await line.type('pong')).toMatchObject({ data: { user_id: id } });
  expect(line.frames.some(isOf('heartbeat'))).toBe(false);
  await line.type('heartbeat');
  expect(line.frames.some(isOf('ping'))).toBe(false);
  line.ws.send('{bad');
  expect(await line.type('error_message')).toMatchObject({ error_code: 'JSON_PARSE_ERROR' });
  line.send({ type: 'chat_message', payload: { content: 'x' } });
  const started = await line.type('agent_started');
  expect([Object.keys(started).includes('payload'), typeof started['data']]).toEqual([false, 'object']);
});

test('beta-17 - a refused socket gets AUTH_FAILED and its own reason; aliases and the transport test are gone', async ({
  later,
}) => {
  const refused = socket(later.apiOrigin, {});
  expect(await refused.type('error_message')).toMatchObject({ error_code: 'AUTH_FAILED' });
  expect(await refused.closed()).toMatchObject({ code: 1008, reason: 'Authentication failed' });
});
