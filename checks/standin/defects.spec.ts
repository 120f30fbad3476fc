/** Each parametric defect changes what a plain client sees, at the place that it names and nowhere else. */
import type { Standin } from '../../src/standin/start.ts';
import { UnknownSelection } from '../../src/standin/switchboard/switchboard.ts';
import {
  answers,
  call,
  claimsOf,
  dataOf,
  forge,
  framesOf,
  jsonOf,
  later,
  list,
  mint,
  part,
  probe,
  socket,
  type Json,
} from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const thread = async ({ apiOrigin }: Standin, token: string, title = 'one') =>
  jsonOf(await call(apiOrigin, 'POST', '/api/threads', { token, body: { title } }));
const health = async ({ apiOrigin }: Standin) => jsonOf(await call(apiOrigin, 'GET', '/health'));
const opened = async (standin: Standin) => {
  const line = socket(standin.apiOrigin, { token: (await mint(standin)).token });
  await line.welcome();
  return line;
};
const isPong = (frame: Json) => frame['type'] === 'pong';

test.describe('reply-field', () => {
  test('a value is set, dropped or counted up; other fields, routes and statuses stay', async ({ faulty }) => {
    const standin = await faulty(
      'reply-field:on=POST /api/threads:at=/metadata/note:to=another',
      'reply-field:on=GET /health:at=/version:op=drop',
      'reply-field:on=GET /api/threads/{id}:of=404:at=/details/status_code:op=add:to=1',
    );
    const { token } = await mint(standin);
    const created = jsonOf(
      await call(standin.apiOrigin, 'POST', '/api/threads', { token, body: { title: 'one', metadata: { note: 'n' } } }),
    );
    expect(created).toMatchObject({ title: 'one', metadata: { note: 'another' } });
    const path = `/api/threads/${String(created['id'])}`;
    expect(jsonOf(await call(standin.apiOrigin, 'GET', path, { token }))).toMatchObject({ metadata: { note: 'n' } });
    expect(await health(standin)).toMatchObject({ status: 'healthy' });
    expect(await health(standin)).not.toHaveProperty('version');
    const missing = await call(standin.apiOrigin, 'GET', '/api/threads/thread_0_none', { token });
    expect([missing.status, part(jsonOf(missing), 'details', 'status_code')]).toEqual([404, 405]);
  });

  test('lists are reversed, shortened, lengthened or emptied, by what the request has or lacks', async ({ faulty }) => {
    const standin = await faulty(
      'reply-field:on=GET /api/chat/messages:at=/messages:op=reverse:having=limit%3D3',
      'reply-field:on=GET /api/chat/messages:at=/messages:op=pop:having=limit%3D4',
      'reply-field:on=GET /api/chat/messages:at=/messages:op=repeat:having=limit%3D5',
      'reply-field:on=GET /api/chat/messages:at=/messages/*/content:op=swap:from=x:to=%3A:having=limit%3D6',
      'reply-field:on=GET /api/chat/messages:at=/messages:op=empty:lacking=limit',
    );
    const { token } = await mint(standin);
    for (const content of ['x1', 'x2'])
      await call(standin.apiOrigin, 'POST', '/api/chat/messages', { token, body: { content, thread_id: 'l' } });
    const contents = async (query: string) => {
      const page = jsonOf(await call(standin.apiOrigin, 'GET', `/api/chat/messages?thread_id=l${query}`, { token }));
      return (page['messages'] as Json[]).map(({ content }) => content);
    };
    expect(await contents('&limit=2')).toEqual(['x1', 'x2']);
    expect(await contents('&limit=3')).toEqual(['x2', 'x1']);
    expect(await contents('&limit=4')).toEqual(['x1']);
    expect(await contents('&limit=5')).toEqual(['x1', 'x1', 'x2']);
    expect(await contents('&limit=6')).toEqual([':1', ':2']);
    expect(await contents('')).toEqual([]);
  });

  test('first - every later reply has the first one’s value; only - one reply, or one and the later ones', async ({
    faulty,
  }) => {
    const standin = await faulty(
      'reply-field:on=POST /api/threads:at=/id:op=first',
      'reply-field:on=GET /health:at=/version:to=two:only=2',
      'reply-field:on=GET /health:at=/service:to=late:only=3-',
    );
    const { token } = await mint(standin);
    const ids = [await thread(standin, token), await thread(standin, token)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    const seen = [await health(standin), await health(standin), await health(standin), await health(standin)];
    expect(seen.map(({ version }) => version === 'two')).toEqual([false, true, false, false]);
    expect(seen.map(({ service }) => service === 'late')).toEqual([false, false, true, true]);
  });

  test('by and with - only requests without a token, or with a header', async ({ faulty }) => {
    const standin = await faulty(
      'reply-field:on=GET /api/mcp/status:at=/name:to=nobody:by=anonymous',
      'reply-field:on=GET /api/mcp/status:at=/version:to=none:with=x-user-id',
    );
    const { token } = await mint(standin);
    const ask = async (options: Parameters<typeof call>[3]) =>
      jsonOf(await call(standin.apiOrigin, 'GET', '/api/mcp/status', options));
    expect(await ask({})).toMatchObject({ name: 'nobody', version: '2.0.0' });
    const mine = await ask({ token, headers: { 'x-user-id': 'x' } });
    expect(mine).toMatchObject({ name: 'Netra MCP Server', version: 'none' });
  });

  test('a route that is none is refused', async ({ faulty }) => {
    await expect(faulty('reply-field:on=/health:at=/version:op=drop')).rejects.toThrow(UnknownSelection);
  });
});

test('reply-status - another status with the same body', async ({ faulty }) => {
  const standin = await faulty('reply-status:on=GET /health:to=203:only=2');
  const replies = [1, 2, 3].map(() => call(standin.apiOrigin, 'GET', '/health'));
  const seen = await Promise.all(replies);
  expect(seen.map(({ status }) => status).sort()).toEqual([200, 200, 203]);
  for (const one of seen) expect(jsonOf(one)['status']).toBe('healthy');
});

test('reply-header - a header is gone, changed or new', async ({ faulty }) => {
  const standin = await faulty(
    'reply-header:on=PUT /api/messages/:name=allow:of=405',
    'reply-header:on=GET /api/messages:name=location:of=307:from=http%3A:to=https%3A',
    'reply-header:on=GET /health:name=set-cookie:to=sid%3D1',
  );
  expect((await call(standin.apiOrigin, 'PUT', '/api/messages/')).headers).not.toHaveProperty('allow');
  expect((await call(standin.apiOrigin, 'GET', '/api/messages')).headers.location).toMatch(/^https:/);
  expect((await call(standin.apiOrigin, 'GET', '/health')).headers['set-cookie']).toEqual(['sid=1']);
});

test('reply-late - so much later, and only where it says', async ({ faulty }) => {
  const standin = await faulty('reply-late:on=GET /health:ms=300:only=2');
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) times.push((await call(standin.apiOrigin, 'GET', '/health')).ms);
  expect(times.map((ms) => ms >= 295)).toEqual([false, true, false]);
});

test('access-open - one route serves nobody, a forged token or a logged-out one; the others do not', async ({
  faulty,
}) => {
  const standin = await faulty(
    'access-open:on=GET /api/threads:to=anonymous',
    'access-open:on=GET /api/tools:to=forged',
    'access-open:on=GET /api/agents/status:to=logged-out',
  );
  const { token } = await mint(standin);
  const leaver = await mint(standin);
  await call(standin.authOrigin, 'POST', '/auth/logout', { token: leaver.token });
  const row = async (options: Parameters<typeof call>[3]) => {
    const paths = ['/api/threads', '/api/tools', '/api/agents/status'];
    const replies = await Promise.all(paths.map((path) => call(standin.apiOrigin, 'GET', path, options)));
    return replies.map(({ status }) => status);
  };
  expect(await row({})).toEqual([200, 403, 403]);
  expect(await row({ token: forge() })).toEqual([401, 200, 401]);
  expect(await row({ token: leaver.token })).toEqual([401, 401, 200]);
  expect(await row({ token })).toEqual([200, 200, 200]);
});

test('frame-field - on the socket and in an event stream', async ({ faulty }) => {
  const standin = await faulty(
    'frame-field:on=socket:type=pong:at=/data/user_id:to=somebody:only=2',
    'frame-field:on=agents:type=agent_started:at=/agent_id:op=drop',
  );
  const line = await opened(standin);
  for (let turn = 0; turn < 3; turn += 1) line.send({ type: 'ping' });
  await line.until('three pongs', () => (line.ofType('pong').length === 3 ? true : undefined));
  const users = line.ofType('pong').map((frame) => dataOf(frame)['user_id']);
  expect(users.map((user) => user === 'somebody')).toEqual([false, true, false]);
  const { token } = await mint(standin);
  const body = { message: probe().text };
  const frames = framesOf(await call(standin.apiOrigin, 'POST', '/api/agents/stream', { token, body }));
  expect(frames[0]).toMatchObject({ event: 'agent_started', message: body.message });
  expect(frames[0]).not.toHaveProperty('agent_id');
  expect(frames.at(-1)).toEqual({ event: 'stream_end' });
});

test('frame-lost - on the socket and in an event stream; after - leaves so many sockets alone', async ({ faulty }) => {
  const standin = await faulty('frame-lost:on=socket:type=pong:after=1', 'frame-lost:on=agents:type=agent_progress');
  const [first, second] = [await opened(standin), await opened(standin)];
  for (const line of [first, second]) {
    line.send({ type: 'ping' });
    line.send({ type: 'gp_type' });
    await line.type('ack');
  }
  expect([first, second].map((line) => line.frames.some(isPong))).toEqual([true, false]);
  const { token } = await mint(standin);
  const body = { message: probe().text };
  const frames = framesOf(await call(standin.apiOrigin, 'POST', '/api/agents/stream', { token, body }));
  expect(frames.map(({ event }) => event)).toEqual([
    'agent_started',
    'agent_thinking',
    'agent_completed',
    'stream_end',
  ]);
});

test('frame-again - the frame comes twice, the second time with another value', async ({ faulty }) => {
  const line = await opened(await faulty('frame-again:type=pong:ms=50:at=/data/user_id:to=somebody'));
  line.send({ type: 'ping' });
  await line.until('two pongs', () => (line.ofType('pong').length === 2 ? true : undefined));
  expect(line.ofType('pong').map((frame) => dataOf(frame)['user_id'] === 'somebody')).toEqual([false, true]);
});

test('frame-late - the frame comes, but late', async ({ faulty }) => {
  const line = await opened(await faulty('frame-late:type=pong:ms=300'));
  line.send({ type: 'ping' });
  line.send({ type: 'gp_type' });
  await line.type('ack');
  expect(line.frames.some(isPong)).toBe(false);
  await line.type('pong');
});

test('greeting-degraded - degraded_mode before the welcome, and the socket works', async ({ faulty }) => {
  const line = await opened(await faulty('greeting-degraded'));
  const events = line.ofType('system_message').map((frame) => dataOf(frame)['event']);
  expect(events).toEqual(['degraded_mode', 'connection_established']);
  line.send({ type: 'ping' });
  await line.type('pong');
});

test('close-answer - another code, or no answer at all', async ({ faulty }) => {
  const other = await opened(await faulty('close-answer:code=1001'));
  other.ws.close(1000);
  expect((await other.closed()).code).toBe(1001);
  const mute = await opened(await faulty('close-answer:code=none'));
  mute.ws.close(1000);
  await later(500);
  expect(mute.closedWith).toBeUndefined();
  mute.ws.terminate();
});

test('socket-displaced - a new socket, admitted or not, ends the open ones', async ({ faulty }) => {
  const standin = await faulty('socket-displaced');
  const line = await opened(standin);
  const other = socket(standin.apiOrigin);
  expect(await line.closed()).toMatchObject({ code: 1001, reason: 'Replaced' });
  expect((await other.closed()).code).toBe(1008);
});

test('socket-ended - the frame arrives, and then the end', async ({ faulty }) => {
  const line = await opened(await faulty('socket-ended:type=pong'));
  line.send({ type: 'gp_type' });
  await line.type('ack');
  await later(100);
  expect(line.isOpen).toBe(true);
  line.send({ type: 'ping' });
  await line.type('pong');
  expect(await line.closed()).toMatchObject({ code: 1001, reason: 'Restarting' });
});

test('eviction-none - a fourth socket, and the first one stays', async ({ faulty }) => {
  const standin = await faulty('eviction-none');
  const { token } = await mint(standin);
  const lines = [1, 2, 3, 4].map(() => socket(standin.apiOrigin, { token }));
  for (const line of lines) await line.welcome();
  await later(200);
  expect(lines.every((line) => line.isOpen)).toBe(true);
});

test('upgrade-refusal - another status, or the chat itself', async ({ faulty }) => {
  const moved = await faulty('upgrade-refusal:to=404');
  const { token } = await mint(moved);
  expect((await socket(moved.apiOrigin, { token, path: '/ws/nowhere' }).refused()).status).toBe(404);
  await socket(moved.apiOrigin, { token }).welcome();
  const open = await faulty('upgrade-refusal:to=accepted');
  await socket(open.apiOrigin, { token: (await mint(open)).token, path: '/ws/nowhere' }).welcome();
});

test('answers-merged - who asks together reads both answers, who asks alone the own one', async ({ faulty }) => {
  const standin = await faulty('answers-merged');
  const { token } = await mint(standin);
  const ask = async ({ text }: { text: string }) =>
    jsonOf(await call(standin.apiOrigin, 'POST', '/api/agents/triage', { token, body: { message: text } }))['response'];
  const [one, other] = [probe(), probe()];
  for (const text of await Promise.all([ask(one), ask(other)]))
    expect([answers(text, one), answers(text, other)]).toEqual([true, true]);
  expect(answers(await ask(one), other)).toBe(false);
});

test('answer-canned - one surface answers the same to everything, the others what was asked', async ({ faulty }) => {
  const standin = await faulty('answer-canned:surface=http');
  const { token } = await mint(standin);
  const asked = probe();
  const body = { message: asked.text };
  const reply = jsonOf(await call(standin.apiOrigin, 'POST', '/api/agents/triage', { token, body }));
  expect(reply['status']).toBe('success');
  expect(answers(reply['response'], asked)).toBe(false);
  const frames = framesOf(await call(standin.apiOrigin, 'POST', '/api/agents/stream', { token, body }));
  expect(answers(frames.find(({ event }) => event === 'agent_completed')?.['result'], asked)).toBe(true);
});

test('agents-listed-to-all - the list has the agent of somebody else, whose status stays closed', async ({
  faulty,
}) => {
  const standin = await faulty('agents-listed-to-all');
  const [alice, bob] = [await mint(standin), await mint(standin)];
  const body = { agent_id: 'of-bob', message: 'Hello' };
  await call(standin.apiOrigin, 'POST', '/api/agents/start', { token: bob.token, body });
  const seen = await call(standin.apiOrigin, 'GET', '/api/agents/status', { token: alice.token });
  expect(list(seen.text).map(({ agent_id }) => agent_id)).toEqual(['of-bob']);
  const one = await call(standin.apiOrigin, 'GET', '/api/agents/status?agent_id=of-bob', { token: alice.token });
  expect(one.status).toBe(403);
});

test('identity-by-header - X-User-ID decides with a valid token, and means nothing without', async ({ faulty }) => {
  const standin = await faulty('identity-by-header');
  const [alice, bob] = [await mint(standin), await mint(standin)];
  await thread(standin, bob.token, 'of bob');
  const headers = { 'x-user-id': bob.id };
  const seen = await call(standin.apiOrigin, 'GET', '/api/threads', { token: alice.token, headers });
  expect(list(seen.text).map(({ title }) => title)).toEqual(['of bob']);
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { headers })).status).toBe(403);
});

test('socket-thread-open - over the socket a message lands in a conversation of somebody else, over REST it does not', async ({
  faulty,
}) => {
  const standin = await faulty('socket-thread-open');
  const bob = await mint(standin);
  const { id } = await thread(standin, bob.token, 'of bob');
  const line = await opened(standin);
  const asked = probe();
  line.send({ type: 'chat_message', payload: { content: asked.text, thread_id: id } });
  await line.type('agent_completed');
  const path = `/api/threads/${String(id)}/messages`;
  expect((await call(standin.apiOrigin, 'GET', path, { token: bob.token })).text).toContain(asked.text);
  const { token } = await mint(standin);
  expect((await call(standin.apiOrigin, 'GET', path, { token })).status).toBe(403);
});

test('profile-name-kept - the second one to ask reads the e-mail address of the first as a name', async ({
  faulty,
}) => {
  const standin = await faulty('profile-name-kept');
  const users = [await mint(standin), await mint(standin)];
  const profiles = [];
  for (const { token } of users)
    profiles.push(jsonOf(await call(standin.apiOrigin, 'GET', '/api/users/profile', { token })));
  expect(profiles.map(({ name }) => name)).toEqual([null, profiles[0]?.['email']]);
  expect(profiles[0]?.['email']).not.toBe(profiles[1]?.['email']);
});

test('ids-per-user - both first messages have one id, and each reads the own one', async ({ faulty }) => {
  const standin = await faulty('ids-per-user');
  const users = [await mint(standin), await mint(standin)];
  const write = async ({ token, id }: { token: string; id: string }) => {
    const body = { content: id, thread_id: 'l' };
    return part(jsonOf(await call(standin.apiOrigin, 'POST', '/api/chat/messages', { token, body })), 'message', 'id');
  };
  const ids = [];
  for (const user of users) ids.push(await write(user));
  expect(ids[0]).toBe(ids[1]);
  for (const { token, id } of users) {
    const read = await call(standin.apiOrigin, 'GET', `/api/chat/messages/${String(ids[0])}`, { token });
    expect(jsonOf(read)).toMatchObject({ content: id, user_id: id, id: ids[0] });
  }
});

test('run-late - the first event comes late, the run is whole', async ({ faulty }) => {
  const line = await opened(await faulty('run-late:ms=300'));
  line.send({ type: 'chat_message', payload: { content: probe().text } });
  await later(200);
  expect(line.ofType('agent_started')).toEqual([]);
  await line.type('agent_started');
  await line.type('agent_completed');
});

test('rate-limit - so many are accepted, whatever is announced; then none for good, or until the wait is over', async ({
  faulty,
}) => {
  const again = await faulty('rate-limit:of=http:accepts=2:announced=60');
  const standin = await faulty('rate-limit:of=http:accepts=2:wait=7:again=no');
  const series = async (target: Standin, count: number) => {
    const { token } = await mint(target);
    const options = { token, body: { content: 'x', thread_id: 'l' } };
    const post = () => call(target.apiOrigin, 'POST', '/api/chat/messages', options);
    const replies: Awaited<ReturnType<typeof post>>[] = [];
    while (replies.length < count) replies.push(await post());
    return { replies, post };
  };
  const { replies } = await series(standin, 4);
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
  expect(replies[0]?.headers['x-ratelimit-limit']).toBe('100');
  expect(replies[2]?.headers['retry-after']).toBe('7');
  const short = await series(again, 3);
  expect(short.replies.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(short.replies[0]?.headers['x-ratelimit-limit']).toBe('60');
  await later(1_050);
  expect((await short.post()).status).toBe(200);
});

const renew = async ({ authOrigin }: Standin, refresh_token: string) =>
  String(jsonOf(await call(authOrigin, 'POST', '/auth/refresh', { body: { refresh_token } }))['access_token']);

test('refresh-stale - the renewed token is the old one', async ({ faulty }) => {
  const standin = await faulty('refresh-stale');
  const user = await mint(standin);
  expect(await renew(standin, user.refresh)).toBe(user.token);
});

test('refresh-renames - the renewed token works and names another e-mail address', async ({ faulty }) => {
  const standin = await faulty('refresh-renames');
  const user = await mint(standin);
  const token = await renew(standin, user.refresh);
  expect(claimsOf(token)).toMatchObject({ sub: user.id, email: 'somebody@example.com' });
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token })).status).toBe(200);
});
