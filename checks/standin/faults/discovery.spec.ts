import { call, jsonOf, mint, part, socket, dataOf } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

test('discovery-localhost - the backend is named localhost:8000, auth and frontend are right', async ({ faulty }) => {
  const standin = await faulty('discovery-localhost');
  const found = jsonOf(await call(standin.apiOrigin, 'GET', '/api/discovery/services'));
  expect(part(found, 'services', 'backend')).toMatchObject({
    url: 'http://localhost:8000',
    ws_url: 'ws://localhost:8000/ws',
  });
  expect(part(found, 'services', 'auth', 'url')).toBe(standin.authOrigin);
});

test('config-limits-mismatch - /ws/config disagrees with /ws/health and the welcome', async ({ faulty }) => {
  const standin = await faulty('config-limits-mismatch');
  const limits = part(jsonOf(await call(standin.apiOrigin, 'GET', '/ws/config')), 'websocket', 'limits');
  expect(limits).toMatchObject({
    max_connections_per_user: 300,
    max_message_size_bytes: 4096,
    max_message_rate_per_minute: 100,
  });
  const health = jsonOf(await call(standin.apiOrigin, 'GET', '/ws/health'));
  expect(part(health, 'config', 'max_connections_per_user')).toBe(3);
  const greeting = await socket(standin.apiOrigin, { token: (await mint(standin)).token }).welcome();
  expect(dataOf(greeting)['config']).toMatchObject({ max_message_size: 8192 });
});
