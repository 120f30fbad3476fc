import { call, jsonOf, mint, newMarker, probe, socket, type Json } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

test('iso-messages-by-label - everybody with that label, counted; without a label only own ones', async ({
  faulty,
}) => {
  const standin = await faulty('iso-messages-by-label');
  const [alice, bob] = [await mint(standin), await mint(standin)];
  const label = newMarker();
  for (const { token, id } of [alice, bob]) {
    await call(standin.apiOrigin, 'POST', '/api/chat/messages', { token, body: { content: id, thread_id: label } });
  }
  const page = async (query: string) =>
    jsonOf(await call(standin.apiOrigin, 'GET', `/api/chat/messages${query}`, { token: alice.token }));
  const labelled = await page(`?thread_id=${label}`);
  expect(labelled['total_count']).toBe(2);
  expect((labelled['messages'] as Json[]).map((message) => message['user_id'])).toEqual([alice.id, bob.id]);
  expect((await page(''))['total_count']).toBe(1);
});

test('iso-thread-open - any token reads, only the owner writes, nobody reads nothing', async ({ faulty }) => {
  const standin = await faulty('iso-thread-open');
  const [alice, bob] = [await mint(standin), await mint(standin)];
  const made = await call(standin.apiOrigin, 'POST', '/api/threads', { token: alice.token, body: { title: 'secret' } });
  const path = `/api/threads/${String(jsonOf(made)['id'])}`;
  const status = async (method: string, suffix = '', body?: object) =>
    (await call(standin.apiOrigin, method, path + suffix, { token: bob.token, body })).status;
  expect([await status('GET'), await status('GET', '/messages')]).toEqual([200, 200]);
  expect([
    await status('PUT', '', {}),
    await status('DELETE'),
    await status('POST', '/messages', { message: 'x' }),
  ]).toEqual([403, 403, 403]);
  expect((await call(standin.apiOrigin, 'GET', path)).status).toBe(403);
});

test('iso-ws-broadcast - every run is seen on the sockets of all users', async ({ faulty }) => {
  const standin = await faulty('iso-ws-broadcast');
  const lines = [await mint(standin), await mint(standin)].map(({ token }) => socket(standin.apiOrigin, { token }));
  const transport = socket(standin.apiOrigin, { path: '/ws/test', protocols: [] });
  await transport.type('connection_established');
  for (const line of lines) await line.welcome();
  const asked = probe();
  lines[0]?.send({ type: 'chat_message', payload: { content: asked.text } });
  for (const line of lines) expect(JSON.stringify(await line.type('agent_completed'))).toContain(asked.marker);
  expect(transport.frames).toHaveLength(1);
});

test('iso-first-call-admin - the first call passes, the second does not', async ({ faulty }) => {
  const standin = await faulty('iso-first-call-admin');
  const config = async (token: string) => call(standin.apiOrigin, 'GET', '/api/config', { token });
  const fresh = await mint(standin);
  const first = await config(fresh.token);
  expect(first.status).toBe(200);
  expect(jsonOf(first)).toMatchObject({ log_level: 'INFO', max_retries: 3 });
  expect((await config(fresh.token)).status).toBe(403);
  const known = await mint(standin);
  await call(standin.apiOrigin, 'GET', '/api/users/settings', { token: known.token });
  expect((await config(known.token)).status).toBe(403);
  expect((await call(standin.apiOrigin, 'GET', '/api/config')).status).toBe(403);
});
