import { agentEvent, errorMessage, type AgentEventType } from '../../../src/contract/websocket.ts';
import { because } from '../../../src/evidence/failure.ts';
import { expectWholeRun, foreignEvents, inTableForm, runOf, type AgentRun } from '../../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../../fixtures/chat-socket.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../../fixtures/probes.ts';
import { settle, unwrap } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';
import { createThread } from './conversation.ts';

const SLOW_ANSWER_MS = 5_000;

const socketOf = async ({ sockets }: ClaimTools, user: User): Promise<ChatSocket> =>
  (await sockets.connect('connect', { identity: user.socketIdentity })).socket;

const socketsOfBoth = (tools: ClaimTools) => Promise.all([socketOf(tools, tools.alice), socketOf(tools, tools.bob)]);

const start = (socket: ChatSocket, messageId: string, payload: Record<string, unknown>) =>
  socket.send({ type: 'start_agent', message_id: messageId, payload });

const run = async (socket: ChatSocket, key: string, probe: SumProbe, thread_id: string): Promise<AgentRun> => {
  const messageId = newMarker();
  await start(socket, messageId, { user_request: probe.text, thread_id });
  return runOf(socket, key, messageId);
};

/** Frames of runs that are none of these, or that hold one of these words: the first 200 characters of each. */
const heardOf = (socket: ChatSocket, runs: readonly AgentRun[], words: readonly string[]): readonly string[] => {
  const events = foreignEvents(socket, runs);
  return socket.received
    .filter((frame) => events.includes(frame) || words.some((word) => frame.text.includes(word)))
    .map(({ text }) => text.slice(0, 200));
};

type Code = 'ACCESS_DENIED' | 'THREAD_NOT_FOUND' | 'VALIDATION_ERROR';

const expectNotStarted = async (tools: ClaimTools, socket: ChatSocket, code: Code, payload: object) => {
  await start(socket, newMarker(), { ...payload });
  const key = `refused.${code.toLowerCase()}`;
  const wait = { within: tools.deadlines.reply, class: 'ws-mute', key, what: `error_message ${code}` } as const;
  const frame = await socket.next(({ type }) => type === 'error_message', wait);
  const { error_code } = socket.parse(key, frame, errorMessage);
  expect(error_code, because('ws-frame', key, `the reply is ${code}`)).toBe(code);
};

/** After a while there is no event of another run, and the connection is served. */
const expectNoOther = async ({ deadlines }: ClaimTools, socket: ChatSocket, runs: readonly AgentRun[]) => {
  await socket.quiet(deadlines.quietWindow);
  expect(
    foreignEvents(socket, runs).map(({ text }) => text.slice(0, 200)),
    because('foreign-data', 'run.foreign', 'nothing runs that I did not start'),
  ).toEqual([]);
  await socket.ping('mine.alive');
};

const expectInThread = ({ threadId, completed }: AgentRun, thread: string) => {
  expect(threadId, because('events-order', 'run.thread', 'the run is in my conversation')).toBe(thread);
  expect(completed.payload.result.thread_id, because('events-order', 'run.result.thread', 'so is its result')).toBe(
    thread,
  );
};

/** Steps are numbered from one, and the times never fall. */
const expectSequence = ({ events }: AgentRun) => {
  const steps = events.flatMap((event) => (event.type === 'agent_thinking' ? [event.payload.step_number] : []));
  expect(steps, because('events-order', 'run.steps', 'the steps are numbered from one')).toEqual(
    steps.map((_, index) => index + 1),
  );
  const times = events.map(({ timestamp }) => Date.parse(timestamp));
  expect(times, because('events-order', 'run.times', 'the times never fall')).toEqual(
    [...times].sort((left, right) => left - right),
  );
};

test(
  ...claim('P2-03', {
    given: async ({ alice, bob, cleanup }) => {
      const [mine, bobs] = await Promise.all([createThread(alice, cleanup), createThread(bob, cleanup)]);
      return { mine, bobs };
    },
    parts: {
      "a run in B's conversation is denied, and does not start": async (tools, { bobs }) => {
        const socket = await socketOf(tools, tools.alice);
        const payload = { user_request: sumPrompt().text, thread_id: bobs };
        await expectNotStarted(tools, socket, 'ACCESS_DENIED', payload);
        await expectNoOther(tools, socket, []);
      },

      'an unknown conversation and a missing request are refused, and start nothing': async (tools, { mine }) => {
        const socket = await socketOf(tools, tools.alice);
        const unknown = `thread_0_${newMarker().slice(3)}`;
        const payload = { user_request: sumPrompt().text, thread_id: unknown };
        await expectNotStarted(tools, socket, 'THREAD_NOT_FOUND', payload);
        await expectNotStarted(tools, socket, 'VALIDATION_ERROR', { thread_id: mine });
        await expectNoOther(tools, socket, []);
      },

      'B hears nothing of my run': async (tools, { mine }) => {
        const { alice } = tools;
        const [socket, other] = await socketsOfBoth(tools);
        const probe = sumPrompt();
        const ended = await settle(run(socket, 'run', probe, mine));
        const alive = await settle(other.ping('other.alive'));
        expect(
          heardOf(other, [], [...idsOf(ended), probe.marker, mine, alice.id]),
          because('foreign-data', 'other.silence', "B's socket hears nothing of my run"),
        ).toEqual([]);
        unwrap(alive);
        // Silence about a run that never was shows nothing; what is wrong with its events is told elsewhere.
        expectRan(socket, 'agent_completed', ended);
      },

      'B and I start runs at once: neither hears of the other': async (tools, { mine, bobs }) => {
        const lines = await socketsOfBoth(tools);
        const [a, b] = lines;
        const [ofA, ofB] = [sumPrompt(), sumPrompt()];
        const [myRun, bobsRun] = await Promise.all([run(a, 'together', ofA, mine), run(b, 'together', ofB, bobs)]);
        const seen = [
          heardOf(a, [myRun], [ofB.marker, bobsRun.runId]),
          heardOf(b, [bobsRun], [ofA.marker, myRun.runId]),
        ];
        expect(seen, because('foreign-data', 'together.foreign', 'neither hears of the run of the other')).toEqual([
          [],
          [],
        ]);
        expect(myRun.answer).toAnswer('together.answer', ofA);
        expect(bobsRun.answer).toAnswer('together.answer', ofB);
      },

      'each of the five events comes once, in order, and the answer is mine': async (tools, { mine }) => {
        const { alice, secondary } = tools;
        const socket = await socketOf(tools, alice);
        const probe = sumPrompt();
        const done = await run(socket, 'run', probe, mine);
        expect(done.answer).toAnswer('run.answer', probe);
        expectInThread(done, mine);
        expectSequence(done);
        await expectNoOther(tools, socket, [done]);
        expectWholeRun(socket, 'run.settled', done.runId);
        secondary('slow-first-event', done.firstEventMs <= SLOW_ANSWER_MS, `${Math.round(done.firstEventMs)} ms`);
      },

      'every tool that ran is listed': async (tools, { mine }) => {
        const { alice } = tools;
        const socket = await socketOf(tools, alice);
        const ended = await settle(run(socket, 'run', sumPrompt(), mine));
        const listed = (await alice.tools.list.response()).ok('tools').tools.map(({ tool_name }) => tool_name);
        expectRan(socket, 'tool_executing', ended);
        const used = toolsIn(socket);
        expect(
          used.filter((name) => !listed.includes(name)),
          because('ws-frame', 'run.tools', 'every tool that ran is listed'),
        ).toEqual([]);
      },
    },
  }),
);

const idsOf = (ended: PromiseSettledResult<AgentRun>): readonly string[] =>
  ended.status === 'fulfilled' ? [ended.value.runId] : [];

/** Events of this type came, of whatever use they are; otherwise the run failed, and how it did says why. */
const expectRan = (socket: ChatSocket, type: AgentEventType, ended: PromiseSettledResult<AgentRun>) => {
  if (!socket.received.some((frame) => frame.type === type)) unwrap(ended);
};

const toolsIn = (socket: ChatSocket): readonly string[] =>
  socket.received
    .filter(({ type }) => type === 'tool_executing')
    .map((frame) => socket.parse('run', inTableForm(socket, frame), agentEvent))
    .flatMap((event) => (event.type === 'tool_executing' ? [event.payload.tool_name] : []));
