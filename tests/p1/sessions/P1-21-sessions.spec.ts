import { ACCESS_TOKEN_SECONDS, authError } from '../../../src/contract/auth.ts';
import { isSessionCookie } from '../../../src/contract/http.ts';
import { millisOf } from '../../../src/contract/primitives.ts';
import { because } from '../../../src/evidence/failure.ts';
import { protect } from '../../../src/evidence/redaction.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import { createThread } from '../../../fixtures/conversations.ts';
import { cookieNamesOf } from '../../../fixtures/http-client.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import { settle, standsOn } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const refresh = ({ nobody }: ClaimTools, token = '') => nobody.auth.refresh.response({ refresh_token: token });

/** A session that its part may renew or end. */
const loggedOutLater = (user: User, { cleanup }: ClaimTools): User => {
  cleanup.add('log out', () => user.auth.logout.response());
  return user;
};

const anotherSession = async (user: User, tools: ClaimTools): Promise<User> =>
  loggedOutLater(await tools.ownUsers.sessionOf(user), tools);

const renew = async (key: string, user: User, tools: ClaimTools, token = user.session.refreshToken) => {
  const pair = (await refresh(tools, token)).ok(key);
  protect('token', pair.refresh_token);
  return { ...pair, caller: user.presenting('renewed', pair.access_token) };
};

/** A time without zone may be that of another clock: where it is not the end of the token, the part is degraded. */
const expectEnd = (key: string, shown: string, caller: Caller, { secondary }: ClaimTools) => {
  const end = Math.floor(caller.claimsOf(caller.identity.token ?? '').exp);
  const stated = Math.floor(millisOf(shown) / 1_000);
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(shown);
  secondary('token-end-without-zone', zoned || stated === end, `/auth/me says ${shown}, which is not the end in UTC`);
  expect(zoned ? stated : end, because('http-body', `${key}.expires`, 'and until when my token is valid')).toBe(end);
};

const expectMyself = async (key: string, tools: ClaimTools, caller: Caller, as: User, other: User) => {
  const [me, profile] = await Promise.all([caller.auth.me.response(), caller.own.profile.response()]);
  const shown = me.ok(`${key}.me`);
  expect(shown, because('http-body', `${key}.me`, 'the auth service shows me as myself')).toMatchObject({
    user_id: as.id,
    email: as.email,
  });
  expectEnd(key, shown.token_expires_at, caller, tools);
  expect(profile.ok(`${key}.profile`).email, because('http-body', `${key}.profile`, 'my profile shows my e-mail')).toBe(
    as.email,
  );
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
  for (const response of api) expect(response).toBeBadToken(`${key}.api`);
  expect(
    me.refused(`${key}.me`, 'badToken', authError).detail,
    because('auth-accepted', `${key}.me`, 'the auth service refuses it'),
  ).toBe('Invalid or expired token');
};

const lifetimeOf = (caller: Caller, token: string): number => {
  const { exp, iat } = caller.claimsOf(token);
  return exp - iat;
};

/** A user who has just logged out of the only session. */
const loggedOut = async ({ ownUsers }: ClaimTools): Promise<User> => {
  const user = await ownUsers.fresh('leaver');
  (await user.auth.logout.response()).ok('logout');
  return user;
};

test(
  ...claim('P1-21', {
    given: async (tools) => {
      tools.authService();
      return { user: loggedOutLater(await tools.ownUsers.user('u'), tools) };
    },
    parts: {
      'rejects a missing token': async ({ nobody }) => {
        const anonymous = await Promise.all([nobody.own.profile.response(), nobody.own.settings.response()]);
        for (const response of anonymous) expect(response).toBeNotAuthenticated('users.anonymous');
      },

      'rejects a forged token': async (_tools, { user }) => {
        await expectShutOut('forged', await user.forged());
      },

      'rejects a refresh token in place of an access token': async (_tools, { user }) => {
        await expectShutOut('refresh-as-access', user.withRefreshToken());
      },

      'an access token renews nothing': async (tools, { user }) => {
        const swapped = await refresh(tools, user.session.accessToken);
        expect(
          swapped.refused('access-as-refresh', 'badToken', authError).detail,
          because('auth-accepted', 'access-as-refresh', 'an access token renews nothing'),
        ).toBe('Invalid refresh token');
      },

      'a refresh token works once, and the next one still does': async (tools, { user }) => {
        const session = await anotherSession(user, tools);
        const pair = await renew('refresh', session, tools);
        const reused = await refresh(tools, session.session.refreshToken);
        expect(
          reused.refused('refresh.reuse', 'badToken', authError).detail,
          because('auth-accepted', 'refresh.reuse', 'a refresh token works once'),
        ).toBe('Invalid refresh token');
        await renew('refresh.again', session, tools, pair.refresh_token);
      },

      'my login shows me and nobody else, and its end': async (tools, { user }) => {
        // Two people ask, so that a response kept from somebody else is seen.
        await expectMyself('somebody-else', tools, tools.alice, tools.alice, user);
        await expectMyself('minted', tools, user, user, tools.alice);
      },

      'my login lives as long as stated': async (tools, { user }) => {
        const { session } = await anotherSession(user, tools);
        expect(
          { stated: session.expiresIn, real: lifetimeOf(user, session.accessToken) },
          because('http-body', 'minted.lifetime', 'the token lives as long as stated'),
        ).toEqual({ stated: ACCESS_TOKEN_SECONDS, real: ACCESS_TOKEN_SECONDS });
      },

      'a renewed login is a new one of mine, and lives as long as stated': async (tools, { user }) => {
        const session = await anotherSession(user, tools);
        const pair = await renew('refresh', session, tools);
        const after = user.claimsOf(pair.access_token);
        expect(
          { sub: after.sub, email: after.email },
          because('http-body', 'refresh.identity', 'the renewed token names me'),
        ).toEqual({ sub: user.id, email: user.email });
        const earlier = [user, session].map((one) => one.session.claims.jti);
        expect(earlier, because('http-body', 'refresh.jti', 'the renewed token is a new one')).not.toContain(after.jti);
        expect(
          { stated: pair.expires_in, real: lifetimeOf(user, pair.access_token) },
          because('http-body', 'refresh.lifetime', 'the renewed token lives as long as stated'),
        ).toEqual({ stated: ACCESS_TOKEN_SECONDS, real: ACCESS_TOKEN_SECONDS });
      },

      'after a renewal the new and the earlier token show me, and my data is there': async (tools, { user }) => {
        const session = await anotherSession(user, tools);
        const title = newMarker();
        const thread = standsOn(await settle(createThread('thread.create', session, tools, { title })));
        const { caller } = standsOn(await settle(renew('refresh', session, tools)));
        const again = (await caller.threads.read.response(thread)).ok('refresh.thread');
        expect(again.title, because('not-persisted', 'refresh.thread', 'my data is still there')).toBe(title);
        await expectMyself('renewed', tools, caller, user, tools.alice);
        await expectMyself('earlier', tools, session, user, tools.alice);
      },

      'a token works several times, at once and in sequence': async (_tools, { user }) => {
        const settings = () => user.own.settings.response();
        const together = await Promise.all([settings(), settings()]);
        for (const response of [...together, await settings(), await settings()]) response.ok('token.reuse');
      },

      'logging out shuts the token out of both hosts': async (tools) => {
        tools.authService();
        const user = await tools.ownUsers.fresh('renewed');
        const { caller, access_token } = standsOn(await settle(renew('refresh', user, tools)));
        (await caller.auth.logout.response()).ok('logout');
        await expectShutOut('logout', user.presenting('logged-out', access_token));
      },

      'the auth service says that a logged-out token is invalid': async (tools) => {
        tools.authService();
        const { session } = await loggedOut(tools);
        const token = session.accessToken;
        const verified = (await tools.nobody.auth.verify.response({ token })).ok('logout.verify');
        expect(verified.valid, because('auth-accepted', 'logout.verify', 'the logged-out token is invalid')).toBe(
          false,
        );
      },

      'a logged-out session cannot be renewed': async (tools) => {
        tools.authService();
        const late = await refresh(tools, (await loggedOut(tools)).session.refreshToken);
        tools.secondary(
          'refresh-after-logout',
          late.is('badToken'),
          `the refresh token of the logged-out session got ${late.status}`,
        );
      },

      'another session of mine stays logged in': async (tools) => {
        tools.authService();
        const first = await tools.ownUsers.fresh('two-sessions');
        const second = await anotherSession(first, tools);
        const thread = createThread('thread.create', second, tools, { title: newMarker() });
        standsOn(await settle(thread));
        (await first.auth.logout.response()).ok('logout');
        const [stillMe, stillThreads] = await Promise.all([second.auth.me.response(), second.threads.list.response()]);
        stillMe.ok('second.me');
        stillThreads.ok('second.api');
        await renew('second.refresh', second, tools);
      },

      'an ordinary client is served the same': async (tools) => {
        tools.authService();
        await tools.servesOrdinaryClient(await tools.ownUsers.user('ordinary'));
        // Load balancers and bot filters set theirs on any response; a login by bearer token needs none of the platform's own.
        const cookies = tools.recorder.exchanges.flatMap((each) => cookieNamesOf(each).filter(isSessionCookie));
        tools.note('session-cookie', cookies.length === 0 ? undefined : `${[...new Set(cookies)].join(', ')} is set`);
      },
    },
  }),
);
