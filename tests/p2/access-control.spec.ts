import { because } from '../../src/evidence/failure.ts';
import type { Caller } from '../../fixtures/caller.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { sharesRunWith } from '../../src/evidence/redaction.ts';
import type { Identity } from '../../fixtures/http-client.ts';
import { retargeted } from '../../fixtures/tokens.ts';
import { unless } from '../../fixtures/settle.ts';
import { expect, test } from '../../fixtures/test.ts';

test(
  'P2-06 somebody presents every kind of bad token - none gets in, with or without the E2E headers, none is echoed',
  { tag: ['@p2', '@access-control', '@ws', '@http'] },
  async ({ accessMatrix, alice, bob, nobody, sockets, cleanup, environment, note }) => {
    const token = alice.session.accessToken;
    const agentId = `${newMarker()}-agent`;
    const changed = (claims: Record<string, unknown>) => retargeted(token, claims, environment.jwtSecret);
    const past = Math.floor(Date.now() / 1_000) - 60;
    type Bad = readonly [name: string, caller: Caller, code: 'VALIDATION_FAILED' | 'INVALID_FORMAT'];
    const whole: readonly Bad[] = [
      ['forged', await alice.forged(), 'VALIDATION_FAILED'],
      ['tampered', alice.tampered(bob), 'VALIDATION_FAILED'],
      ['alg-none', alice.unsigned(), 'VALIDATION_FAILED'],
      ['refresh', alice.withRefreshToken(), 'VALIDATION_FAILED'],
    ];
    const spoilt: readonly Bad[] = [
      ['expired', alice.presenting('expired', await changed({ iat: past - 900, exp: past })), 'VALIDATION_FAILED'],
      [
        'other-audience',
        alice.presenting('other-audience', await changed({ aud: 'another-platform' })),
        'VALIDATION_FAILED',
      ],
      ['truncated', alice.presenting('truncated', token.slice(0, -8)), 'VALIDATION_FAILED'],
      ['cut-off', alice.presenting('cut-off', token.split('.').slice(0, 2).join('.')), 'INVALID_FORMAT'],
    ];

    await test.step('every endpoint, as everybody whom it must not serve', () =>
      accessMatrix.run(({ key, reply, expected, intruder }, traces) => {
        expect.soft(reply).toTurnAway(key, expected, traces);
        const echoed = sharesRunWith(reply.text, intruder.caller.identity.token ?? '', 16);
        expect
          .soft(echoed, because('http-body', `${key}.leak`, 'the response repeats nothing of the token'))
          .toBe(false);
      }));

    await test.step('tokens that are spoilt in other ways', async () => {
      const start = { agent_id: agentId, message: sumPrompt().text };
      const attempts = spoilt.flatMap(([name, caller]) =>
        [true, false].flatMap((detection) => [
          { name, caller, send: () => caller.threads.list.response({ detection }) },
          { name, caller, send: () => caller.agents.start.response(start, { detection }) },
        ]),
      );
      for (const { name, caller, send } of attempts) {
        const answer = await send();
        expect(answer).toBeBadToken(`rest.${name}`);
        const echoed = sharesRunWith(answer.text, caller.identity.token ?? '', 16);
        expect(echoed, because('http-body', `rest.${name}.leak`, 'the refusal repeats nothing of the token')).toBe(
          false,
        );
      }
    });

    await test.step('over the socket', async () => {
      const refuse = async (
        name: string,
        identity: Identity,
        code: Parameters<typeof sockets.expectRefused>[2],
        detection: boolean,
      ) => {
        const frame = await sockets.expectRefused(`socket.${name}`, { identity, detection }, code);
        const echoed = sharesRunWith(frame, identity.token ?? '', 16);
        expect(echoed, because('ws-frame', `socket.${name}.leak`, 'the refusal repeats nothing of the token')).toBe(
          false,
        );
      };
      // My own login is let in, so what is turned away is turned away for its token. A socket that refuses everybody in
      // good order lets nobody in; the socket tests report it.
      const own = sockets.connect('socket.own', { identity: alice.socketIdentity });
      const refused = await sockets.refusalOfAll([own]);
      note('socket leg not run, the own socket was cleanly refused', refused);
      await unless(refused, async () => {
        for (const detection of [true, false])
          await Promise.all([
            ...[...whole, ...spoilt].map(([name, caller, code]) => refuse(name, caller.identity, code, detection)),
            refuse('headers-alone', nobody.identity, 'NO_TOKEN', detection),
          ]);
        await (await own).socket.ping('socket.own.ping');
      });
    });

    await test.step('nothing was done in my name', async () => {
      const started = await alice.agents.start.response({ agent_id: agentId, message: sumPrompt().text });
      started.ok('nothing-started');
      cleanup.add(`stop ${agentId}`, () => alice.agents.stop.response({ agent_id: agentId }));
    });
  },
);
