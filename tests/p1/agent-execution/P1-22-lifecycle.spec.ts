import { endpoints } from '../../../src/contract/endpoints.ts';
import { cannedPhraseIn } from '../../../src/contract/testability.ts';
import { because } from '../../../src/evidence/failure.ts';
import { statusOf } from '../../../fixtures/agent-status.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';

const newAgentId = () => `${newMarker()}-life`;

const start = ({ agents }: Caller, agentId: string) =>
  agents.start.response({ agent_id: agentId, message: sumPrompt().text });

type Control = Awaited<ReturnType<typeof start>>;

const expectDone = (reply: Control, key: string, agentId: string, action: 'start' | 'stop' | 'cancel') => {
  const control = reply.ok(key);
  expect(control, because('http-body', key, `the response confirms ${action} of my agent`)).toMatchObject({
    agent_id: agentId,
    action,
  });
  expect(
    cannedPhraseIn(control.message),
    because('answer-wrong', 'messages.canned', 'no response is canned'),
  ).toBeUndefined();
};

/** An agent of mine, and what its owner does with it. */
const startedAgent = async ({ alice, cleanup }: ClaimTools) => {
  const agentId = newAgentId();
  const body = { agent_id: agentId };
  const expectStatus = async (key: string, status: string) =>
    expect((await statusOf(key, alice, agentId)).status, because('http-body', key, `the agent is ${status}`)).toBe(
      status,
    );
  const act = async (action: 'start' | 'stop' | 'cancel', key: string) => {
    const reply = await (action === 'start' ? start(alice, agentId) : alice.agents[action].response(body));
    expectDone(reply, key, agentId, action);
  };
  await act('start', 'start');
  cleanup.add(`cancel ${agentId}`, () => alice.agents.cancel.response(body), { independent: true });
  return { agentId, body, act, expectStatus };
};

test(
  ...claim('P1-22', {
    parts: {
      'without a token nobody starts or ends an agent': async ({ nobody }) => {
        const id = newAgentId();
        expect(await start(nobody, id)).toBeNotAuthenticated('start.anonymous');
        for (const action of ['stop', 'cancel'] as const)
          expect(await nobody.agents[action].response({ agent_id: id })).toBeNotAuthenticated('end.anonymous');
      },

      'a forged token starts and ends no agent': async ({ alice }) => {
        const [forged, id] = [await alice.forged(), newAgentId()];
        expect(await start(forged, id)).toBeBadToken('start.forged');
        for (const action of ['stop', 'cancel'] as const)
          expect(await forged.agents[action].response({ agent_id: id })).toBeBadToken('end.forged');
      },

      'an incomplete request is invalid': async ({ alice }) => {
        expect(await alice.agents.start.malformed({})).toBeInvalid('start.no-message', 'message');
        expect(await alice.agents.stop.malformed({})).toBeInvalid('stop.no-id', 'agent_id');
      },

      'start, stop and cancel allow POST only': async ({ alice }) => {
        for (const action of ['start', 'stop', 'cancel'] as const)
          expect(await alice.withMethod('GET', endpoints.agents[action])).toBeMethodNotAllowed(`${action}.get`, 'POST');
      },

      'an unknown agent cannot be ended': async ({ alice }) => {
        const unknown = { agent_id: newAgentId() };
        expect(await alice.agents.stop.response(unknown)).toBeUnknown('stop.unknown');
        expect(await alice.agents.cancel.response(unknown)).toBeUnknown('cancel.unknown');
      },

      'B can neither start nor end my agent': async (tools) => {
        const { bob } = tools;
        const { agentId, body } = await startedAgent(tools);
        expect(await bob.agents.stop.response(body)).toBeForbidden('stop.foreign');
        expect(await bob.agents.cancel.response(body)).toBeForbidden('cancel.foreign');
        expect(await start(bob, agentId)).toBeForbidden('start.foreign');
      },

      'my agent runs on, whoever else tries to end it': async (tools) => {
        const { alice, bob, nobody } = tools;
        const { body, expectStatus } = await startedAgent(tools);
        for (const stranger of [bob, nobody, await alice.forged()])
          await Promise.all([stranger.agents.stop.response(body), stranger.agents.cancel.response(body)]);
        await expectStatus('foreign.status', 'running');
      },

      'a started agent is running': async (tools) => {
        const { expectStatus } = await startedAgent(tools);
        await expectStatus('start.status', 'running');
      },

      'a running agent cannot be started again': async (tools) => {
        const { agentId } = await startedAgent(tools);
        expect(await start(tools.alice, agentId)).toBeConflict('start.twice');
      },

      'a stopped agent is stopped, and may be stopped again': async (tools) => {
        const { agentId, act, expectStatus } = await startedAgent(tools);
        await act('stop', 'stop');
        await expectStatus('stop.status', 'stopped');
        const listed = (await tools.alice.agents.status.response()).ok('stop.list');
        expect(
          listed.filter(({ agent_id }) => agent_id === agentId),
          because('http-body', 'stop.list', 'the list says the same'),
        ).toMatchObject([{ status: 'stopped' }]);
        await act('stop', 'stop.again');
      },

      'a stopped agent starts again, and a cancelled one is cancelled': async (tools) => {
        const { act, expectStatus } = await startedAgent(tools);
        await act('stop', 'stop');
        await act('start', 'restart');
        await expectStatus('restart.status', 'running');
        await act('cancel', 'cancel');
        await expectStatus('cancel.status', 'cancelled');
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
