import { endpoints } from '../../../src/contract/endpoints.ts';
import { millisOf } from '../../../src/contract/primitives.ts';
import { because } from '../../../src/evidence/failure.ts';
import { statusOf } from '../../../fixtures/agent-status.ts';
import { claim } from '../../../fixtures/claim.ts';
import { CLOCK_TOLERANCE_MS } from '../../../fixtures/health-clock.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

type Tools = Pick<ClaimTools, 'alice' | 'cleanup'>;

const startAgent = async ({ alice, cleanup }: Tools, key: string) => {
  const agentId = `${newMarker()}-agent`;
  const begun = Date.now();
  const started = (await alice.agents.start.response({ agent_id: agentId, message: sumPrompt().text })).ok(key);
  cleanup.add(`stop ${agentId}`, () => alice.agents.stop.response({ agent_id: agentId }), { independent: true });
  expect(started.agent_id, because('http-body', `${key}.id`, 'my agent id is kept')).toBe(agentId);
  return { agentId, begun };
};

const listOf = async (user: User, key: string) => (await user.agents.status.response()).ok(key);

const startRun = async ({ alice, cleanup }: Tools) => {
  const runId = `${newMarker()}-run`;
  const mine = { run_id: runId, user_id: alice.id };
  expect(
    (await alice.runs.start.response({ run_id: runId })).ok('run.start'),
    because('http-body', 'run.start', 'the run is mine and started'),
  ).toMatchObject({ ...mine, status: 'started' });
  cleanup.add(`stop run ${runId}`, () => alice.runs.stop.response({ run_id: runId }), { independent: true });
  return mine;
};

const ENDS = [
  ['stop', 'stopped'],
  ['cancel', 'cancelled'],
] as const;

const endRun = async ({ alice }: Tools, id: string, action: 'stop' | 'cancel') =>
  (await alice.runs[action].response({ run_id: id })).ok(`run.${action}`);

const expectRun = async ({ alice }: Tools, due: 'running' | 'stopped' | 'cancelled', mine: { run_id: string }) => {
  const key = `run.status.${due}`;
  expect(
    (await alice.runs.status.response(mine)).ok(key),
    because('http-body', key, `the run is ${due}`),
  ).toMatchObject({ ...mine, status: due });
};

test(
  ...claim('P1-09', {
    given: (tools) => startAgent(tools, 'agent.start'),
    parts: {
      'without a valid token nobody sees or ends anything': async ({ alice, nobody }) => {
        const [forged, run] = [await alice.forged(), { run_id: newMarker() }];
        const [list, status, stop, cancel, mcp] = await Promise.all([
          nobody.agents.status.response(),
          nobody.runs.status.response(run),
          nobody.runs.stop.response(run),
          nobody.runs.cancel.response(run),
          forged.mcp.status.response(),
        ]);
        expect(list).toBeNotAuthenticated('agent.list.anonymous');
        for (const reply of [status, stop, cancel]) expect(reply).toBeNotAuthenticated('run.end.anonymous');
        expect(
          mcp.ok('mcp.status.forged').authenticated,
          because('auth-accepted', 'mcp.status.forged', 'a forged token authenticates nobody'),
        ).toBe(false);
      },

      'an unknown agent has no status': async ({ alice }) => {
        const response = await alice.agents.status.response({ query: { agent_id: newMarker() } });
        expect(response).toBeUnknown('agent.status.unknown');
      },

      'an unknown run can be neither seen nor ended': async ({ alice }) => {
        const run = { run_id: newMarker() };
        for (const action of ['stop', 'cancel'] as const)
          expect(await alice.runs[action].response(run)).toBeUnknown('run.end.unknown');
        expect(await alice.runs.status.response(run)).toBeUnknown('run.status.unknown');
      },

      'B does not see my agent': async ({ bob }, { agentId }) => {
        const response = await bob.agents.status.response({ query: { agent_id: agentId } });
        expect(response).toBeForbidden('agent.status.foreign');
        const others = (await listOf(bob, 'agent.list.other')).map(({ agent_id }) => agent_id);
        expect(others, because('foreign-data', 'agent.list.other', 'B does not see my agent')).not.toContain(agentId);
      },

      'B cannot end my run': async (tools) => {
        const run = await startRun(tools);
        for (const [action] of ENDS)
          expect(await tools.bob.runs[action].response(run)).toBeForbidden('run.end.foreign');
      },

      'B does not see my run': async (tools) => {
        const run = await startRun(tools);
        expect(await tools.bob.runs.status.response(run)).toBeForbidden('run.status.foreign');
      },

      'a started agent is listed once, as running': async ({ alice }, { agentId, begun }) => {
        const item = await statusOf('agent.status', alice, agentId);
        expect(item, because('http-body', 'agent.status', 'my agent runs')).toMatchObject({
          agent_id: agentId,
          status: 'running',
          agent_type: 'triage',
          message_count: 1,
        });
        const justNow = because('http-body', 'agent.status.start', 'it was started just now');
        const startedAt = millisOf(item.start_time);
        expect(startedAt, justNow).toBeGreaterThanOrEqual(begun - CLOCK_TOLERANCE_MS);
        expect(startedAt, justNow).toBeLessThanOrEqual(Date.now() + CLOCK_TOLERANCE_MS);
        expect(
          (await listOf(alice, 'agent.list')).filter(({ agent_id }) => agent_id === agentId),
          because('http-body', 'agent.list', 'the list has it once'),
        ).toHaveLength(1);
      },

      'a second agent runs beside it': async (tools, { agentId }) => {
        const { agentId: secondId } = await startAgent(tools, 'agent.second');
        const both = [agentId, secondId];
        const listed = (await listOf(tools.alice, 'agent.both')).filter(({ agent_id }) => both.includes(agent_id));
        expect(
          listed.map(({ agent_id, status }) => `${agent_id} ${status}`).sort(),
          because('http-body', 'agent.both', 'the list shows both running'),
        ).toEqual(both.map((id) => `${id} running`).sort());
      },

      'I am told that my run was started, stopped or cancelled': async (tools) => {
        for (const [action, due] of ENDS) {
          const run = await startRun(tools);
          const ended = await endRun(tools, run.run_id, action);
          expect(ended, because('http-body', `run.${action}`, `the run is ${due}`)).toMatchObject({
            ...run,
            status: due,
          });
        }
      },

      'the status of a run follows what I do with it': async (tools) => {
        for (const [action, due] of ENDS) {
          const run = await startRun(tools);
          await expectRun(tools, 'running', run);
          await endRun(tools, run.run_id, action);
          await expectRun(tools, due, run);
        }
      },

      'my token is recognised, the circuit is closed and the agents are healthy': async (tools) => {
        const { alice, nobody, promised } = tools;
        expect(
          (await alice.mcp.status.response()).ok('mcp.status').authenticated,
          because('auth-rejected', 'mcp.status', 'my token is recognised'),
        ).toBe(true);
        expect(
          (await alice.agents.breaker.response({ name: 'triage' })).ok('breaker').state,
          because('http-body', 'breaker.closed', 'the circuit is closed'),
        ).toBe('CLOSED');
        await promised.at(endpoints.health.agents, async () => {
          const health = (await nobody.health.agents.response()).ok('health.agents');
          expect(health.status, because('http-body', 'health.agents', 'the agents are healthy')).toBe('healthy');
        });
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
