import { ACCESS_TOKEN_SECONDS, authError } from '../../src/contract/auth.ts';
import { isSessionCookie } from '../../src/contract/http.ts';
import { millisOf } from '../../src/contract/primitives.ts';
import { because } from '../../src/evidence/failure.ts';
import type { Caller } from '../../fixtures/caller.ts';
import { cookieNamesOf } from '../../fixtures/http-client.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { protect } from '../../src/evidence/redaction.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

test(
  'P1-21 I renew my login and log out - I stay myself with my data, and logged out means logged out',
  { tag: ['@p1', '@sessions', '@http'] },
  async ({ authService: _guard, alice, ownUsers, nobody, cleanup, watch, secondary, note, servesOrdinaryClient }) => {
    const claimsOf = (token: string) => nobody.claimsOf(token);
    const refresh = (token = '') => nobody.auth.refresh.response({ refresh_token: token });
    const expectMyself = async (key: string, user: Caller, as: User, other: User) => {
      const [me, profile] = await Promise.all([user.auth.me.response(), user.own.profile.response()]);
      const shown = me.ok(`${key}.me`);
      expect(shown, because('http-body', `${key}.me`, 'the auth service shows me as myself')).toMatchObject({
        user_id: as.id,
        email: as.email,
      });
      expect(
        Math.floor(millisOf(shown.token_expires_at) / 1_000),
        because('http-body', `${key}.expires`, 'and until when my token is valid'),
      ).toBe(Math.floor(claimsOf(user.identity.token ?? '').exp));
      expect(
        profile.ok(`${key}.profile`).email,
        because('http-body', `${key}.profile`, 'my profile shows my e-mail'),
      ).toBe(as.email);
      expect(
        [me, profile].filter(({ text }) => text.includes(other.email)).map(({ answer }) => answer.exchange.url),
        because('foreign-data', `${key}.other`, 'and nobody else'),
      ).toEqual([]);
    };
    /** Reads, a write and a run: each route may judge tokens in its own way, or remember what it judged. */
    const expectShutOut = async (key: string, caller: Caller) => {
      const [me, ...api] = await Promise.all([
        caller.auth.me.response(),
        caller.threads.list.response(),
        caller.own.settings.response(),
        caller.own.profile.response(),
        caller.threads.create.response({ title: newMarker() }),
        caller.agents.triage.response({ message: sumPrompt().text }),
      ]);
      expect(
        me.refused(`${key}.me`, 'badToken', authError).detail,
        because('auth-accepted', `${key}.me`, 'the auth service refuses it'),
      ).toBe('Invalid or expired token');
      for (const reply of api) expect(reply).toBeBadToken(`${key}.api`);
    };
    const lifetime = (token: string): number => {
      const { exp, iat } = claimsOf(token);
      return exp - iat;
    };

    const user = await ownUsers.user('u');
    // Two people ask, so that an answer kept from somebody else is seen.
    await expectMyself('somebody-else', alice, alice, user);
    // Whoever is logged in at the end. The latest is sent first: it takes the session to archive.
    const owner = { current: user };
    cleanup.add('log out', () => owner.current.auth.logout.response());
    const title = newMarker();
    const created = (await user.threads.create.response({ title })).ok('thread.create');
    cleanup.add(`archive ${created.id}`, () => owner.current.threads.archive.response(created));
    await expectMyself('minted', user, user, alice);
    expect(
      { stated: user.session.expiresIn, real: lifetime(user.session.accessToken) },
      because('http-body', 'minted.lifetime', 'the token lives as long as stated'),
    ).toEqual({ stated: ACCESS_TOKEN_SECONDS, real: ACCESS_TOKEN_SECONDS });

    const renewed = await test.step('renew the login', async () => {
      const old = user.session.refreshToken;
      const pair = (await refresh(old)).ok('refresh');
      protect('token', pair.refresh_token);
      const caller = user.presenting('renewed', pair.access_token);
      const [before, after] = [user.session.claims, claimsOf(pair.access_token)];
      expect(
        { sub: after.sub, email: after.email },
        because('http-body', 'refresh.identity', 'the renewed token names me'),
      ).toEqual({ sub: user.id, email: user.email });
      expect(after.jti, because('http-body', 'refresh.jti', 'the renewed token is a new one')).not.toBe(before.jti);
      expect(
        { stated: pair.expires_in, real: lifetime(pair.access_token) },
        because('http-body', 'refresh.lifetime', 'the renewed token lives as long as stated'),
      ).toEqual({ stated: ACCESS_TOKEN_SECONDS, real: ACCESS_TOKEN_SECONDS });
      const again = (await caller.threads.read.response(created)).ok('refresh.thread');
      expect(again.title, because('not-persisted', 'refresh.thread', 'my data is still there')).toBe(title);
      await expectMyself('renewed', caller, user, alice);
      await expectMyself('earlier', user, user, alice);
      const reused = await refresh(old);
      expect(
        reused.refused('refresh.reuse', 'badToken', authError).detail,
        because('auth-accepted', 'refresh.reuse', 'a refresh token works once'),
      ).toBe('Invalid refresh token');
      const next = (await refresh(pair.refresh_token)).ok('refresh.again');
      protect('token', next.refresh_token);
      return { caller: user.presenting('renewed', next.access_token), ...next };
    });

    await test.step('use one token several times, at once and in sequence', async () => {
      const settings = () => renewed.caller.own.settings.response();
      const together = await Promise.all([settings(), settings()]);
      const sequence = [await settings(), await settings()];
      for (const reply of [...together, ...sequence]) reply.ok('token.reuse');
    });

    const second = await test.step('log the first session out, stay logged in with a second', async () => {
      const again = await ownUsers.sessionOf(user);
      owner.current = again;
      (await renewed.caller.auth.logout.response()).ok('logout');
      await expectShutOut('logout', user.presenting('logged-out', renewed.access_token));
      const [stillMe, stillThreads] = await Promise.all([again.auth.me.response(), again.threads.list.response()]);
      stillMe.ok('second.me');
      stillThreads.ok('second.api');
      return again;
    });

    await test.step('tokens work only for what they are', async () => {
      await expectShutOut('refresh-as-access', second.withRefreshToken());
      await expectShutOut('forged', await second.forged());
      const anonymous = await Promise.all([nobody.own.profile.response(), nobody.own.settings.response()]);
      for (const reply of anonymous) expect(reply).toBeNotAuthenticated('users.anonymous');
      const swapped = await refresh(second.session.accessToken);
      expect(
        swapped.refused('access-as-refresh', 'badToken', authError).detail,
        because('auth-accepted', 'access-as-refresh', 'an access token renews nothing'),
      ).toBe('Invalid refresh token');
      const verified = (await nobody.auth.verify.response({ token: renewed.access_token })).ok('logout.verify');
      expect(verified.valid, because('auth-accepted', 'logout.verify', 'the logged-out token is invalid')).toBe(false);
    });

    const late = await refresh(renewed.refresh_token);
    const kept = (await refresh(second.session.refreshToken)).ok('second.refresh');
    protect('token', kept.refresh_token);
    // Load balancers and bot filters set theirs on any response; a login by bearer token needs none of the platform's own.
    const cookies = watch.recorder.exchanges.flatMap((exchange) => cookieNamesOf(exchange).filter(isSessionCookie));
    note('session-cookie', cookies.length === 0 ? undefined : `${[...new Set(cookies)].join(', ')} is set`);
    secondary(
      'refresh-after-logout',
      late.is('badToken'),
      `the refresh token of the logged-out session got ${late.status}`,
    );
    await servesOrdinaryClient(await ownUsers.user('ordinary'));
  },
);
