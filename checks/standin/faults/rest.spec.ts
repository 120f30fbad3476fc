import { envelope } from '../../../src/contract/errors.ts';
import type { Standin } from '../../../src/standin/start.ts';
import { call, jsonOf, mint, part, socket, type Json, type User } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

type Ask = (method: string, path: string, body?: unknown) => Promise<{ status: number; json: Json; text: string }>;
const as =
  (standin: Standin, user: User): Ask =>
  async (method, path, body) => {
    const answer = await call(standin.apiOrigin, method, path, {
      token: user.token,
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, json: jsonOf(answer), text: answer.text };
  };
const anybody = async (standin: Standin): Promise<Ask> => as(standin, await mint(standin));
const message = (content: string, thread_id = 'label') => ({ content, thread_id });
const idOf = (reply: { json: Json }) => String(part(reply.json, 'message', 'id') ?? reply.json['id']);

test('rest-500 - every /api path, with and without a token; health, sockets and auth work', async ({ faulty }) => {
  const standin = await faulty('rest-500');
  const { token } = await mint(standin);
  for (const path of ['/api/threads', '/api/nope', '/api/config/public']) {
    for (const given of [undefined, token]) {
      const answer = await call(standin.apiOrigin, 'GET', path, { token: given });
      expect([answer.status, envelope.parse(jsonOf(answer)).error_code]).toEqual([500, 'INTERNAL_ERROR']);
    }
  }
  for (const path of ['/health', '/ws/health']) expect((await call(standin.apiOrigin, 'GET', path)).status).toBe(200);
  const line = socket(standin.apiOrigin, { token });
  line.ws.on('open', () => line.send({ type: 'chat_message', payload: { content: 'x' } }));
  await line.type('agent_completed');
});

const ordinary = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };
const asTest = { 'user-agent': 'goldenpath', 'x-e2e-test': 'true' };
for (const [fault, refused] of [
  ['serves-tests-only', [ordinary, { ...asTest, 'x-e2e-test': undefined }]],
  ['serves-tests-only:by=agent', [ordinary, { ...asTest, ...ordinary }]],
] as const)
  test(`${fault} - authorised requests that do not look like a test get 503; tests and the public are served`, async ({
    faulty,
  }) => {
    const standin = await faulty(fault);
    const { token } = await mint(standin);
    const ask = async (headers: Record<string, string | undefined>, given?: string) => {
      const set = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
      const options = { headers: Object.fromEntries(set), token: given };
      return (await call(standin.apiOrigin, 'GET', '/api/tools/categories', options)).status;
    };
    for (const headers of refused) expect(await ask(headers, token)).toBe(503);
    expect(await ask(asTest, token)).toBe(200);
    expect(await ask(ordinary)).toBe(200);
  });

const ROUTES: [string, string, string, unknown][] = [
  ['chat-stream', 'POST', '/api/chat/stream', message('x')],
  ['tools', 'GET', '/api/tools', undefined],
  ['tools', 'POST', '/api/tools/execute', { tool_name: 'calculator', arguments: { operation: 'add', a: 1, b: 2 } }],
  ['profile', 'GET', '/api/users/profile', undefined],
  ['run-status', 'GET', '/api/chat/agents/gp-run/status', undefined],
  ['messages-card', 'GET', '/api/messages/', undefined],
];
for (const [route, method, path, body] of ROUTES) {
  test(`rest-500-route:route=${route} - ${method} ${path} is 500, refusals and other routes stay`, async ({
    faulty,
  }) => {
    const standin = await faulty(`rest-500-route:route=${route}`);
    const ask = as(standin, await mint(standin));
    await ask('POST', '/api/chat/agents/gp-run/start');
    const reply = await ask(method, path, body);
    expect([reply.status, envelope.parse(reply.json).error_code]).toEqual([500, 'INTERNAL_ERROR']);
    expect((await ask('GET', '/api/users/settings')).status).toBe(200);
  });
}
test('rest-500-route - refusals stay: 403, 422 and 404', async ({ faulty }) => {
  const standin = await faulty('rest-500-route:route=tools', 'rest-500-route:route=run-status');
  const ask = as(standin, await mint(standin));
  expect((await call(standin.apiOrigin, 'GET', '/api/tools')).status).toBe(403);
  expect((await ask('POST', '/api/tools/execute', {})).status).toBe(422);
  expect((await ask('POST', '/api/tools/execute', { tool_name: 'x' })).status).toBe(404);
  expect((await ask('GET', '/api/chat/agents/nobody/status')).status).toBe(404);
});

test('rest-write-not-stored - created, and nowhere to be found', async ({ faulty }) => {
  const standin = await faulty('rest-write-not-stored');
  const ask = as(standin, await mint(standin));
  const made = await ask('POST', '/api/chat/messages', message('x'));
  expect([made.status, made.json['status']]).toEqual([200, 'created']);
  expect((await ask('GET', `/api/chat/messages/${idOf(made)}`)).status).toBe(404);
  expect((await ask('GET', '/api/chat/messages?thread_id=label')).json['total_count']).toBe(0);
});

test('rest-instance-local-store - there on one request, gone on the next', async ({ faulty }) => {
  const standin = await faulty('rest-instance-local-store');
  const ask = as(standin, await mint(standin));
  const made = await ask('POST', '/api/chat/messages', message('x'));
  const seen: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) seen.push((await ask('GET', `/api/chat/messages/${idOf(made)}`)).status);
  expect(seen).toEqual([404, 200, 404, 200]);
});

test('thread-update-lost - PUT and DELETE answer the new state, GET shows the old one', async ({ faulty }) => {
  const standin = await faulty('thread-update-lost');
  const ask = as(standin, await mint(standin));
  const path = `/api/threads/${idOf(await ask('POST', '/api/threads', { title: 'old' }))}`;
  const changed = await ask('PUT', path, { title: 'new' });
  expect(changed.json).toMatchObject({ title: 'new', updated_at: expect.any(Number) });
  expect((await ask('DELETE', path)).json['message']).toBe('Thread archived successfully');
  expect((await ask('GET', path)).json).toMatchObject({
    title: 'old',
    updated_at: null,
    metadata: { status: 'active' },
  });
  await ask('POST', `${path}/messages`, { message: 'a name' });
  expect((await ask('POST', `${path}/auto-rename`)).json['title']).toBe('a name');
  expect((await ask('GET', path)).json['title']).toBe('a name');
});

test('thread-update-lost:rename=on - auto-rename is lost too', async ({ faulty }) => {
  const send = await anybody(await faulty('thread-update-lost:rename=on'));
  const path = `/api/threads/${idOf(await send('POST', '/api/threads', { title: 'old' }))}`;
  await send('POST', `${path}/messages`, { message: 'a name' });
  expect((await send('POST', `${path}/auto-rename`)).json['title']).toBe('a name');
  expect((await send('GET', path)).json['title']).toBe('old');
});

const threadOf = async (ask: Ask, ...texts: string[]): Promise<string> => {
  const id = idOf(await ask('POST', '/api/threads', {}));
  for (const text of texts) await ask('POST', `/api/threads/${id}/messages`, { message: text });
  return id;
};
const page = async (ask: Ask, id: string, query = '') => {
  const { json } = await ask('GET', `/api/threads/${id}/messages${query}`);
  return { ...json, contents: (json['messages'] as Json[]).map((item) => item['content']) } as Json;
};

test('thread-switch-stale - the messages of the thread read before, under the right id', async ({ faulty }) => {
  const ask = await anybody(await faulty('thread-switch-stale'));
  const [one, two] = [await threadOf(ask, '1'), await threadOf(ask, '2')];
  expect(await page(ask, one)).toMatchObject({ contents: ['1'], thread_id: one });
  expect(await page(ask, two)).toMatchObject({ contents: ['1'], thread_id: two });
  expect(await page(ask, one)).toMatchObject({ contents: ['2'], thread_id: one });
});

test('history-offset-off-by-one - offset n > 0 behaves as n + 1', async ({ faulty }) => {
  const ask = await anybody(await faulty('history-offset-off-by-one'));
  const id = await threadOf(ask, '0', '1', '2', '3');
  expect(await page(ask, id, '?limit=2')).toMatchObject({ contents: ['0', '1'], offset: 0, total: 4 });
  expect(await page(ask, id, '?limit=2&offset=1')).toMatchObject({ contents: ['2', '3'], offset: 1, total: 4 });
});

test('history-total-wrong - total is the length of the page', async ({ faulty }) => {
  const ask = await anybody(await faulty('history-total-wrong'));
  const id = await threadOf(ask, '0', '1', '2');
  expect(await page(ask, id, '?limit=2')).toMatchObject({ contents: ['0', '1'], total: 2 });
  expect(await page(ask, id)).toMatchObject({ total: 3 });
});
