import * as auth from '../../src/contract/auth.ts';
import { endpoints } from '../../src/contract/endpoints.ts';
import { call, claimsOf, forge, jsonOf, mint, type Json } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const login = (origin: string, key: string | undefined, body: unknown) =>
  call(origin, 'POST', endpoints.auth.testLogin.path, {
    headers: key === undefined ? {} : { 'x-e2e-bypass-key': key },
    ...(body === undefined ? {} : { body }),
  });

test.describe('test login', () => {
  test('a full request - tokens of section 2 and the echoed user', async ({ standin }) => {
    const answer = await login(standin.authOrigin, standin.bypassKey, {
      email: 'gp-full@staging.netrasystems.ai',
      permissions: ['admin'],
    });
    expect(answer.status).toBe(200);
    const reply = auth.testLoginReply.parse(jsonOf(answer));
    expect(reply.user).toMatchObject({
      id: 'e2e-gp-full',
      name: 'gp-full',
      permissions: ['admin'],
      oauth_simulated: true,
    });
    const access = auth.tokenClaims.parse(claimsOf(reply.access_token));
    const refresh = auth.tokenClaims.parse(claimsOf(reply.refresh_token));
    expect(access).toMatchObject({ sub: 'e2e-gp-full', permissions: [], token_type: 'access', env: 'staging' });
    expect(access.exp - access.iat).toBe(reply.expires_in);
    expect(reply.expires_in).toBe(900);
    expect(refresh).toMatchObject({ token_type: 'refresh', type: 'refresh' });
    expect(refresh.exp).toBeGreaterThan(access.exp);
  });

  const refusals: [string, 'none' | 'wrong' | 'right', unknown, number, string][] = [
    ['no key', 'none', {}, 401, 'E2E bypass key required'],
    ['a wrong key', 'wrong', {}, 401, 'Invalid E2E bypass key'],
    ['broken JSON', 'right', '{"email":', 422, 'Invalid JSON body'],
    ['no body', 'right', undefined, 422, 'Invalid JSON body'],
    ['a body that is no object', 'right', [1], 422, 'The body must be a JSON object'],
    ['an e-mail that is a number', 'right', { email: 7 }, 422, 'Invalid field: email'],
    ['broken JSON and a wrong key', 'wrong', '{', 401, 'Invalid E2E bypass key'],
  ];
  for (const [what, key, body, status, detail] of refusals) {
    test(`${what} - ${status} ${detail}`, async ({ standin }) => {
      const keys = { none: undefined, wrong: 'x', right: standin.bypassKey };
      const answer = await login(standin.authOrigin, keys[key], body);
      expect(answer.status).toBe(status);
      expect(jsonOf(answer)).toEqual({ detail });
    });
  }

  test('production and an empty key - 403 and 503', async ({ start }) => {
    const production = await start({ environment: 'production' });
    expect((await login(production.authOrigin, production.bypassKey, {})).status).toBe(403);
    const unset = await start({ bypassKey: '' });
    const answer = await login(unset.authOrigin, 'x', {});
    expect(answer.status).toBe(503);
    expect(jsonOf(answer)).toEqual({ detail: 'E2E authentication not configured' });
  });
});

test.describe('sessions', () => {
  const refresh = (origin: string, token: unknown) =>
    call(origin, 'POST', endpoints.auth.refresh.path, { body: { refresh_token: token } });
  const me = (origin: string, token?: string) => call(origin, 'GET', endpoints.auth.me.path, { token });

  test('a refresh - new pair of the same user, the old access token lives, the old refresh token is spent', async ({
    standin,
    alice,
  }) => {
    const answer = await refresh(standin.authOrigin, alice.refresh);
    expect(answer.status).toBe(200);
    const pair = auth.refreshReply.parse(jsonOf(answer));
    expect(claimsOf(pair.access_token)).toMatchObject({ sub: alice.id, email: alice.email });
    expect(claimsOf(pair.access_token)['jti']).not.toBe(claimsOf(alice.token)['jti']);
    expect((await me(standin.authOrigin, alice.token)).status).toBe(200);
    const again = await refresh(standin.authOrigin, alice.refresh);
    expect(again.status).toBe(401);
    expect(jsonOf(again)).toEqual({ detail: 'Invalid refresh token' });
    expect((await refresh(standin.authOrigin, pair.refresh_token)).status).toBe(200);
  });

  test('what is no refresh token - 401, what is no request - 422', async ({ standin, alice }) => {
    for (const token of ['garbage', alice.token, forge({ claims: { token_type: 'refresh' } })]) {
      expect((await refresh(standin.authOrigin, token)).status).toBe(401);
    }
    for (const body of [{}, undefined, '{', { refresh_token: 7 }]) {
      const answer = await call(
        standin.authOrigin,
        'POST',
        endpoints.auth.refresh.path,
        body === undefined ? {} : { body },
      );
      expect(answer.status).toBe(422);
      auth.authError.parse(jsonOf(answer));
    }
  });

  test('logout - both hosts refuse the token at once, the refresh token too, another session lives', async ({
    standin,
    alice,
  }) => {
    const other = await mint(standin, alice.id.slice(4));
    const out = await call(standin.authOrigin, 'POST', endpoints.auth.logout.path, { token: alice.token });
    auth.logoutReply.parse(jsonOf(out));
    expect((await me(standin.authOrigin, alice.token)).status).toBe(401);
    expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token: alice.token })).status).toBe(401);
    expect((await refresh(standin.authOrigin, alice.refresh)).status).toBe(401);
    expect((await me(standin.authOrigin, other.token)).status).toBe(200);
    expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token: other.token })).status).toBe(200);
  });

  test('logout after a refresh - the newest refresh token of the session is revoked', async ({ standin, alice }) => {
    const pair = auth.refreshReply.parse(jsonOf(await refresh(standin.authOrigin, alice.refresh)));
    await call(standin.authOrigin, 'POST', endpoints.auth.logout.path, { token: pair.access_token });
    expect((await refresh(standin.authOrigin, pair.refresh_token)).status).toBe(401);
    expect((await me(standin.authOrigin, alice.token)).status).toBe(200);
  });

  test('logout without a token - success all the same', async ({ standin }) => {
    const answer = await call(standin.authOrigin, 'POST', endpoints.auth.logout.path);
    expect(answer.status).toBe(200);
    auth.logoutReply.parse(jsonOf(answer));
  });
});

test.describe('what a token is worth', () => {
  const verify = (origin: string, body: Json) => call(origin, 'POST', endpoints.auth.verify.path, { body });

  test('a valid one - verify by header and body, validate, me', async ({ standin, alice }) => {
    const expected = { user_id: alice.id, email: alice.email };
    const replies = await Promise.all([
      call(standin.authOrigin, 'GET', endpoints.auth.verifyHeader.path, { token: alice.token }),
      call(standin.authOrigin, 'POST', endpoints.auth.verify.path, { token: alice.token }),
      verify(standin.authOrigin, { token: alice.token }),
    ]);
    for (const answer of replies) {
      expect(auth.verifyReply.parse(jsonOf(answer))).toMatchObject({ valid: true, ...expected });
    }
    const validated = await call(standin.authOrigin, 'POST', endpoints.auth.validate.path, {
      body: { token: alice.token },
    });
    expect(auth.validateReply.parse(jsonOf(validated))).toMatchObject({ valid: true, permissions: [], ...expected });
    const mine = await call(standin.authOrigin, 'GET', endpoints.auth.me.path, { token: alice.token });
    expect(auth.meReply.parse(jsonOf(mine))).toMatchObject({ ...expected, permissions: [] });
  });

  test('a bad one or none - 200 with valid false, 401 on me', async ({ standin, alice }) => {
    for (const token of ['garbage', forge(), alice.refresh]) {
      const verified = await verify(standin.authOrigin, { token });
      expect(verified.status).toBe(200);
      expect(auth.verifyReply.parse(jsonOf(verified)).valid).toBe(false);
      const validated = await call(standin.authOrigin, 'POST', endpoints.auth.validate.path, { body: { token } });
      expect(auth.validateReply.parse(jsonOf(validated))).toMatchObject({ valid: false, error: 'invalid_token' });
      const mine = await call(standin.authOrigin, 'GET', endpoints.auth.me.path, { token });
      expect(mine.status).toBe(401);
      expect(jsonOf(mine)).toEqual({ detail: 'Invalid or expired token' });
    }
    const none = await call(standin.authOrigin, 'POST', endpoints.auth.validate.path, { body: {} });
    expect(auth.validateReply.parse(jsonOf(none))).toMatchObject({ valid: false, error: 'missing_token' });
    const mine = await call(standin.authOrigin, 'GET', endpoints.auth.me.path);
    expect(jsonOf(mine)).toEqual({ detail: 'Authorization header with Bearer token required' });
  });

  const accepted = (claims: Json, alg?: string) => async (origin: string, secret: string) =>
    (
      await call(origin, 'GET', '/api/threads', {
        token: forge({ claims, secret, ...(alg === undefined ? {} : { alg }) }),
      })
    ).status;
  const soon = () => Math.floor(Date.now() / 1000);
  const cases: [string, () => Json, number][] = [
    ['as it has to be', () => ({}), 200],
    ['expired', () => ({ exp: soon() - 1 }), 401],
    ['of token_type refresh', () => ({ token_type: 'refresh' }), 401],
    ['of another issuer', () => ({ iss: 'somebody' }), 401],
    ['for another audience', () => ({ aud: 'somebody' }), 401],
    ['without jti', () => ({ jti: undefined }), 401],
    ['without sub', () => ({ sub: undefined }), 401],
    ['without exp', () => ({ exp: undefined }), 401],
    ['issued in 50 s', () => ({ iat: soon() + 50 }), 200],
    ['issued in 120 s', () => ({ iat: soon() + 120 }), 401],
    ['of a sub with odd characters', () => ({ sub: 'x|y/z@ü' }), 200],
  ];
  for (const [what, claims, status] of cases) {
    test(`a genuine signature, ${what} - ${status}`, async ({ standin }) => {
      expect(await accepted(claims())(standin.apiOrigin, standin.secret)).toBe(status);
    });
  }
  test('alg none - 401', async ({ standin }) => {
    expect(await accepted({}, 'none')(standin.apiOrigin, standin.secret)).toBe(401);
  });
});

test('the auth host - health, 404, 405 and no cookie', async ({ standin, alice }) => {
  const health = await call(standin.authOrigin, 'GET', '/health', { token: alice.token });
  auth.authHealthReply.parse(jsonOf(health));
  expect(health.headers['set-cookie']).toBeUndefined();
  const missing = await call(standin.authOrigin, 'GET', '/nope');
  expect([missing.status, missing.text]).toEqual([404, '{"detail":"Not Found"}']);
  const method = await call(standin.authOrigin, 'GET', endpoints.auth.validate.path);
  expect([method.status, method.headers.allow]).toEqual([405, 'POST']);
});
