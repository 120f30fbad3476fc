import { textOf } from '../../../src/contract/threads.ts';
import { because } from '../../../src/evidence/failure.ts';
import { expectWholeRun, runOf, type AgentRun } from '../../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../../fixtures/chat-socket.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../../fixtures/probes.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { createThread } from './conversation.ts';

interface Asked {
  readonly probe: SumProbe;
  readonly answer: string;
}

const newThread = ({ alice, cleanup }: ClaimTools) => createThread(alice, cleanup);

const historyOf = async ({ alice }: ClaimTools, key: string, id: string) =>
  (await alice.threads.messages.response({ id }, { query: { limit: 100 } })).ok(key);

const ascending = (values: readonly number[]) => [...values].sort((left, right) => left - right);

/** The runs began and ended in the order in which they were asked for. */
const expectRunOrder = (socket: ChatSocket, runs: readonly AgentRun[]) => {
  const order = (type: string) =>
    runs.map(({ runId }) =>
      socket.received.findIndex((frame) => frame.type === type && frame.json?.['run_id'] === runId),
    );
  for (const [field, type] of [
    ['startedAt', 'agent_started'],
    ['completedAt', 'agent_completed'],
  ] as const)
    expect(
      order(type),
      because('events-order', `run.${field}`, 'the runs of one conversation keep their order'),
    ).toEqual(ascending(order(type)));
};

/** Sends so many messages back to back on a new socket, reads their answers, and closes it. */
const askInTurn = async ({ alice, sockets }: ClaimTools, thread: string, count: number): Promise<Asked[]> => {
  const { socket } = await sockets.connect('connect', { identity: alice.socketIdentity });
  const asks = Array.from({ length: count }, (_, index) => ({ id: `${newMarker()}-${index + 1}`, probe: sumPrompt() }));
  for (const { id, probe } of asks)
    await socket.send({
      type: 'chat_message',
      message_id: id,
      payload: { content: probe.text, thread_id: thread },
    });
  const runs = await Promise.all(asks.map(({ id }) => runOf(socket, 'run', id)));
  const asked = asks.map(({ probe }, index) => ({ probe, answer: runs[index]?.answer ?? '' }));
  for (const { probe, answer } of asked) expect(answer).toAnswer('run.answer', probe);
  for (const run of runs) {
    expect(run.threadId, because('events-order', 'run.thread', 'the run is in my conversation')).toBe(thread);
    expectWholeRun(socket, 'run.settled', run.runId);
  }
  expectRunOrder(socket, runs);
  await socket.close('close');
  return asked;
};

/** The conversation shows these questions in their order, each answer after its question, and nothing else. */
const expectShown = async (tools: ClaimTools, thread: string, asked: readonly Asked[]) => {
  const page = await historyOf(tools, 'history.chat', thread);
  const shown = page.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
  expect(
    shown.filter(({ role }) => role === 'user').map(({ text }) => text),
    because('events-order', 'history.chat.questions', 'the questions stand in the order I sent them'),
  ).toEqual(asked.map(({ probe }) => probe.text));
  for (const { probe, answer } of asked)
    expect(
      shown.findIndex(({ role, text }) => role === 'assistant' && text === answer),
      because('events-order', 'history.chat.answers', 'each answer comes after its question'),
    ).toBeGreaterThan(shown.findIndex(({ text }) => text === probe.text));
  expect(page.total, because('pagination', 'history.chat.total', 'no question and no answer is lost or doubled')).toBe(
    2 * asked.length,
  );
};

const newTexts = () => Array.from({ length: 5 }, (_, index) => `${newMarker()} ${index + 1}`);

const post = async ({ alice }: ClaimTools, id: string, message: string) =>
  (await alice.threads.post.response({ id }, { message })).ok('post');

/** The texts of a conversation that has so many posted messages. */
const postedTexts = async (tools: ClaimTools, thread: string, count: number) => {
  const page = await historyOf(tools, 'history.rest', thread);
  const times = page.messages.map(({ created_at }) => created_at);
  expect(times, because('pagination', 'history.rest.times', 'the times never fall')).toEqual(ascending(times));
  expect(
    page.total,
    because('pagination', 'history.rest.total', 'the total is what I posted, and nothing else is stored'),
  ).toBe(count);
  return page.messages.map(({ content }) => textOf(content));
};

test(
  ...claim('P2-02', {
    parts: {
      'posting without a token is refused, and nothing of it is stored': async (tools) => {
        const id = await newThread(tools);
        const refused = await tools.nobody.threads.post.response({ id }, { message: newMarker() });
        expect(refused).toBeNotAuthenticated('post.anonymous');
        await postedTexts(tools, id, 0);
      },

      'messages sent back to back are handled and shown in their order': async (tools) => {
        const thread = await newThread(tools);
        await expectShown(tools, thread, await askInTurn(tools, thread, 3));
      },

      'a reconnect changes nothing of the order': async (tools) => {
        const thread = await newThread(tools);
        const before = await askInTurn(tools, thread, 1);
        await expectShown(tools, thread, [...before, ...(await askInTurn(tools, thread, 2))]);
      },

      'messages posted one after another stand in that order': async (tools) => {
        const [id, texts] = [await newThread(tools), newTexts()];
        for (const text of texts) await post(tools, id, text);
        expect(
          await postedTexts(tools, id, texts.length),
          because('events-order', 'history.rest.order', 'they stand in the order I posted them'),
        ).toEqual(texts);
      },

      'of messages posted at once none is lost or doubled': async (tools) => {
        const [id, texts] = [await newThread(tools), newTexts()];
        await Promise.all(texts.map((text) => post(tools, id, text)));
        expect(
          (await postedTexts(tools, id, texts.length)).sort(),
          because('not-persisted', 'history.rest.complete', 'none is lost or doubled'),
        ).toEqual([...texts].sort());
      },
    },
  }),
);
