import { z } from 'zod';
import { healthReply, unhealthyReply, wsHealthReply } from '../../../src/contract/health.ts';
import type { Standin } from '../../../src/standin/start.ts';
import { call, claimsOf, framesOf, jsonOf, later, list, mint, part, socket, type User } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const refresh = (standin: Standin, token: string) =>
  call(standin.authOrigin, 'POST', '/auth/refresh', { body: { refresh_token: token } });
const agents = (standin: Standin, user: User) => ({
  control: async (action: string, id: string) => {
    const body = { agent_id: id, message: 'x' };
    return call(standin.apiOrigin, 'POST', `/api/agents/${action}`, { token: user.token, body });
  },
  status: async (id: string) => {
    const answer = await call(standin.apiOrigin, 'GET', `/api/agents/status?agent_id=${id}`, { token: user.token });
    return { status: answer.status, text: answer.text };
  },
});

test('session-refresh-reusable - the same refresh token again and again, but not after logout', async ({ faulty }) => {
  const standin = await faulty('session-refresh-reusable');
  const user = await mint(standin);
  for (const _ of [1, 2, 3]) expect((await refresh(standin, user.refresh)).status).toBe(200);
  expect((await refresh(standin, user.token)).status).toBe(401);
});

test('session-logout-ignored - success is said; the token goes on working everywhere', async ({ faulty }) => {
  const standin = await faulty('session-logout-ignored');
  const user = await mint(standin);
  const out = await call(standin.authOrigin, 'POST', '/auth/logout', { token: user.token });
  expect(jsonOf(out)['status']).toBe('success');
  expect((await call(standin.authOrigin, 'GET', '/auth/me', { token: user.token })).status).toBe(200);
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token: user.token })).status).toBe(200);
  await socket(standin.apiOrigin, { token: user.token }).welcome();
});

test('session-expires-in-lie - 900 is said, 1800 is lived, for minted and refreshed tokens', async ({ faulty }) => {
  const standin = await faulty('session-expires-in-lie');
  const user = await mint(standin);
  const lifetime = (token: string) => Number(claimsOf(token)['exp']) - Number(claimsOf(token)['iat']);
  const refreshed = jsonOf(await refresh(standin, user.refresh));
  expect([lifetime(user.token), lifetime(String(refreshed['access_token']))]).toEqual([1800, 1800]);
  expect(refreshed['expires_in']).toBe(900);
});

test('lifecycle-stop-ignored - stop and cancel succeed, the agent runs on; unknown ids are still 404', async ({
  faulty,
}) => {
  const standin = await faulty('lifecycle-stop-ignored');
  const { control, status } = agents(standin, await mint(standin));
  await control('start', 'gp-a');
  for (const action of ['stop', 'cancel']) {
    const done = await control(action, 'gp-a');
    expect([done.status, jsonOf(done)['success']]).toEqual([200, true]);
    expect(list((await status('gp-a')).text)).toMatchObject([{ status: 'running' }]);
    expect((await control(action, 'gp-none')).status).toBe(404);
  }
  const foreign = agents(standin, await mint(standin));
  expect((await foreign.control('stop', 'gp-a')).status).toBe(403);
});

test('lifecycle-any-id-succeeds - an id that never existed is stopped, cancelled and running', async ({ faulty }) => {
  const standin = await faulty('lifecycle-any-id-succeeds');
  const { control, status } = agents(standin, await mint(standin));
  for (const action of ['stop', 'cancel']) {
    expect(jsonOf(await control(action, 'gp-none'))).toMatchObject({ success: true, agent_id: 'gp-none', action });
  }
  expect(list((await status('gp-none')).text)).toMatchObject([{ agent_id: 'gp-none', status: 'running' }]);
});

test('health-green-agents-dead - every health page is green, no agent answers', async ({ faulty }) => {
  const standin = await faulty('health-green-agents-dead');
  const { token } = await mint(standin);
  for (const [path, state] of [
    ['/health', 'healthy'],
    ['/health/ready', 'ready'],
    ['/health/agents', 'healthy'],
    ['/ws/health', 'healthy'],
  ] as const) {
    expect(jsonOf(await call(standin.apiOrigin, 'GET', path))['status']).toBe(state);
  }
  const line = socket(standin.apiOrigin, { token });
  await line.welcome();
  line.send({ type: 'chat_message', payload: { content: 'x' } });
  line.send({ type: 'ping' });
  await line.type('pong');
  await later(200);
  expect(line.frames.some((frame) => 'run_id' in frame || frame['type'] === 'ack')).toBe(false);
  const body = { message: 'x', content: 'x', thread_id: 'x' };
  const execute = await call(standin.apiOrigin, 'POST', '/api/agents/data', { token, body });
  expect([execute.status, jsonOf(execute)['status']]).toEqual([200, 'service_unavailable']);
  const stream = framesOf(await call(standin.apiOrigin, 'POST', '/api/agents/stream', { token, body }));
  expect(stream.map((frame) => frame['event'])).toEqual(['agent_started', 'agent_error', 'stream_end']);
  const chat = framesOf(await call(standin.apiOrigin, 'POST', '/api/chat/stream', { token, body }));
  expect(chat.map((frame) => frame['type'])).toEqual(['stream_start', 'error', 'stream_end']);
});

test('health-flapping - /health alternates, everything else is steady', async ({ faulty }) => {
  const standin = await faulty('health-flapping');
  const seen: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) {
    const answer = await call(standin.apiOrigin, 'GET', '/health');
    seen.push(answer.status);
    z.union([healthReply, unhealthyReply]).parse(jsonOf(answer));
    expect((await call(standin.apiOrigin, 'GET', '/health/ready')).status).toBe(200);
  }
  expect(seen).toEqual([200, 503, 200, 503, 200, 503]);
});

test('health-ready-lies - ready, with a database that failed', async ({ faulty }) => {
  const standin = await faulty('health-ready-lies');
  const answer = await call(standin.apiOrigin, 'GET', '/health/ready');
  expect(answer.status).toBe(200);
  expect(jsonOf(answer)).toMatchObject({ status: 'ready', core_db: 'failed' });
});

test('ws-health-degraded - a collector failed, sockets work', async ({ faulty }) => {
  const standin = await faulty('ws-health-degraded');
  const answer = await call(standin.apiOrigin, 'GET', '/ws/health');
  const body = wsHealthReply.parse(jsonOf(answer));
  expect(body.status).toBe('degraded');
  expect(body.errors).toEqual([expect.stringMatching(/^websocket_manager: /)]);
  expect(part(jsonOf(answer), 'metrics', 'websocket')).toMatchObject({ status: 'unavailable' });
  await socket(standin.apiOrigin, { token: (await mint(standin)).token }).welcome();
});
