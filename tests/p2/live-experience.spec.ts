import {
  agentStreamFrame,
  chatStreamFrame,
  eventStreamConnected,
  eventStreamHeartbeat,
} from '../../src/contract/sse.ts';
import { errorMessage } from '../../src/contract/websocket.ts';
import { because } from '../../src/evidence/failure.ts';
import { expectWholeRun, foreignEvents, runOf, type AgentRun } from '../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../fixtures/chat-socket.ts';
import type { Cleanup } from '../../fixtures/cleanup.ts';
import { framesOf, type EventStream } from '../../fixtures/event-stream.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { isKnown, knownFrames } from '../../fixtures/stream-checks.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

const createThread = async (user: User, cleanup: Cleanup): Promise<string> => {
  const { id } = (await user.threads.create.response({ title: newMarker() })).ok('thread.create');
  cleanup.add(`archive ${id}`, () => user.threads.archive.response({ id }));
  return id;
};

/** Frames of runs that are none of these, or that hold one of these words: the first 200 characters of each. */
const heardOf = (socket: ChatSocket, runs: readonly AgentRun[], words: readonly string[]): readonly string[] => {
  const events = foreignEvents(socket, runs);
  return socket.received
    .filter((frame) => events.includes(frame) || words.some((word) => frame.text.includes(word)))
    .map(({ text }) => text.slice(0, 200));
};

/** Reads an endless stream until a frame with this event, within the stream's own deadline; then leaves it. */
const readUntil = async (stream: EventStream, event: string) => {
  const isIt = (json: unknown) => typeof json === 'object' && json !== null && 'event' in json && json.event === event;
  for (;;) {
    const frame = await stream.next();
    if (frame === undefined || isIt(frame.json)) return frame === undefined ? [] : [frame];
  }
};

test(
  'P2-01 I read the beginning of an answer - it is there before the end exists, and I leave when I like',
  { tag: ['@p2', '@live-experience', '@sse', '@http'] },
  async ({ alice, nobody, cleanup, deadlines, hooks }) => {
    const label = newMarker();
    const probe = sumPrompt();
    const body = { content: probe.text, thread_id: label, ...hooks.delay(1) };

    await test.step('read an answer while it is written', async () => {
      const stream = await alice.messages.stream.open('chat', body);
      const begun: string[] = [];
      for (let chunks = 0; chunks < 1;) {
        const frame = await stream.next();
        const [known] = knownFrames('chat', 'type', frame === undefined ? [] : [frame], chatStreamFrame);
        begun.push(known?.type ?? 'end of the stream');
        chunks += Number(known?.type === 'response_chunk' || frame === undefined);
      }
      expect(begun.at(-1), because('events-missing', 'chat.first-chunk', 'a part of the answer arrives')).toBe(
        'response_chunk',
      );
      const early = knownFrames('chat', 'type', stream.frames, chatStreamFrame).map(({ type }) => type);
      await hooks.with('simulate_delay', () =>
        expect(early, because('events-order', 'chat.first-chunk.early', 'the end is not there yet')).not.toContain(
          'stream_end',
        ),
      );

      const frames = await stream.all();
      const known = knownFrames('chat', 'type', frames, chatStreamFrame);
      const messages = known.flatMap((frame) =>
        frame.type === 'user_message' || frame.type === 'response_complete' ? [frame.message] : [],
      );
      messages.forEach(({ id }) => cleanup.add(`delete message ${id}`, () => alice.messages.delete.response({ id })));
      const types = frames.map(({ json }) => chatStreamFrame.safeParse(json).data?.type);
      const chunks = frames.filter((_, index) => types[index] === 'response_chunk');
      expect(
        chunks.length,
        because('events-missing', 'chat.chunks', 'the answer comes in parts'),
      ).toBeGreaterThanOrEqual(2);
      await hooks.with('simulate_delay', () =>
        expect(
          new Set(chunks.map(({ read }) => read)).size,
          because('events-order', 'chat.chunks.reads', 'the parts arrive one by one'),
        ).toBeGreaterThanOrEqual(2),
      );
      expect(
        types.lastIndexOf('response_chunk'),
        because('events-order', 'chat.chunks.before', 'all parts come before the whole'),
      ).toBeLessThan(types.indexOf('response_complete'));
      const streamed = known.flatMap((frame) => (frame.type === 'response_chunk' ? [frame.content] : [])).join('');
      expect(streamed).toAnswer('chat.answer', probe);
      expect(messages.at(-1)?.content, because('answer-wrong', 'chat.parts', 'the parts add up to the answer')).toBe(
        streamed,
      );
    });

    await test.step('leave in mid-stream, and go on working', async () => {
      const stream = await alice.agents.stream.open('agent', {
        message: sumPrompt().text,
        ...hooks.delay(1),
      });
      const isAgentFrame = isKnown('event', agentStreamFrame);
      const frames = [await stream.next(isAgentFrame), await stream.next()].filter((frame) => frame !== undefined);
      stream.abort();
      const events = knownFrames('agent', 'event', frames, agentStreamFrame).map(({ event }) => event);
      expect(events[0], because('events-missing', 'agent.first', 'the stream begins with agent_started')).toBe(
        'agent_started',
      );
      const next = sumPrompt();
      const { status, response } = (await alice.agents.triage.response({ message: next.text })).ok('after.run');
      expect(status, because('answer-failure', 'after.run', 'the 200 means a successful run')).toBe('success');
      expect(response ?? '').toAnswer('after.answer', next);
    });

    await test.step('listen to an endless stream, and leave it', async () => {
      const stream = await alice.events.stream.open('events', {
        deadline: Math.max(12_000, deadlines.firstEvent),
      });
      const [connected] = framesOf(
        'events.connected',
        await readUntil(stream, 'stream_connected'),
        eventStreamConnected,
      );
      expect(connected?.user_id, because('foreign-data', 'events.connected', 'the stream is mine')).toBe(alice.id);
      const [heartbeat] = framesOf('events.heartbeat', await readUntil(stream, 'heartbeat'), eventStreamHeartbeat);
      stream.abort();
      expect(
        heartbeat?.connection_id,
        because('events-missing', 'events.heartbeat', 'the heartbeat is of the same connection'),
      ).toBe(connected?.connection_id);
    });

    await test.step('nobody else gets a stream', async () => {
      const [agent, chat, events] = await Promise.all([
        nobody.agents.stream.response({ message: probe.text }),
        nobody.messages.stream.response(body),
        nobody.events.stream.response(),
      ]);
      expect(agent).toBeNotAuthenticated('agent.anonymous');
      expect(chat).toBeNotAuthenticated('chat.anonymous');
      expect(events).toBeNotAuthenticated('events.anonymous');
    });
  },
);

test(
  'P2-03 I start a run - started, thinking, tool, result and completion reach me once each in order, and nobody else',
  { tag: ['@p2', '@live-experience', '@ws', '@http'] },
  async ({ alice, bob, sockets, cleanup, deadlines, secondary }) => {
    const [threadId, foreignThread] = await Promise.all([createThread(alice, cleanup), createThread(bob, cleanup)]);
    const [mine, bobs] = await Promise.all(
      [alice, bob].map((user) => sockets.connect('connect', { identity: user.socketIdentity })),
    );
    const { socket } = mine as NonNullable<typeof mine>;
    const other = (bobs as NonNullable<typeof bobs>).socket;
    const start = (messageId: string, payload: Record<string, unknown>) =>
      socket.send({ type: 'start_agent', message_id: messageId, payload });

    const probe = sumPrompt();
    const messageId = newMarker();
    const run = await test.step('start a run, and read it to its end', async () => {
      await start(messageId, { user_request: probe.text, thread_id: threadId });
      return runOf(socket, 'run', messageId);
    });
    expect(run.answer).toAnswer('run.answer', probe);
    expect(run.threadId, because('events-order', 'run.thread', 'the run is in my thread')).toBe(threadId);
    expect(
      run.completed.payload.result.thread_id,
      because('events-order', 'run.result.thread', 'so is its result'),
    ).toBe(threadId);
    const tools = (await alice.tools.list.response()).ok('tools').tools.map(({ tool_name }) => tool_name);
    const used = run.events.flatMap((event) => (event.type === 'tool_executing' ? [event.payload.tool_name] : []));
    expect(
      used.filter((name) => !tools.includes(name)),
      because('ws-frame', 'run.tools', 'every tool that ran is listed'),
    ).toEqual([]);
    const steps = run.events.flatMap((event) => (event.type === 'agent_thinking' ? [event.payload.step_number] : []));
    expect(steps, because('events-order', 'run.steps', 'the steps are numbered from one')).toEqual(
      steps.map((_, index) => index + 1),
    );
    const times = run.events.map(({ timestamp }) => Date.parse(timestamp));
    expect(times, because('events-order', 'run.times', 'the times never fall')).toEqual(
      [...times].sort((left, right) => left - right),
    );

    await test.step('what cannot run is refused, and starts nothing', async () => {
      for (const [code, payload] of [
        ['ACCESS_DENIED', { user_request: sumPrompt().text, thread_id: foreignThread }],
        ['THREAD_NOT_FOUND', { user_request: sumPrompt().text, thread_id: `thread_0_${newMarker().slice(3)}` }],
        ['VALIDATION_ERROR', { thread_id: threadId }],
      ] as const) {
        await start(newMarker(), payload);
        const key = `refused.${code.toLowerCase()}`;
        const frame = await socket.next(({ type }) => type === 'error_message', {
          within: deadlines.reply,
          class: 'ws-mute',
          key,
          what: `error_message ${code}`,
        });
        expect(
          socket.parse(key, frame, errorMessage).error_code,
          because('ws-frame', key, `the reply is ${code}`),
        ).toBe(code);
      }
    });

    await socket.quiet(deadlines.quietWindow);
    expectWholeRun(socket, 'run.settled', run.runId);
    expect(
      foreignEvents(socket, [run]).map(({ text }) => text.slice(0, 200)),
      because('foreign-data', 'run.foreign', 'no refused message started a run'),
    ).toEqual([]);
    await socket.ping('mine.alive');
    await other.ping('other.alive');
    expect(
      heardOf(other, [], [run.runId, run.threadId, probe.marker, alice.id]),
      because('foreign-data', 'other.silence', "B's socket hears nothing of my run"),
    ).toEqual([]);

    await test.step('B and I start runs at the same time, and each sees only the own one', async () => {
      const asked = [mine, bobs].map((connection, index) => {
        const [id, asks] = [newMarker(), sumPrompt()];
        const line = (connection as NonNullable<typeof connection>).socket;
        const thread_id = [threadId, foreignThread][index] ?? '';
        const sent = line.send({
          type: 'start_agent',
          message_id: id,
          payload: { user_request: asks.text, thread_id },
        });
        return { line, asks, run: sent.then(() => runOf(line, 'together', id)) };
      });
      const runs = await Promise.all(asked.map(({ run: running }) => running));
      for (const [index, { asks }] of asked.entries())
        expect(runs[index]?.answer ?? '').toAnswer('together.answer', asks);
      const seen = asked.map(({ line }, index) =>
        heardOf(
          line,
          [run, ...runs.filter((_, at) => at === index)],
          [asked[1 - index]?.asks.marker ?? '', runs[1 - index]?.runId ?? ''],
        ),
      );
      expect(seen, because('foreign-data', 'together.foreign', 'neither hears of the run of the other')).toEqual([
        [],
        [],
      ]);
    });
    secondary('slow-first-event', run.firstEventMs <= 5_000, `${Math.round(run.firstEventMs)} ms`);
  },
);
