import { Agent } from 'node:http';
import { envelope } from '../../../src/contract/errors.ts';
import type { Standin } from '../../../src/standin/start.ts';
import { call, jsonOf, mint, socket, untilRefused, type Answer } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';
import { run } from '../program.ts';

const post = (standin: Standin, token: string, agent?: Agent): Promise<Answer> =>
  call(standin.apiOrigin, 'POST', '/api/chat/messages', {
    token,
    body: { content: 'x', thread_id: 'y' },
    ...(agent === undefined ? {} : { agent }),
  });

test('perf-connect-blocks - n sockets wait n seconds, HTTP stalls meanwhile', async () => {
  // A process of its own: what stops the server would stop the client too.
  const program = run(['--quiet', '--fault', 'perf-connect-blocks:ms=500'], { E2E_OAUTH_SIMULATION_KEY: 'k' });
  const origins = await program.ready();
  const users = await Promise.all([1, 2, 3].map(() => mint({ ...origins, bypassKey: 'k', secret: '' })));
  const lines = users.map(({ token }) => socket(origins.apiOrigin, { token }));
  await lines[0]?.opened();
  const health = await call(origins.apiOrigin, 'GET', '/health');
  for (const line of lines) await line.welcome();
  const last = Math.max(...lines.map((line) => line.times[0] ?? 0));
  program.child.kill('SIGKILL');
  expect(last).toBeGreaterThan(1_400);
  expect(health.ms).toBeGreaterThan(400);
});

test('limit-socket-leak - from the fourth connect of a user on 1011 without a frame; others are served', async ({
  faulty,
}) => {
  const standin = await faulty('limit-socket-leak');
  const [user, other] = [await mint(standin), await mint(standin)];
  for (let turn = 0; turn < 3; turn += 1) {
    const line = socket(standin.apiOrigin, { token: user.token });
    await line.welcome();
    line.ws.close(1000);
    await line.closed();
  }
  for (let turn = 0; turn < 2; turn += 1) {
    const line = socket(standin.apiOrigin, { token: user.token });
    expect(await line.closed()).toMatchObject({ code: 1011, reason: 'Internal error' });
    expect(line.frames).toEqual([]);
  }
  await socket(standin.apiOrigin, { token: other.token }).welcome();
});

for (const [fault, limit] of [
  ['limit-not-enforced', '100'],
  ['limit-not-enforced:headers=off', undefined],
] as const) {
  test(`${fault} - 115 posts and 110 socket messages are served, X-RateLimit-Limit ${limit ?? 'absent'}`, async ({
    faulty,
  }) => {
    const standin = await faulty(fault);
    const { token } = await mint(standin);
    const agent = new Agent({ keepAlive: true });
    const replies: Answer[] = [];
    for (let turn = 0; turn < 115; turn += 1) replies.push(await post(standin, token, agent));
    agent.destroy();
    expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
    expect(replies.at(-1)?.headers['x-ratelimit-limit']).toBe(limit);
    expect(replies.at(-1)?.headers['x-ratelimit-remaining']).toBe(limit === undefined ? undefined : '0');
    const line = socket(standin.apiOrigin, { token });
    await line.welcome();
    for (let turn = 0; turn < 110; turn += 1) line.send({ type: 'ping' });
    await line.until('110 pongs', () => (line.ofType('pong').length === 110 ? true : undefined));
  });
}

test('limit-429-without-retry-after - the 429 is right, ends by itself, and has no Retry-After', async ({ faulty }) => {
  const standin = await faulty('limit-429-without-retry-after');
  const { token } = await mint(standin);
  const answer = await untilRefused(() => post(standin, token));
  expect([answer.status, envelope.parse(jsonOf(answer)).error_code]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
  expect(answer.headers['retry-after']).toBeUndefined();
  await expect.poll(async () => (await post(standin, token)).status, { timeout: 3_000 }).toBe(200);
});

test('load-503-above-twelve - twelve at once are served, the rest of twenty get 503', async ({ faulty }) => {
  const standin = await faulty('load-503-above-twelve');
  const { token } = await mint(standin);
  const burst = async (size: number) => {
    const answers = await Promise.all(
      Array.from({ length: size }, () => call(standin.apiOrigin, 'GET', '/api/threads', { token })),
    );
    const refused = answers.filter((answer) => answer.status !== 200);
    for (const answer of refused) expect(envelope.parse(jsonOf(answer)).error_code).toBe('SERVICE_UNAVAILABLE');
    return refused.length;
  };
  expect(await burst(12)).toBe(0);
  expect(await burst(20)).toBeGreaterThanOrEqual(4);
  expect(await burst(5)).toBe(0);
  const health = await Promise.all(Array.from({ length: 20 }, () => call(standin.apiOrigin, 'GET', '/health')));
  expect(new Set(health.map((answer) => answer.status))).toEqual(new Set([200]));
});
