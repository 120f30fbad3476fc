import { envelope, INTERNAL_FIELDS } from '../../../src/contract/errors.ts';
import type { Standin } from '../../../src/standin/start.ts';
import { call, jsonOf, mint, part, untilRefused } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const asked = async (standin: Standin, method: string, path: string, body?: unknown, token?: string) =>
  call(standin.apiOrigin, method, path, { token, ...(body === undefined ? {} : { body }) });

test('err-stack-trace - every envelope is full of paths and code; other bodies are not', async ({ faulty }) => {
  const standin = await faulty('err-stack-trace');
  const { token } = await mint(standin);
  for (const answer of [
    await asked(standin, 'GET', '/api/threads'),
    await asked(standin, 'GET', '/api/threads/none', undefined, token),
  ]) {
    const body = envelope.parse(jsonOf(answer));
    for (const field of INTERNAL_FIELDS) expect(body[field]).toBeTruthy();
    expect(answer.text).toContain('Traceback');
    expect(answer.text).toContain('/app/');
  }
  expect((await asked(standin, 'GET', '/api/nope')).text).toBe('{"detail":"Not Found"}');
});

test('err-html-instead-of-json - every /api path is 200 text/html; health and auth are right', async ({ faulty }) => {
  const standin = await faulty('err-html-instead-of-json');
  const { token } = await mint(standin);
  for (const [method, path] of [
    ['GET', '/api/threads'],
    ['POST', '/api/agents/triage'],
    ['GET', '/api/nope'],
  ] as const) {
    const answer = await asked(standin, method, path, method === 'POST' ? {} : undefined, token);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.text).toMatch(/^<!DOCTYPE html>/);
  }
  expect((await asked(standin, 'GET', '/health')).headers['content-type']).toMatch(/json/);
});

test('err-4xx-as-500 - 400, 409, 413 and 429 with the meant number in the details; posts to wrong threads too', async ({
  faulty,
}) => {
  const standin = await faulty('err-4xx-as-500');
  const [{ token }, other] = [await mint(standin), await mint(standin)];
  const thread = String(jsonOf(await asked(standin, 'POST', '/api/threads', {}, token))['id']);
  const foreign = String(jsonOf(await asked(standin, 'POST', '/api/threads', {}, other.token))['id']);
  const start = { agent_id: 'gp-x', message: 'x' };
  await asked(standin, 'POST', '/api/agents/start', start, token);
  const content = 'x'.repeat(1024 * 1024);
  for (const [path, body, meant] of [
    [`/api/threads/${thread}/auto-rename`, undefined, 400],
    ['/api/agents/start', start, 409],
    ['/api/chat/messages', { content, thread_id: 'x' }, 413],
  ] as const) {
    const answer = await asked(standin, 'POST', path, body, token);
    expect([
      answer.status,
      envelope.parse(jsonOf(answer)).error_code,
      part(jsonOf(answer), 'details', 'status_code'),
    ]).toEqual([500, 'INTERNAL_ERROR', meant]);
  }
  const answer = await untilRefused(() =>
    asked(standin, 'POST', '/api/chat/messages', { content: 'x', thread_id: 'x' }, token),
  );
  expect([answer.status, part(jsonOf(answer), 'details', 'status_code')]).toEqual([500, 429]);
  for (const id of ['nobody', foreign]) {
    const refused = await asked(standin, 'POST', `/api/threads/${id}/messages`, { message: 'x' }, token);
    expect(refused.status).toBe(500);
    expect(jsonOf(refused)['message']).toMatch(/^Failed to send message: /);
    expect((await asked(standin, 'GET', `/api/threads/${id}`, undefined, token)).status).toBe(
      id === 'nobody' ? 404 : 403,
    );
  }
  expect((await asked(standin, 'POST', `/api/threads/${thread}/messages`, { message: 'x' })).status).toBe(403);
});
