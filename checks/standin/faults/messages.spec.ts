import { call, jsonOf, later, mint, probe, socket, type Json } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const CHAT = [
  { type: 'chat_message', payload: { content: 'hello' } },
  { type: 'start_agent', payload: { user_request: 'hello' } },
  { type: 'user_input', payload: { content: 'hello' } },
];
const opened = async (standin: { apiOrigin: string; authOrigin: string; bypassKey: string; secret: string }) => {
  const user = await mint(standin);
  const line = socket(standin.apiOrigin, { token: user.token });
  await line.welcome();
  await line.type('ping');
  return { line, user };
};

for (const message of ['{', { type: 'ping' }, CHAT[0]]) {
  test(`msg-crash-1011 - ${JSON.stringify(message)} ends the socket without a frame; pong does not`, async ({
    faulty,
  }) => {
    const { line } = await opened(await faulty('msg-crash-1011'));
    line.send({ type: 'pong' });
    await later(100);
    expect(line.isOpen).toBe(true);
    const before = line.frames.length;
    line.send(message);
    expect(await line.closed(500)).toMatchObject({ code: 1011, reason: 'Internal error' });
    expect(line.frames.slice(before).filter((frame) => frame['type'] !== 'ping')).toEqual([]);
  });
}

const stored = async (origin: string, token: string) =>
  jsonThreads(await call(origin, 'GET', '/api/threads', { token }));
const jsonThreads = (answer: { text: string }) => (JSON.parse(answer.text) as Json[]).length;
const httpAgentWorks = async (origin: string, token: string) => {
  const asked = probe();
  const answer = await call(origin, 'POST', '/api/agents/triage', { token, body: { message: asked.text } });
  expect(jsonOf(answer)['response']).toContain(asked.sum);
};

test('msg-chat-swallowed - chat gets nothing and stores nothing; everything else is answered', async ({ faulty }) => {
  const standin = await faulty('msg-chat-swallowed');
  const { line, user } = await opened(standin);
  for (const message of CHAT) line.send(message);
  line.send({ type: 'gp_type' });
  line.send('{');
  await line.type('ack');
  await line.type('error_message');
  await later(300);
  expect(line.frames.map((frame) => frame['type']).filter((type) => type !== 'ping')).toEqual([
    'handshake_validation',
    'system_message',
    'ack',
    'error_message',
  ]);
  expect(await stored(standin.apiOrigin, user.token)).toBe(0);
  await httpAgentWorks(standin.apiOrigin, user.token);
});

test('msg-ack-only - chat gets an ack and nothing else', async ({ faulty }) => {
  const standin = await faulty('msg-ack-only');
  const { line, user } = await opened(standin);
  for (const message of CHAT) line.send(message);
  await line.until('acks', () => (line.ofType('ack').length === 3 ? true : undefined));
  expect(line.ofType('ack').map((frame) => frame['received_type'])).toEqual(CHAT.map((message) => message.type));
  await later(200);
  expect(line.frames.some((frame) => 'run_id' in frame)).toBe(false);
  expect(await stored(standin.apiOrigin, user.token)).toBe(0);
  await httpAgentWorks(standin.apiOrigin, user.token);
});

test('msg-bad-json-kills-socket - no FORMAT_ERROR, TCP ends without a close frame', async ({ faulty }) => {
  const { line } = await opened(await faulty('msg-bad-json-kills-socket'));
  line.send({ type: 'ping' });
  await line.type('pong');
  line.send('{not json');
  expect((await line.closed(500)).code).toBe(1006);
  expect(line.ofType('error_message')).toEqual([]);
});

test('msg-oversize-dropped - no frame, the socket stays open; 8192 bytes are answered', async ({ faulty }) => {
  const { line } = await opened(await faulty('msg-oversize-dropped'));
  line.send(JSON.stringify({ type: 'big', pad: 'x'.repeat(9_000) }));
  line.send({ type: 'ping' });
  await line.type('pong');
  expect(line.frames.filter((frame) => ['ack', 'error_message'].includes(String(frame['type'])))).toEqual([]);
});
