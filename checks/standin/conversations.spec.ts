import { randomUUID } from 'node:crypto';
import * as chat from '../../src/contract/chat-messages.ts';
import { envelope, validationError } from '../../src/contract/errors.ts';
import * as threads from '../../src/contract/threads.ts';
import { profileReply, settingsReply } from '../../src/contract/users.ts';
import { call, jsonOf, list, mint, newMarker, part, type Json } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

type Ask = (method: string, path: string, body?: unknown) => ReturnType<typeof call>;
const as =
  (origin: string, token: string): Ask =>
  (method, path, body) =>
    call(origin, method, path, { token, ...(body === undefined ? {} : { body }) });

test.describe('threads', () => {
  test('create, change, archive - persisted, with the keys that belong to the server kept', async ({
    standin,
    alice,
    bob,
  }) => {
    const ask = as(standin.apiOrigin, alice.token);
    const created = threads.thread.parse(
      jsonOf(
        await ask('POST', '/api/threads', { title: 't', metadata: { user_id: bob.id, status: 'x', k: 1 }, other: 2 }),
      ),
    );
    expect(created).toMatchObject({ title: 't', updated_at: null, message_count: 0 });
    expect(created.metadata).toMatchObject({ user_id: alice.id, status: 'active', k: 1 });
    const path = `/api/threads/${created.id}`;
    const changed = await ask('PUT', path, {
      title: 'new',
      metadata: { user_id: bob.id, status: 'gone', created_at: 0, l: 2 },
    });
    const after = threads.thread.parse(jsonOf(await ask('GET', path)));
    expect(jsonOf(changed)).toEqual(after);
    expect(after.title).toBe('new');
    expect(after.updated_at).not.toBeNull();
    expect(after.metadata).toEqual({ ...created.metadata, l: 2 });
    threads.threadArchivedReply.parse(jsonOf(await ask('DELETE', path)));
    expect(part(jsonOf(await ask('GET', path)), 'metadata', 'status')).toBe('archived');
    expect(jsonOf(await ask('PUT', path, { title: null }))['title']).toBeNull();
    const mine = threads.threadList.parse(list((await ask('GET', '/api/threads')).text));
    expect(mine.map((thread) => thread.id)).toContain(created.id);
  });

  test('a list - bare array, newest first, limit and offset', async ({ standin, alice }) => {
    const ask = as(standin.apiOrigin, alice.token);
    const made: unknown[] = [];
    for (let index = 0; index < 5; index += 1) made.unshift(jsonOf(await ask('POST', '/api/threads', {}))['id']);
    const ids = async (query: string) =>
      list((await ask('GET', `/api/threads${query}`)).text).map((thread) => thread['id']);
    expect(await ids('')).toEqual(made);
    expect(await ids('?limit=2&offset=1')).toEqual(made.slice(1, 3));
    expect(await ids('?offset=99')).toEqual([]);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'offset=-1']) {
      const answer = await ask('GET', `/api/threads?${query}`);
      expect(answer.status, query).toBe(422);
      expect(validationError.parse(jsonOf(answer)).detail[0]?.loc).toEqual(['query', query.split('=')[0]]);
    }
  });

  test('a title that is a number - 422; a missing and a foreign thread - 404 and 403 on every route', async ({
    standin,
    alice,
    bob,
  }) => {
    const ask = as(standin.apiOrigin, alice.token);
    expect((await ask('POST', '/api/threads', { title: 7 })).status).toBe(422);
    const foreign = jsonOf(await as(standin.apiOrigin, bob.token)('POST', '/api/threads', {}))['id'] as string;
    for (const [id, status, message] of [
      ['nobody', 404, 'Thread not found'],
      [foreign, 403, 'Access denied'],
    ] as const) {
      for (const [method, suffix, body] of [
        ['GET', '', undefined],
        ['PUT', '', {}],
        ['DELETE', '', undefined],
        ['POST', '/auto-rename', undefined],
        ['POST', '/messages', { message: 'x' }],
        ['GET', '/messages', undefined],
      ] as const) {
        const answer = await ask(method, `/api/threads/${id}${suffix}`, body);
        expect([answer.status, envelope.parse(jsonOf(answer)).message], `${method} ${suffix}`).toEqual([
          status,
          message,
        ]);
      }
    }
    const untouched = await as(standin.apiOrigin, bob.token)('GET', `/api/threads/${foreign}/messages`);
    expect(jsonOf(untouched)['total']).toBe(0);
  });

  test('messages - counted, ascending, paged; auto-rename needs one', async ({ standin, alice }) => {
    const ask = as(standin.apiOrigin, alice.token);
    const id = jsonOf(await ask('POST', '/api/threads', {}))['id'] as string;
    const rename = await ask('POST', `/api/threads/${id}/auto-rename`);
    expect([rename.status, envelope.parse(jsonOf(rename)).error_code]).toEqual([400, 'BAD_REQUEST']);
    for (let index = 0; index < 5; index += 1) {
      const posted = await ask('POST', `/api/threads/${id}/messages`, { message: `m${index}`, metadata: { index } });
      expect(threads.threadMessageCreated.parse(jsonOf(posted))).toMatchObject({ thread_id: id, content: `m${index}` });
    }
    const page = async (query: string) =>
      threads.threadMessagePage.parse(jsonOf(await ask('GET', `/api/threads/${id}/messages${query}`)));
    expect((await page('')).messages.map((message) => message.content)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect((await page('?limit=2&offset=3')).messages).toMatchObject([{ content: 'm3' }, { content: 'm4' }]);
    expect(await page('?limit=2&offset=9')).toMatchObject({ total: 5, limit: 2, offset: 9, messages: [] });
    expect(jsonOf(await ask('GET', `/api/threads/${id}`))['message_count']).toBe(5);
    const renamed = jsonOf(await ask('POST', `/api/threads/${id}/auto-rename`));
    expect(renamed['title']).toBeTruthy();
    expect(jsonOf(await ask('GET', `/api/threads/${id}`))['title']).toBe(renamed['title']);
  });
});

test.describe('chat messages', () => {
  test('kept exactly, whatever the client claims about it', async ({ standin, alice }) => {
    const ask = as(standin.apiOrigin, alice.token);
    const content = 'é 漢字 שלום 🎉👩‍👩‍👧 \u0000 end';
    const body = {
      content,
      thread_id: newMarker(),
      metadata: { a: [1, { b: null }] },
      id: randomUUID(),
      timestamp: 'x',
      type: 'y',
    };
    const created = chat.chatMessageCreated.parse(jsonOf(await ask('POST', '/api/chat/messages', body))).message;
    expect(created).toMatchObject({
      content,
      user_id: alice.id,
      message_type: 'user',
      metadata: { a: [1, { b: null }] },
    });
    expect(created.id).not.toBe(body.id);
    expect(jsonOf(await ask('GET', `/api/chat/messages/${created.id}`))).toEqual(created);
  });

  test('8000 code points are accepted, 8001, none and a missing label are not', async ({ standin, alice }) => {
    const ask = as(standin.apiOrigin, alice.token);
    const status = async (body: object) => (await ask('POST', '/api/chat/messages', body)).status;
    expect(await status({ content: '🎉'.repeat(8000), thread_id: 'x' })).toBe(200);
    expect(await status({ content: 'x'.repeat(8001), thread_id: 'x' })).toBe(422);
    expect(await status({ content: '', thread_id: 'x' })).toBe(422);
    expect(await status({ content: 'x', thread_id: '' })).toBe(422);
    expect(await status({ content: 'x' })).toBe(422);
  });

  test('lists - own messages only, by label oldest first, without one newest first', async ({
    standin,
    alice,
    bob,
  }) => {
    const [ask, other] = [as(standin.apiOrigin, alice.token), as(standin.apiOrigin, bob.token)];
    const label = newMarker();
    const post = async (who: Ask, content: string, thread_id: string) => {
      expect((await who('POST', '/api/chat/messages', { content, thread_id })).status).toBe(200);
    };
    await post(other, 'bob', label);
    for (const content of ['1', '2', '3']) await post(ask, content, label);
    await post(ask, '4', newMarker());
    const page = async (query: string) => {
      const reply = chat.chatMessagePage.parse(jsonOf(await ask('GET', `/api/chat/messages?${query}`)));
      return { ...reply, messages: reply.messages.map((message) => message.content) };
    };
    expect(await page(`thread_id=${label}`)).toMatchObject({
      messages: ['1', '2', '3'],
      total_count: 3,
      page: 1,
      has_more: false,
    });
    expect(await page('')).toMatchObject({ messages: ['4', '3', '2', '1'], total_count: 4 });
    expect(await page(`thread_id=${label}&limit=2`)).toMatchObject({ page_size: 2, has_more: true });
    expect(await page(`thread_id=${label}&limit=2&offset=2`)).toMatchObject({
      messages: ['3'],
      page: 2,
      has_more: false,
    });
    expect((await ask('GET', '/api/chat/messages?limit=101')).status).toBe(422);
  });

  test('reading and deleting - 404 after deletion, 403 for another user', async ({ standin, alice, bob }) => {
    const [ask, other] = [as(standin.apiOrigin, alice.token), as(standin.apiOrigin, bob.token)];
    const made = jsonOf(await ask('POST', '/api/chat/messages', { content: 'x', thread_id: 'y' }))['message'] as Json;
    const path = `/api/chat/messages/${String(made['id'])}`;
    for (const method of ['GET', 'DELETE']) {
      const answer = await other(method, path);
      expect([answer.status, jsonOf(answer)['message']]).toEqual([
        403,
        'Access denied: You can only access your own messages',
      ]);
    }
    expect(chat.chatMessageDeleted.parse(jsonOf(await ask('DELETE', path))).message_id).toBe(made['id']);
    const gone = await ask('GET', path);
    expect([gone.status, envelope.parse(jsonOf(gone)).message]).toEqual([404, 'Message not found']);
    expect((await ask('DELETE', path)).status).toBe(404);
  });

  test('the service card and the redirect to it', async ({ standin, alice }) => {
    const card = async (token?: string) =>
      chat.messagesCard.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/api/messages/', { token }))).authentication;
    expect(await card()).toEqual({ required: true, user_id: 'anonymous', status: 'anonymous' });
    expect(await card('garbage')).toEqual({ required: true, user_id: 'anonymous', status: 'anonymous' });
    expect(await card(alice.token)).toEqual({ required: false, user_id: alice.id, status: 'authenticated' });
    const redirect = await call(standin.apiOrigin, 'GET', '/api/messages');
    expect([redirect.status, redirect.headers.location]).toEqual([307, `${standin.apiOrigin}/api/messages/`]);
  });
});

test('the account - e-mail of the token, settings, no sessions', async ({ standin, alice }) => {
  const ask = as(standin.apiOrigin, alice.token);
  expect(profileReply.parse(jsonOf(await ask('GET', '/api/users/profile'))).email).toBe(alice.email);
  settingsReply.parse(jsonOf(await ask('GET', '/api/users/settings')));
  expect(list((await ask('GET', '/api/users/sessions')).text)).toEqual([]);
});

test('a body above 1 MiB - 413 envelope, and the connection is good for more', async ({ standin, alice }) => {
  const body = { content: 'x'.repeat(1024 * 1024), thread_id: 'x' };
  const answer = await call(standin.apiOrigin, 'POST', '/api/chat/messages', { token: alice.token, body });
  expect([answer.status, envelope.parse(jsonOf(answer)).error_code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
});

test('the rate limit of POST /api/chat/messages - 100, then 429, then served again; others are not touched', async ({
  start,
}) => {
  const standin = await start();
  const [user, other] = [await mint(standin), await mint(standin)];
  const ask = as(standin.apiOrigin, user.token);
  const post = (who: Ask, body: object = { content: 'x', thread_id: 'l' }) => who('POST', '/api/chat/messages', body);
  for (let index = 0; index < 5; index += 1) expect((await post(ask, {})).status).toBe(422);
  let accepted = 0;
  let answer = await post(ask);
  expect(answer.headers['x-ratelimit-limit']).toBe('100');
  expect(answer.headers['x-ratelimit-remaining']).toBe('99');
  while (answer.status === 200) {
    accepted += 1;
    answer = await post(ask);
  }
  expect(accepted).toBeGreaterThanOrEqual(100);
  expect(accepted).toBeLessThan(106);
  expect(answer.status).toBe(429);
  expect(envelope.parse(jsonOf(answer))).toMatchObject({
    error_code: 'RATE_LIMIT_EXCEEDED',
    details: { status_code: 429 },
  });
  const wait = Number(answer.headers['retry-after']);
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(60);
  expect((await post(as(standin.apiOrigin, other.token))).status).toBe(200);
  expect((await ask('GET', '/api/threads')).status).toBe(200);
  await expect.poll(async () => (await post(ask)).status, { intervals: [wait * 1000], timeout: 5_000 }).toBe(200);
  expect(jsonOf(await ask('GET', '/api/chat/messages?thread_id=l&limit=1'))['total_count']).toBe(accepted + 1);
});
