import { endpoints } from '../../src/contract/endpoints.ts';
import { cannedPhraseIn } from '../../src/contract/testability.ts';
import { because } from '../../src/evidence/failure.ts';
import type { Caller } from '../../fixtures/caller.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

const statusOf = async (key: string, user: User, agentId: string) => {
  const items = (await user.agents.status.response({ query: { agent_id: agentId } })).ok(key);
  expect(items, because('http-body', `${key}.items`, 'the status of one agent is one item')).toHaveLength(1);
  return items[0] as (typeof items)[number];
};

test(
  'P1-22 I start, stop, restart and cancel my agent - what I am told is what happened, and only I can do it',
  { tag: ['@p1', '@agent-execution', '@http'] },
  async ({ alice, bob, nobody, cleanup, servesOrdinaryClient }) => {
    const agentId = `${newMarker()}-life`;
    const start = (caller: Caller = alice) =>
      caller.agents.start.response({ agent_id: agentId, message: sumPrompt().text });
    const end = (action: 'stop' | 'cancel', caller: Caller = alice, id = agentId) =>
      caller.agents[action].response({ agent_id: id });
    const messages: string[] = [];
    const expectDone = (reply: Awaited<ReturnType<typeof start>>, key: string, action: string) => {
      const control = reply.ok(key);
      messages.push(control.message);
      expect(control, because('http-body', key, `the reply confirms ${action} of my agent`)).toMatchObject({
        agent_id: agentId,
        action,
      });
    };
    const expectStatus = async (key: string, status: string) =>
      expect((await statusOf(key, alice, agentId)).status, because('http-body', key, `the agent is ${status}`)).toBe(
        status,
      );

    await test.step('start it, once', async () => {
      expectDone(await start(), 'start', 'start');
      cleanup.add(`cancel ${agentId}`, () => end('cancel'));
      await expectStatus('start.status', 'running');
      expect(await start()).toBeConflict('start.twice');
    });

    await test.step('nobody else can end it', async () => {
      const unknown = `${newMarker()}-life`;
      const forged = await alice.forged();
      const message = sumPrompt().text;
      const replies = await Promise.all([
        end('stop', bob),
        end('cancel', bob),
        start(bob),
        end('stop', alice, unknown),
        end('cancel', alice, unknown),
        alice.agents.start.malformed({}),
        alice.agents.stop.malformed({}),
        nobody.agents.start.response({ message }),
        forged.agents.start.response({ message }),
      ] as const);
      const [
        foreignStop,
        foreignCancel,
        foreignStart,
        unknownStop,
        unknownCancel,
        noMessage,
        noId,
        anonymous,
        rejected,
      ] = replies;
      expect(foreignStop).toBeForbidden('stop.foreign');
      expect(foreignCancel).toBeForbidden('cancel.foreign');
      expect(foreignStart).toBeForbidden('start.foreign');
      for (const reply of [await end('stop', nobody), await end('cancel', nobody)])
        expect(reply).toBeNotAuthenticated('end.anonymous');
      for (const reply of [await end('stop', forged), await end('cancel', forged)])
        expect(reply).toBeBadToken('end.forged');
      await expectStatus('foreign.status', 'running');
      expect(unknownStop).toBeUnknown('stop.unknown');
      expect(unknownCancel).toBeUnknown('cancel.unknown');
      expect(noMessage).toBeInvalid('start.no-message', 'message');
      expect(noId).toBeInvalid('stop.no-id', 'agent_id');
      expect(anonymous).toBeNotAuthenticated('start.anonymous');
      expect(rejected).toBeBadToken('start.forged');
      for (const action of ['start', 'stop', 'cancel'] as const)
        expect(await alice.withMethod('GET', endpoints.agents[action])).toBeMethodNotAllowed(`${action}.get`, 'POST');
    });

    await test.step('stop it, and stop it again', async () => {
      expectDone(await end('stop'), 'stop', 'stop');
      await expectStatus('stop.status', 'stopped');
      const listed = (await alice.agents.status.response()).ok('stop.list');
      expect(
        listed.filter(({ agent_id }) => agent_id === agentId),
        because('http-body', 'stop.list', 'the list says the same'),
      ).toMatchObject([{ status: 'stopped' }]);
      expectDone(await end('stop'), 'stop.again', 'stop');
    });

    await test.step('start it again, and cancel it', async () => {
      expectDone(await start(), 'restart', 'start');
      await expectStatus('restart.status', 'running');
      expectDone(await end('cancel'), 'cancel', 'cancel');
      await expectStatus('cancel.status', 'cancelled');
    });
    expect(
      messages.map(cannedPhraseIn).filter((phrase) => phrase !== undefined),
      because('answer-wrong', 'messages.canned', 'no reply is canned'),
    ).toEqual([]);
    await servesOrdinaryClient(alice);
  },
);
