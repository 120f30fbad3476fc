import { pathOf, type Endpoint } from '../../src/contract/endpoint.ts';
import { ENDPOINTS } from '../../src/contract/endpoints.ts';
import { envelope, routerNotFound, validationError } from '../../src/contract/errors.ts';
import { STANDIN_HEADER } from '../../src/contract/headers.ts';
import { call, forge, jsonOf, mint } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const OWN = {
  marker: 'gp-00000000',
  email: 'gp-matrix@staging.netrasystems.ai',
  accessToken: 'a',
  refreshToken: 'r',
  thread: 'x',
  message: 'x',
  agent: 'x',
  run: 'x',
};
const OF_THE_API = ENDPOINTS.filter(({ host }) => host === 'api');
const isOpen = ({ access }: Endpoint) => access === 'public' || access === 'optional';
const REQUIRED = OF_THE_API.filter((endpoint) => !isOpen(endpoint));
const OPEN = OF_THE_API.filter(isOpen);
const target = (endpoint: Endpoint) => pathOf(endpoint, endpoint.sample(OWN));
/** Bodies that are not what the route wants: authentication comes first all the same. */
const bodyFor = ({ body }: Endpoint) => (body === undefined ? {} : { body: { wrong: true } });

for (const endpoint of REQUIRED) {
  const { method } = endpoint;
  const path = target(endpoint);
  test(`${method} ${endpoint.path} - 403 without a token, 401 with a bad one, before the body is judged`, async ({
    standin,
    alice,
  }) => {
    const ask = (options: object) => call(standin.apiOrigin, method, path, { ...bodyFor(endpoint), ...options });
    for (const headers of [{}, { authorization: 'Basic eDp5' }]) {
      const missing = await ask({ headers });
      expect(missing.status).toBe(403);
      expect(envelope.parse(jsonOf(missing))).toMatchObject({
        error_code: 'AUTH_UNAUTHORIZED',
        message: 'Not authenticated',
        details: { status_code: 403 },
      });
      expect(missing.headers[STANDIN_HEADER.toLowerCase()]).toBeDefined();
      expect(missing.headers['set-cookie']).toBeUndefined();
    }
    for (const token of ['garbage', forge(), alice.refresh]) {
      const bad = await ask({ token });
      expect(bad.status).toBe(401);
      expect(envelope.parse(jsonOf(bad))).toMatchObject({
        error_code: 'AUTH_FAILED',
        message: path.startsWith('/api/chat/') ? 'Authentication failed' : 'Invalid or expired token',
      });
    }
  });
}

test('broken JSON - 422 first on every required route with a body, even without a token', async ({ standin }) => {
  for (const endpoint of REQUIRED.filter(({ body }) => body !== undefined)) {
    const path = target(endpoint);
    const answer = await call(standin.apiOrigin, endpoint.method, path, { body: '{"title":' });
    expect(answer.status, path).toBe(422);
    const [item] = validationError.parse(jsonOf(answer)).detail;
    expect(item).toMatchObject({ type: 'json_invalid', loc: ['body', expect.any(Number)] });
  }
});

test('public and optional routes - 200 without, with a bad and with a good token', async ({ standin, alice }) => {
  for (const path of OPEN.map(target)) {
    for (const token of [undefined, 'garbage', forge(), alice.token]) {
      expect((await call(standin.apiOrigin, 'GET', path, { token })).status, path).toBe(200);
    }
  }
});

test('the scheme is compared without regard to case', async ({ standin, alice }) => {
  const headers = { authorization: `bEARER ${alice.token}` };
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { headers })).status).toBe(200);
});

test('X-User-ID, X-Session-ID and the detection headers change nothing', async ({ standin, alice, bob }) => {
  const headers = {
    'x-user-id': bob.id,
    'x-session-id': bob.id,
    'x-test-type': 'e2e',
    'x-test-environment': 'staging',
    'x-e2e-test': 'true',
    'x-test-mode': 'true',
    'x-e2e-bypass-key': standin.bypassKey,
  };
  const profile = await call(standin.apiOrigin, 'GET', '/api/users/profile', { token: alice.token, headers });
  expect(jsonOf(profile)).toMatchObject({ email: alice.email });
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { headers })).status).toBe(403);
  expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token: forge(), headers })).status).toBe(401);
});

test('GET /api/config - 403 for every test user, on the first call too', async ({ standin }) => {
  const fresh = await mint(standin);
  for (const _ of [1, 2]) {
    const answer = await call(standin.apiOrigin, 'GET', '/api/config', { token: fresh.token });
    expect(answer.status).toBe(403);
    expect(envelope.parse(jsonOf(answer))).toMatchObject({
      error_code: 'AUTH_UNAUTHORIZED',
      message: 'Admin access required',
    });
  }
});

const NO_SUCH_PATHS = [
  '/api/agents',
  '/api/agents/config',
  '/api/agents/kill',
  '/api/settings',
  '/api/stream',
  '/api/status',
  '/api/health/agents',
  '/api/health/deep',
  '/api/tools/list',
  '/api/execute/tool',
  '/api/history',
  '/api/conversations',
  '/api/chat/threads',
  '/api/chat/history',
  '/api/messages/history',
  '/api/sessions',
  '/api/user/x',
  '/api/me',
  '/api/auth/x',
  '/api/session/info',
  '/api/results/partial',
  '/api/events',
  '/api/notifications',
  '/api/%2e%2e/%2e%2e/etc/passwd',
  '/nope',
];
test('paths that do not exist - 404 router body with and without a token', async ({ standin, alice }) => {
  for (const path of NO_SUCH_PATHS) {
    for (const token of [undefined, alice.token]) {
      const answer = await call(standin.apiOrigin, 'GET', path, { token });
      expect(answer.status, path).toBe(404);
      routerNotFound.parse(jsonOf(answer));
    }
  }
});

test('other methods - 405 with Allow, before authentication', async ({ standin }) => {
  const cases: [string, string, string][] = [
    ['POST', '/health', 'GET'],
    ['PUT', '/api/messages/', 'GET'],
    ['POST', '/api/messages/', 'GET'],
    ['DELETE', '/api/messages/', 'GET'],
    ['GET', '/api/chat/stream', 'POST'],
    ['GET', '/api/agents/start', 'POST'],
    ['GET', '/api/agents/stop', 'POST'],
    ['GET', '/api/agents/cancel', 'POST'],
    ['PATCH', '/api/threads', 'GET, POST'],
  ];
  for (const [method, path, allow] of cases) {
    const answer = await call(standin.apiOrigin, method, path);
    expect([answer.status, answer.headers.allow, answer.text], `${method} ${path}`).toEqual([
      405,
      allow,
      '{"detail":"Method Not Allowed"}',
    ]);
  }
});
