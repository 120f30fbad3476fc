import { serviceNotReady } from '../../../src/contract/websocket.ts';
import { bytesFor, call, failureOf, later, mint, parsed, socket } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const transportWorks = async (origin: string) => {
  const line = socket(origin, { path: '/ws/test', protocols: [] });
  await line.type('connection_established');
  line.ws.close();
};

test('ws-upgrade-503-not-ready - 503 with Retry-After, /ws/test opens, health is green', async ({ faulty }) => {
  const standin = await faulty('ws-upgrade-503-not-ready');
  const { token } = await mint(standin);
  for (const path of ['/ws', '/websocket']) {
    const refusal = await socket(standin.apiOrigin, { token, path }).refused();
    expect([refusal.status, refusal.headers['retry-after']]).toEqual([503, '10']);
    expect(serviceNotReady.parse(parsed(refusal.text)).details).toMatchObject({
      failed_services: ['redis'],
      retry_after_seconds: 10,
    });
  }
  await transportWorks(standin.apiOrigin);
  expect((await call(standin.apiOrigin, 'GET', '/health')).status).toBe(200);
});

test('ws-upgrade-403 - with a valid, a bad and no token; /ws/test opens, HTTP takes the token', async ({ faulty }) => {
  const standin = await faulty('ws-upgrade-403');
  const { token } = await mint(standin);
  for (const options of [{ token }, { token: 'bad' }, {}, { token, path: '/websocket' }]) {
    const refusal = await socket(standin.apiOrigin, options).refused();
    expect([refusal.status, refusal.headers['content-length']]).toEqual([403, '0']);
  }
  await transportWorks(standin.apiOrigin);
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token })).status).toBe(200);
});

test('ws-route-missing - sockets 403, companion pages 404', async ({ faulty }) => {
  const standin = await faulty('ws-route-missing');
  for (const path of ['/ws', '/websocket', '/ws/test', '/ws/nope']) {
    expect(await socket(standin.apiOrigin, { path }).refused()).toMatchObject({ status: 403, text: '' });
  }
  for (const path of ['/ws/config', '/ws/health', '/ws/beacon']) {
    const answer = await call(standin.apiOrigin, 'GET', path);
    expect([answer.status, answer.text]).toEqual([404, '{"detail":"Not Found"}']);
  }
  expect((await call(standin.apiOrigin, 'GET', '/health')).status).toBe(200);
});

test('ws-upgrade-hang - no answer to the upgrade, HTTP is fast, /ws/test opens', async ({ faulty }) => {
  const standin = await faulty('ws-upgrade-hang');
  const line = socket(standin.apiOrigin);
  await later(700);
  expect([line.isOpen, line.failure, line.refusal]).toEqual([false, undefined, undefined]);
  expect((await call(standin.apiOrigin, 'GET', '/health')).ms).toBeLessThan(500);
  await transportWorks(standin.apiOrigin);
  line.ws.terminate();
});

test('ws-subprotocol-none - 101 without the subprotocol that was offered', async ({ faulty }) => {
  const standin = await faulty('ws-subprotocol-none');
  const { token } = await mint(standin);
  expect(await socket(standin.apiOrigin, { token }).failed()).toBe('Server sent no subprotocol');
  await socket(standin.apiOrigin, { token, protocols: [] }).welcome();
  await transportWorks(standin.apiOrigin);
  const upgrade =
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: jwt-auth\r\n\r\n';
  const bytes = bytesFor(standin.apiOrigin, upgrade);
  await later(200);
  await standin.close();
  const answer = (await bytes).toString('latin1');
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
  expect(answer).not.toMatch(/sec-websocket-protocol/i);
  expect(await failureOf(call(standin.apiOrigin, 'GET', '/health'))).toBe('ECONNREFUSED');
});
