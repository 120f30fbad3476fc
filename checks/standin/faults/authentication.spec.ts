import { call, claimsOf, dataOf, forge, jsonOf, mint, socket, tamper } from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const refusal = async (origin: string, options: Parameters<typeof socket>[1]) => {
  const line = socket(origin, options);
  expect(await line.closed()).toMatchObject({ code: 1008, reason: 'SSOT Auth failed' });
  return line.frames[0] ?? {};
};
const threads = (origin: string, token?: string) => call(origin, 'GET', '/api/threads', { token });

test('auth-ws-no-token-accepted - welcomed as a staging user; a bad token is still refused', async ({ faulty }) => {
  const standin = await faulty('auth-ws-no-token-accepted');
  const line = socket(standin.apiOrigin);
  expect(dataOf(await line.welcome())['user_id']).toMatch(/^staging-e2e-user-\d+$/);
  line.send({ type: 'ping' });
  await line.type('pong');
  expect((await refusal(standin.apiOrigin, { token: forge() }))['error_code']).toBe('VALIDATION_FAILED');
  expect((await call(standin.apiOrigin, 'GET', '/ws/health')).text).toContain('"auth_bypass_active":false');
  expect((await threads(standin.apiOrigin)).status).toBe(403);
});

test('auth-ws-bad-token-accepted - garbage, forged, tampered and alg none are welcomed; none is not; HTTP refuses', async ({
  faulty,
}) => {
  const standin = await faulty('auth-ws-bad-token-accepted');
  const { token } = await mint(standin);
  const welcomed = async (given: string) =>
    dataOf(await socket(standin.apiOrigin, { token: given }).welcome())['user_id'];
  expect(await welcomed('garbage')).toMatch(/^staging-e2e-user-\d+$/);
  expect(await welcomed(forge())).toBe('e2e-gp-forged');
  expect(await welcomed(tamper(token, { sub: 'e2e-gp-b' }))).toBe('e2e-gp-b');
  expect(await welcomed(forge({ alg: 'none' }))).toBe('e2e-gp-forged');
  expect(await welcomed(token)).toBe(claimsOf(token)['sub']);
  expect((await refusal(standin.apiOrigin, {}))['error_code']).toBe('NO_TOKEN');
  for (const bad of ['garbage', forge()]) expect((await threads(standin.apiOrigin, bad)).status).toBe(401);
});

test('auth-expired-token-accepted - past its exp, and only that', async ({ faulty }) => {
  const standin = await faulty('auth-expired-token-accepted');
  const exp = Math.floor(Date.now() / 1000) - 100;
  const expired = forge({ secret: standin.secret, claims: { exp } });
  expect((await threads(standin.apiOrigin, expired)).status).toBe(200);
  await socket(standin.apiOrigin, { token: expired }).welcome();
  expect((await threads(standin.apiOrigin, forge({ claims: { exp } }))).status).toBe(401);
  const old = forge({ secret: standin.secret, claims: { exp, token_type: 'refresh' } });
  expect((await threads(standin.apiOrigin, old)).status).toBe(401);
});

test('auth-refresh-as-access - opens sockets and passes required routes; forged ones do not', async ({ faulty }) => {
  const standin = await faulty('auth-refresh-as-access');
  const { refresh } = await mint(standin);
  expect((await threads(standin.apiOrigin, refresh)).status).toBe(200);
  await socket(standin.apiOrigin, { token: refresh }).welcome();
  expect((await threads(standin.apiOrigin, forge())).status).toBe(401);
});

test('auth-ws-valid-token-rejected - VALIDATION_FAILED on /ws, served over HTTP', async ({ faulty }) => {
  const standin = await faulty('auth-ws-valid-token-rejected');
  const { token } = await mint(standin);
  expect((await refusal(standin.apiOrigin, { token }))['error_code']).toBe('VALIDATION_FAILED');
  expect((await refusal(standin.apiOrigin, {}))['error_code']).toBe('NO_TOKEN');
  expect((await threads(standin.apiOrigin, token)).status).toBe(200);
});

test('auth-secret-mismatch - 401 and anonymous on the API, VALIDATION_FAILED on /ws, valid at the auth service', async ({
  faulty,
}) => {
  const standin = await faulty('auth-secret-mismatch');
  const { token } = await mint(standin);
  const refused = await threads(standin.apiOrigin, token);
  expect([refused.status, jsonOf(refused)['error_code']]).toEqual([401, 'AUTH_FAILED']);
  const optional = await call(standin.apiOrigin, 'GET', '/api/mcp/status', { token });
  expect(jsonOf(optional)['authenticated']).toBe(false);
  expect((await refusal(standin.apiOrigin, { token }))['error_code']).toBe('VALIDATION_FAILED');
  const verified = await call(standin.authOrigin, 'POST', '/auth/verify', { body: { token } });
  expect(jsonOf(verified)['valid']).toBe(true);
});

test('auth-refusal-leaks-token - header names and the start of the Authorization value', async ({ faulty }) => {
  const standin = await faulty('auth-refusal-leaks-token');
  const forged = forge();
  const frame = await refusal(standin.apiOrigin, { token: forged });
  expect(frame['error_code']).toBe('VALIDATION_FAILED');
  expect(frame['details']).toEqual({
    failure_context: {
      headers: expect.arrayContaining(['authorization', 'host']) as unknown,
      authorization: `Bearer ${forged}`.slice(0, 30),
    },
  });
});

test('auth-test-login-refused - 401 with the right key', async ({ faulty }) => {
  const standin = await faulty('auth-test-login-refused');
  const answer = await call(standin.authOrigin, 'POST', '/auth/e2e/test-auth', {
    headers: { 'x-e2e-bypass-key': standin.bypassKey },
    body: {},
  });
  expect([answer.status, answer.text]).toEqual([401, '{"detail":"Invalid E2E bypass key"}']);
});
