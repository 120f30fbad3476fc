import { because } from '../../../src/evidence/failure.ts';
import { sharesRunWith } from '../../../src/evidence/redaction.ts';
import type { Prepared } from '../../../fixtures/access-matrix.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import type { IntruderName } from '../../../fixtures/intruders.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import { unless } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { retargeted } from '../../../fixtures/tokens.ts';

const LEAKED = 16;

/** A bad token with the code by which a socket refuses it. */
type Bad = readonly [name: string, caller: Caller, code: 'VALIDATION_FAILED' | 'INVALID_FORMAT' | 'NO_TOKEN'];

const spoiltTokens = async ({ alice, environment }: ClaimTools): Promise<readonly Bad[]> => {
  const token = alice.session.accessToken;
  const changed = (claims: Record<string, unknown>) => retargeted(token, claims, environment.jwtSecret);
  const past = Math.floor(Date.now() / 1_000) - 60;
  const another = await changed({ aud: 'another-platform' });
  return [
    ['expired', alice.presenting('expired', await changed({ iat: past - 900, exp: past })), 'VALIDATION_FAILED'],
    ['other-audience', alice.presenting('other-audience', another), 'VALIDATION_FAILED'],
    ['truncated', alice.presenting('truncated', token.slice(0, -8)), 'VALIDATION_FAILED'],
    ['cut-off', alice.presenting('cut-off', token.split('.').slice(0, 2).join('.')), 'INVALID_FORMAT'],
  ];
};

const wholeTokens = async ({ alice, bob, nobody }: ClaimTools): Promise<readonly Bad[]> => [
  ['forged', await alice.forged(), 'VALIDATION_FAILED'],
  ['tampered', alice.tampered(bob), 'VALIDATION_FAILED'],
  ['alg-none', alice.unsigned(), 'VALIDATION_FAILED'],
  ['refresh', alice.withRefreshToken(), 'VALIDATION_FAILED'],
  ['headers-alone', nobody, 'NO_TOKEN'],
];

const turnsAway =
  (name: IntruderName) =>
  async ({ accessMatrix }: ClaimTools, prepared: Prepared): Promise<void> => {
    await accessMatrix().send(name, prepared, ({ key, reply, expected, intruder }, traces) => {
      expect(reply).toTurnAway(key, expected, traces);
      const echoed = sharesRunWith(reply.text, intruder.caller.identity.token ?? '', LEAKED);
      expect(echoed, because('http-body', `${key}.leak`, 'the response repeats nothing of the token')).toBe(false);
    });
  };

test(
  ...claim('P2-06', {
    given: ({ accessMatrix, authService }: ClaimTools) => {
      authService();
      return accessMatrix().prepare();
    },
    parts: {
      'no endpoint serves a caller without a token': turnsAway('no token'),
      'no endpoint serves a forged token': turnsAway('forged token'),
      'no endpoint serves a tampered token': turnsAway('tampered token'),
      'no endpoint serves an unsigned token': turnsAway('unsigned token'),
      'no endpoint serves a refresh token': turnsAway('refresh token'),
      'no endpoint serves a logged-out token': turnsAway('logged-out token'),
      "no endpoint serves another user's records": turnsAway('another user'),

      'rejects tokens that are expired, for others, or cut short': async (tools) => {
        const { alice, cleanup } = tools;
        const start = { agent_id: `${newMarker()}-agent`, message: sumPrompt().text };
        for (const [name, caller] of await spoiltTokens(tools))
          for (const detection of [true, false]) {
            const list = await caller.threads.list.response({ detection });
            const started = await caller.agents.start.response(start, { detection });
            for (const response of [list, started]) {
              expect(response).toBeBadToken(`rest.${name}`);
              const echoed = sharesRunWith(response.text, caller.identity.token ?? '', LEAKED);
              expect(
                echoed,
                because('http-body', `rest.${name}.leak`, 'the refusal repeats nothing of the token'),
              ).toBe(false);
            }
          }
        // Had one of them been let in, the agent would run already.
        (await alice.agents.start.response(start)).ok('nothing-started');
        cleanup.add(`stop ${start.agent_id}`, () => alice.agents.stop.response(start));
      },

      'no socket opens for any of them': async (tools) => {
        const { alice, sockets, note } = tools;
        const refuse = async ([name, { identity }, code]: Bad, detection: boolean) => {
          const frame = await sockets.expectRefused(`socket.${name}`, { identity, detection }, code);
          const echoed = sharesRunWith(frame, identity.token ?? '', LEAKED);
          expect(echoed, because('ws-frame', `socket.${name}.leak`, 'the refusal repeats nothing of the token')).toBe(
            false,
          );
        };
        // What is turned away is turned away for its token: my own login is let in. A socket service that refuses
        // everybody in good order lets nobody in; the claims about sockets report it.
        const own = sockets.connect('socket.own', { identity: alice.socketIdentity });
        const refused = await sockets.refusalOfAll([own]);
        note('sockets not tried, the own one was cleanly refused', refused);
        await unless(refused, async () => {
          const bad = [...(await wholeTokens(tools)), ...(await spoiltTokens(tools))];
          for (const detection of [true, false]) await Promise.all(bad.map((each) => refuse(each, detection)));
          await (await own).socket.ping('socket.own.ping');
        });
      },
    },
  }),
);
