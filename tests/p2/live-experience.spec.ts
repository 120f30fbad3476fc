import { textOf } from '../../src/contract/threads.ts';
import { errorMessage } from '../../src/contract/websocket.ts';
import { because } from '../../src/evidence/failure.ts';
import { expectWholeRun, foreignEvents, runOf, type AgentRun } from '../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../fixtures/chat-socket.ts';
import type { Cleanup } from '../../fixtures/cleanup.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
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

test(
  'P2-02 I send quickly - messages are handled and shown in the order I sent them, also across a reconnect',
  { tag: ['@p2', '@live-experience', '@ws', '@http'] },
  async ({ alice, nobody, sockets, cleanup }) => {
    const [chatThread, restThread] = await Promise.all([createThread(alice, cleanup), createThread(alice, cleanup)]);
    const history = async (key: string, id: string) =>
      (await alice.threads.messages.response({ id }, { query: { limit: 100 } })).ok(key);

    const asked = ['1', '2', '3', '4', '5'].map((messageId) => ({
      messageId: `${newMarker()}-${messageId}`,
      probe: sumPrompt(),
    }));
    await test.step('send five messages back to back over the socket, the last two after a reconnect', async () => {
      const answered: { answer: string; startedAt: number; completedAt: number }[] = [];
      for (const part of [asked.slice(0, 3), asked.slice(3)]) {
        const { socket } = await sockets.connect('connect', { identity: alice.socketIdentity });
        for (const { messageId, probe } of part)
          await socket.send({
            type: 'chat_message',
            message_id: messageId,
            payload: { content: probe.text, thread_id: chatThread },
          });
        const runs = await Promise.all(part.map(({ messageId }) => runOf(socket, 'run', messageId)));
        for (const [index, run] of runs.entries()) {
          const { probe } = part[index] as (typeof part)[number];
          expect(run.answer).toAnswer('run.answer', probe);
          expect(run.threadId, because('events-order', 'run.thread', 'the run is in my thread')).toBe(chatThread);
          expectWholeRun(socket, 'run.settled', run.runId);
          const at = (type: string) =>
            socket.received.findIndex((frame) => frame.type === type && frame.json?.['run_id'] === run.runId);
          answered.push({ answer: run.answer, startedAt: at('agent_started'), completedAt: at('agent_completed') });
        }
        const order = (field: 'startedAt' | 'completedAt') => answered.slice(-part.length).map((one) => one[field]);
        for (const field of ['startedAt', 'completedAt'] as const)
          expect(
            order(field),
            because('events-order', `run.${field}`, 'the runs of one thread keep their order'),
          ).toEqual([...order(field)].sort((left, right) => left - right));
        await socket.close('close');
      }
      const page = await history('history.chat', chatThread);
      const expected = asked.flatMap(({ probe }, index) => [
        { role: 'user', text: probe.text },
        { role: 'assistant', text: answered[index]?.answer },
      ]);
      const shown = page.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
      const questions = (messages: readonly { role: string; text: string | undefined }[]) =>
        messages.filter(({ role }) => role === 'user');
      expect(
        questions(shown),
        because('events-order', 'history.chat.questions', 'the questions stand in the order I sent them'),
      ).toEqual(questions(expected));
      for (const [index, { answer }] of answered.entries()) {
        const question = shown.findIndex(({ text }) => text === asked[index]?.probe.text);
        const reply = shown.findIndex(({ role, text }) => role === 'assistant' && text === answer);
        expect(
          reply,
          because('events-order', 'history.chat.answers', 'each answer comes after its question'),
        ).toBeGreaterThan(question);
      }
      expect(
        page.total,
        because('pagination', 'history.chat.total', 'five questions and five answers, none lost or doubled'),
      ).toBe(10);
    });

    await test.step('post five one after another, then five at once', async () => {
      const texts = Array.from({ length: 10 }, (_, index) => `${newMarker()} ${index + 1}`);
      const post = async (message: string) =>
        (await alice.threads.post.response({ id: restThread }, { message })).ok('post');
      for (const text of texts.slice(0, 5)) await post(text);
      await Promise.all(texts.slice(5).map(post));
      expect(await nobody.threads.post.response({ id: restThread }, { message: newMarker() })).toBeNotAuthenticated(
        'post.anonymous',
      );
      const page = await history('history.rest', restThread);
      const shown = page.messages.map(({ content }) => textOf(content));
      expect(shown.slice(0, 5), because('events-order', 'history.rest.order', 'the first five stand in order')).toEqual(
        texts.slice(0, 5),
      );
      expect(
        shown.slice(5).sort(),
        because('not-persisted', 'history.rest.complete', 'of the other five none is lost or doubled'),
      ).toEqual(texts.slice(5).sort());
      const times = page.messages.map(({ created_at }) => created_at);
      expect(times, because('pagination', 'history.rest.times', 'the times never fall')).toEqual(
        [...times].sort((left, right) => left - right),
      );
      expect(
        page.total,
        because('pagination', 'history.rest.total', 'the total is ten, the refused one is not stored'),
      ).toBe(10);
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
