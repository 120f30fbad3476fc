import { agentEvents } from '../../../src/contract/websocket.ts';
import type { Standin } from '../../../src/standin/start.ts';
import { call, dataOf, forge, framesOf, jsonOf, mint, parsed, part, probe, socket } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const APP = 'http://localhost:3000';
const FOREIGN = 'http://localhost:3999';
const asking = (origin: string) => ({
  origin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
});
const threads = (standin: Standin, headers: Record<string, string>, token?: string) =>
  call(standin.apiOrigin, 'GET', '/api/threads', { token, headers });

test('cors-missing - answered, but no browser may read it; the auth service still allows it', async ({ faulty }) => {
  const standin = await faulty('cors-missing');
  const { token } = await mint(standin);
  const [simple, preflight] = [
    await threads(standin, { origin: APP }, token),
    await call(standin.apiOrigin, 'OPTIONS', '/api/threads', { headers: asking(APP) }),
  ];
  expect(simple.status).toBe(200);
  for (const { headers } of [simple, preflight])
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  const auth = await call(standin.authOrigin, 'OPTIONS', '/auth/me', { headers: asking(APP) });
  expect(auth.headers['access-control-allow-origin']).toBe(APP);
});

test('cors-any-origin - a foreign page is allowed to read, with credentials', async ({ faulty }) => {
  const standin = await faulty('cors-any-origin');
  const { token } = await mint(standin);
  const preflight = await call(standin.apiOrigin, 'OPTIONS', '/api/threads', { headers: asking(FOREIGN) });
  expect(preflight.status).toBe(200);
  for (const { headers } of [preflight, await threads(standin, { origin: FOREIGN }, token)])
    expect(headers).toMatchObject({
      'access-control-allow-origin': FOREIGN,
      'access-control-allow-credentials': 'true',
    });
  expect((await threads(standin, { origin: FOREIGN })).status).toBe(403);
});

test('ws-subprotocol-token-unread - NO_TOKEN by subprotocol, welcomed by header', async ({ faulty }) => {
  const standin = await faulty('ws-subprotocol-token-unread');
  const { token } = await mint(standin);
  const refused = socket(standin.apiOrigin, { token, via: 'subprotocol' });
  expect(await refused.closed()).toMatchObject({ code: 1008 });
  expect(refused.frames[0]?.['error_code']).toBe('NO_TOKEN');
  await socket(standin.apiOrigin, { token }).welcome();
});

test('auth-audience-ignored - another audience is served, another signature is not', async ({ faulty }) => {
  const standin = await faulty('auth-audience-ignored');
  const foreign = { aud: 'another-platform' };
  expect((await threads(standin, {}, forge({ secret: standin.secret, claims: foreign }))).status).toBe(200);
  await socket(standin.apiOrigin, { token: forge({ secret: standin.secret, claims: foreign }) }).welcome();
  expect((await threads(standin, {}, forge({ claims: foreign }))).status).toBe(401);
});

test('auth-headers-let-in - detection headers alone are served as a test user; nothing else is', async ({ faulty }) => {
  const standin = await faulty('auth-headers-let-in');
  expect((await threads(standin, { 'x-e2e-test': 'true' })).status).toBe(200);
  const guest = socket(standin.apiOrigin, { headers: { 'x-e2e-test': 'true' } });
  expect(dataOf(await guest.welcome())['user_id']).toBe('e2e-gp-detected');
  expect((await threads(standin, {})).status).toBe(403);
  expect((await threads(standin, { 'x-e2e-test': 'true' }, forge())).status).toBe(401);
});

test('events-heartbeat-missing - connected, then silence; agent streams are whole', async ({ faulty }) => {
  const standin = await faulty('events-heartbeat-missing');
  const { token } = await mint(standin);
  const events = await call(standin.apiOrigin, 'GET', '/api/events/stream', { token, abortAfter: 'stream_connected' });
  expect(framesOf(events).map((frame) => frame['event'])).toEqual(['stream_connected']);
  const signal = AbortSignal.timeout(11_500);
  const response = await fetch(`${standin.apiOrigin}/api/events/stream`, {
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const chunk of response.body ?? []) seen.push(Buffer.from(chunk as Uint8Array).toString('utf8'));
  })();
  await expect(reading).rejects.toThrow(/abort|timeout/i);
  expect(seen.join('')).toContain('stream_connected');
  expect(seen.join('')).not.toContain('heartbeat');
});

const history = async (standin: Standin, token: string, id: string) =>
  jsonOf(await call(standin.apiOrigin, 'GET', `/api/threads/${id}/messages`, { token }))['messages'] as {
    id: string;
    content: string;
  }[];

test('thread-order-lost - all messages are there, in the order of their random ids', async ({ faulty }) => {
  const standin = await faulty('thread-order-lost');
  const { token } = await mint(standin);
  const made = jsonOf(await call(standin.apiOrigin, 'POST', '/api/threads', { token, body: {} }));
  const id = String(made['id']);
  const sent = Array.from({ length: 10 }, (_, index) => `m${index}`);
  for (const message of sent)
    await call(standin.apiOrigin, 'POST', `/api/threads/${id}/messages`, { token, body: { message } });
  const shown = await history(standin, token, id);
  expect(shown.map(({ content }) => content).sort()).toEqual(sent);
  expect(shown.map(({ content }) => content)).not.toEqual(sent);
});

test('msg-overtakes - the second of three messages starts last; each is answered', async ({ faulty }) => {
  const standin = await faulty('msg-overtakes');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  await line.welcome();
  const asked = ['1', '2', '3'].map((id) => ({ id, ...probe() }));
  for (const { id, text } of asked)
    line.send({ type: 'chat_message', message_id: id, payload: { content: text, thread_id: undefined } });
  const started = () =>
    line.frames.filter(({ type }) => type === 'agent_started').map((frame) => agentEvents.agent_started.parse(frame));
  await expect.poll(() => started().length).toBe(3);
  expect(started().map(({ payload }) => payload.context.message_id)).toEqual(['1', '3', '2']);
});

const asset = async (standin: Standin, path: string) => {
  const response = await fetch(`${standin.appOrigin ?? ''}${path}`);
  return { status: response.status, text: await response.text() };
};

test('the chat page - served beside the API, names its addresses, is allowed by CORS', async ({ start }) => {
  const standin = await start({ app: true });
  expect((await asset(standin, '/')).text).toContain('<h1>Chat</h1>');
  expect((await asset(standin, '/app.js')).text).toContain('new WebSocket');
  expect((await asset(standin, '/nope')).status).toBe(404);
  expect(parsed((await asset(standin, '/config.json')).text)).toEqual({
    api: standin.apiOrigin,
    ws: `${standin.apiOrigin.replace('http', 'ws')}/ws`,
    // Of the release that is played.
    profile: '/api/users/profile',
    eventBody: 'payload',
  });
  const preflight = await call(standin.apiOrigin, 'OPTIONS', '/api/threads', {
    headers: asking(standin.appOrigin ?? ''),
  });
  expect(preflight.headers['access-control-allow-origin']).toBe(standin.appOrigin);
  const services = jsonOf(await call(standin.apiOrigin, 'GET', '/api/discovery/services'));
  expect(part(services, 'services', 'frontend', 'url')).toBe(standin.appOrigin);
});

test('two stand-ins with a chat page - each on a port of its own', async ({ start }) => {
  const [one, other] = [await start({ app: true }), await start({ app: true })];
  expect(one.appOrigin).not.toBe(other.appOrigin);
});

for (const [what, lost] of [
  ['history', 'of messages)'],
  ['reconnect', "addEventListener('online'"],
  ['answer', 'result.answer'],
] as const)
  test(`page-broken:what=${what} - the script is without it`, async ({ start }) => {
    const whole = await asset(await start({ app: true }), '/app.js');
    const broken = await asset(await start({ app: true, faults: [`page-broken:what=${what}`] }), '/app.js');
    expect(whole.text).toContain(lost);
    expect(broken.text).not.toContain(lost);
  });

test('page-broken:what=progress - steps are not written', async ({ start }) => {
  const broken = await asset(await start({ app: true, faults: ['page-broken:what=progress'] }), '/app.js');
  expect(broken.text).toContain("if (className === 'step') return;");
});

test('page-broken:what=maintenance - another page', async ({ start }) => {
  const broken = await asset(await start({ app: true, faults: ['page-broken:what=maintenance'] }), '/');
  expect(broken.text).not.toContain('Sign in');
});
