import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkServerIdentity } from 'node:tls';
import { call, failureOf, jsonOf, mint, part, socket } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const post = (origin: string, token: string) =>
  call(origin, 'POST', '/api/chat/messages', { token, body: { content: 'x', thread_id: 'y' } });

test('net-refused - every connect is refused', async ({ faulty }) => {
  const standin = await faulty('net-refused');
  for (const origin of [standin.apiOrigin, standin.authOrigin]) {
    expect(await failureOf(call(origin, 'GET', '/health'))).toBe('ECONNREFUSED');
  }
  expect(await socket(standin.apiOrigin).failed()).toContain('ECONNREFUSED');
});

test('net-reset - connects, then RST without a status line; the auth origin works', async ({ faulty }) => {
  const standin = await faulty('net-reset');
  expect(await failureOf(call(standin.apiOrigin, 'GET', '/health'))).toBe('ECONNRESET');
  expect(await socket(standin.apiOrigin).failed()).toContain('ECONNRESET');
  expect((await mint(standin)).token).toBeTruthy();
  const silent = connect({ host: '127.0.0.1', port: standin.port });
  await new Promise((resolve) => silent.once('connect', resolve));
  expect(silent.destroyed).toBe(false);
  silent.destroy();
});

test('net-wrong-host - the name does not exist', async ({ faulty }) => {
  const standin = await faulty('net-wrong-host');
  expect(standin.apiOrigin).toMatch(/\.invalid:\d+$/);
  expect(await failureOf(call(standin.apiOrigin, 'GET', '/health'))).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  expect((await mint(standin)).token).toBeTruthy();
});

test('net-tls-wrong-name - trusted authority, another name, no HTTP', async ({ start }, info) => {
  const caFile = join(tmpdir(), `standin-ca-check-${info.workerIndex}.pem`);
  const standin = await start({ faults: ['net-tls-wrong-name'], caFile });
  expect(standin.apiOrigin).toMatch(/^https:/);
  const ask = (options: object) =>
    new Promise<string>((resolve) => {
      const outgoing = request(`${standin.apiOrigin}/health`, { ca: readFileSync(caFile), ...options }, (response) => {
        response.resume();
        resolve(String(response.statusCode));
      });
      outgoing.on('error', (error) => resolve('code' in error ? String(error.code) : error.message)).end();
    });
  expect(await ask({})).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await ask({ ca: undefined })).not.toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  const trusting = {
    checkServerIdentity: (...[, certificate]: Parameters<typeof checkServerIdentity>) =>
      checkServerIdentity('another-name.example', certificate),
  };
  expect(await ask(trusting)).toBe('200');
});

test('platform-503-wall - every path and upgrade of both hosts', async ({ faulty }) => {
  const standin = await faulty('platform-503-wall');
  for (const origin of [standin.apiOrigin, standin.authOrigin]) {
    for (const path of ['/health', '/api/threads', '/nope']) {
      const answer = await call(origin, 'GET', path);
      expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
        503,
        'text/plain',
        'Service Unavailable',
      ]);
      expect(answer.headers['retry-after']).toBeUndefined();
    }
  }
  expect(await socket(standin.apiOrigin).refused()).toMatchObject({ status: 503, text: 'Service Unavailable' });
});

test('platform-cold-start - seven phases, then normal; silence at first when asked for', async ({ faulty }) => {
  const standin = await faulty('platform-cold-start:ms=1400:silent=0.2');
  const begun = Date.now();
  const hung = failureOf(call(standin.apiOrigin, 'GET', '/health'));
  const phases = new Set<unknown>();
  await expect
    .poll(
      async () => {
        if (Date.now() - begun < 400) return 0;
        const answer = await call(standin.apiOrigin, 'GET', '/health');
        if (answer.status !== 503) return answer.status;
        expect(jsonOf(answer)).toMatchObject({ status: 'unhealthy', startup_in_progress: true });
        expect(answer.headers['retry-after']).toBeUndefined();
        phases.add(part(jsonOf(answer), 'details', 'phase'));
        return 503;
      },
      { intervals: [50], timeout: 5_000 },
    )
    .toBe(200);
  expect(phases.size).toBeGreaterThanOrEqual(4);
  await standin.close();
  expect(await hung).toBe('ECONNRESET');
});

test('platform-cold-start - upgrades are 503 alike', async ({ faulty }) => {
  const standin = await faulty('platform-cold-start');
  expect((await socket(standin.apiOrigin).refused()).status).toBe(503);
  expect((await mint(standin)).token).toBeTruthy();
});

test('platform-slow - the first byte of an HTTP reply is late, sockets are not', async ({ faulty }) => {
  const standin = await faulty('platform-slow');
  const user = await mint(standin);
  const slow = call(standin.apiOrigin, 'GET', '/health');
  const line = socket(standin.apiOrigin, { token: user.token });
  await line.welcome();
  expect(line.times[0]).toBeLessThan(500);
  const answer = await slow;
  expect(answer.status).toBe(200);
  expect(answer.reads[0]?.at).toBeGreaterThan(2_190);
});

test('platform-redeploy - sockets 1012, two seconds of 503, then a process that has forgotten', async ({ faulty }) => {
  const standin = await faulty('platform-redeploy');
  const [user, gone] = [await mint(standin), await mint(standin)];
  await call(standin.authOrigin, 'POST', '/auth/logout', { token: gone.token });
  const line = socket(standin.apiOrigin, { token: user.token });
  await line.welcome();
  const uptime = async () =>
    part(jsonOf(await call(standin.apiOrigin, 'GET', '/ws/config')), 'server', 'uptime_seconds') as number;
  const before = await uptime();
  const made = await post(standin.apiOrigin, user.token);
  expect(made.status).toBe(200);
  const id = String(part(jsonOf(made), 'message', 'id'));
  expect(await line.closed()).toMatchObject({ code: 1012, reason: 'Service restart' });
  const wall = await call(standin.apiOrigin, 'GET', '/health');
  expect([wall.status, wall.headers['content-type']]).toEqual([503, 'text/plain']);
  await expect
    .poll(async () => (await call(standin.apiOrigin, 'GET', '/health')).status, { intervals: [100], timeout: 4_000 })
    .toBe(200);
  expect((await call(standin.apiOrigin, 'GET', `/api/chat/messages/${id}`, { token: user.token })).status).toBe(404);
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token: gone.token })).status).toBe(200);
  expect(await uptime()).toBeLessThan(before + 1.5);
  expect((await post(standin.apiOrigin, user.token)).status).toBe(200);
  expect((await call(standin.apiOrigin, 'GET', '/health')).status).toBe(200);
});

test('platform-access-denied - 403 of the front end; the auth origin works', async ({ faulty }) => {
  const standin = await faulty('platform-access-denied');
  const { token } = await mint(standin);
  for (const path of ['/health', '/api/threads']) {
    const answer = await call(standin.apiOrigin, 'GET', path, { token });
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=UTF-8', server: 'Google Frontend' });
    expect(answer.text).toContain('does not have permission to get URL');
  }
  expect((await socket(standin.apiOrigin, { token }).refused()).status).toBe(403);
});

test('edge-strips-auth-header - NO_TOKEN by header, a welcome by subprotocol and query', async ({ faulty }) => {
  const standin = await faulty('edge-strips-auth-header');
  const { token } = await mint(standin);
  const line = socket(standin.apiOrigin, { token });
  expect(await line.closed()).toMatchObject({ code: 1008, reason: 'SSOT Auth failed' });
  expect(line.frames[0]?.['error_code']).toBe('NO_TOKEN');
  await socket(standin.apiOrigin, { token, via: 'subprotocol' }).welcome();
  await socket(standin.apiOrigin, { token, via: 'query' }).welcome();
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token })).status).toBe(200);
});

test('edge-ip-ban - after 60 requests everything is 429 text/html', async ({ faulty }) => {
  const standin = await faulty('edge-ip-ban');
  const { token } = await mint(standin);
  for (let index = 0; index < 60; index += 1) {
    expect((await call(standin.apiOrigin, 'GET', '/health')).status, `request ${index}`).toBe(200);
  }
  for (const path of ['/health', '/api/threads']) {
    const answer = await call(standin.apiOrigin, 'GET', path, { token });
    expect([answer.status, answer.headers['content-type']]).toEqual([429, 'text/html']);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(answer.text).not.toContain('error_code');
  }
  expect((await socket(standin.apiOrigin, { token }).refused()).status).toBe(429);
});
