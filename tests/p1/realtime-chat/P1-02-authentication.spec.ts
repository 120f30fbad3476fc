import type { RefusalCode } from '../../../src/contract/websocket.ts';
import { because } from '../../../src/evidence/failure.ts';
import { sharesRunWith } from '../../../src/evidence/redaction.ts';
import { claim } from '../../../fixtures/claim.ts';
import type { Identity } from '../../../fixtures/http-client.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { settle, unwrap } from '../../../fixtures/settle.ts';
import type { Sockets } from '../../../fixtures/sockets.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

type Options = Parameters<Sockets['expectRefused']>[1];

const CARRIERS = ['header', 'subprotocol', 'query'] as const;

/** Refused with this code, and without a word of the token or of anybody whose token it could be. */
const refuse = async (
  { alice, bob, sockets }: ClaimTools,
  key: string,
  options: Options,
  code: RefusalCode,
  leaver?: User,
) => {
  const frame = await sockets.expectRefused(key, options, code);
  const leaked = [options.identity.token, options.queryToken].some(
    (token) => token !== undefined && sharesRunWith(frame, token, 16),
  );
  // Whoever decodes a token for the client tells what is in it.
  const told = [alice, bob, leaver].some((owner) => owner !== undefined && frame.includes(owner.email));
  expect(leaked || told, because('ws-frame', `${key}.leak`, 'the refusal repeats nothing of the token')).toBe(false);
};

const refuseByEveryCarrier = (tools: ClaimTools, kind: string, identity: Identity, leaver?: User) =>
  Promise.all(
    CARRIERS.map((via) => refuse(tools, `refused.${kind}.${via}`, { identity, via }, 'VALIDATION_FAILED', leaver)),
  );

/** Both the welcome and the pong have to name the user; the client sees to it. */
const accept = async ({ alice, sockets }: ClaimTools, key: string, options: Omit<Options, 'identity'>) => {
  const { socket } = await sockets.connect(key, { identity: alice.socketIdentity, ...options });
  await socket.ping(key);
  await socket.close(key);
};

const forgedToken = async (user: User) => (await user.forged()).identity.token ?? '';

test(
  ...claim('P1-02', {
    parts: {
      'rejects a missing token, with and without the E2E headers': async (tools) => {
        const { identity } = tools.nobody;
        await Promise.all([
          refuse(tools, 'refused.no-token', { identity }, 'NO_TOKEN'),
          refuse(tools, 'refused.no-token-without-headers', { identity, detection: false }, 'NO_TOKEN'),
        ]);
      },

      'rejects garbage': async (tools) => {
        const identity = { label: 'garbage', token: `garbage${newMarker()}${newMarker()}` };
        await refuse(tools, 'refused.garbage', { identity }, 'INVALID_FORMAT');
      },

      'rejects a forged token, whatever carries it': async (tools) => {
        await refuseByEveryCarrier(tools, 'forged', (await tools.alice.forged()).identity);
      },

      "rejects my token with B's id in it": async (tools) => {
        const { identity } = tools.alice.tampered(tools.bob);
        await refuse(tools, 'refused.tampered', { identity }, 'VALIDATION_FAILED');
      },

      'rejects an unsigned token': async (tools) => {
        const { alice } = tools;
        await Promise.all([
          refuse(tools, 'refused.alg-none', { identity: alice.unsigned().identity }, 'VALIDATION_FAILED'),
          refuse(tools, 'refused.alg-none-bare', { identity: alice.unsigned('').identity }, 'INVALID_FORMAT'),
        ]);
      },

      'rejects a refresh token, whatever carries it': async (tools) => {
        tools.authService();
        await refuseByEveryCarrier(tools, 'refresh-token', tools.alice.withRefreshToken().identity);
      },

      'rejects a token directly after the logout, whatever carries it': async (tools) => {
        tools.authService();
        const leaver = await tools.ownUsers.user('leaver');
        // A token that was good once must not stay good after the logout.
        const accepted = await settle(usedOnce(tools, leaver));
        (await leaver.auth.logout.response()).ok('logout');
        const identity = { ...leaver.identity, label: 'logged-out(leaver)' };
        await refuseByEveryCarrier(tools, 'logged-out', identity, leaver);
        unwrap(accepted);
      },

      'rejects a forged header, even with a valid token in the query': async (tools) => {
        const { alice } = tools;
        const options = { identity: (await alice.forged()).identity, queryToken: alice.session.accessToken };
        await refuse(tools, 'refused.header-first', options, 'VALIDATION_FAILED');
      },

      'the auth service tells a forged token from mine': async ({ authService, alice, nobody }) => {
        authService();
        const tokens = [await forgedToken(alice), alice.session.accessToken];
        const [forged, mine] = await Promise.all(tokens.map((token) => nobody.auth.verify.response({ token })));
        const { valid } = forged?.ok('verify.forged') ?? {};
        expect(valid, because('auth-accepted', 'verify.forged', 'a forged token is invalid')).toBe(false);
        expect(
          mine?.ok('verify.genuine'),
          because('auth-rejected', 'verify.genuine', 'my token is valid and mine'),
        ).toMatchObject({ valid: true, user_id: alice.id });
      },

      'my token opens it as a header, whatever the query says': async (tools) => {
        await accept(tools, 'accepted.header', { via: 'header' });
        // The first source that is present decides, and only that one.
        await accept(tools, 'accepted.header-first', { via: 'header', queryToken: await forgedToken(tools.alice) });
      },

      'my token opens it as a subprotocol': async (tools) => {
        await accept(tools, 'accepted.subprotocol', { via: 'subprotocol' });
      },

      'my token opens it in the query': async (tools) => {
        await accept(tools, 'accepted.query', { via: 'query' });
      },
    },
  }),
);

const usedOnce = async ({ sockets }: ClaimTools, user: User) => {
  const { socket } = await sockets.connect('accepted.leaver', { identity: user.socketIdentity });
  await socket.close('accepted.leaver');
};
