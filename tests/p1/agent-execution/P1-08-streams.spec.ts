import { endpoints } from '../../../src/contract/endpoints.ts';
import { agentStreamFrame, chatStreamFrame, STREAM_EVENTS } from '../../../src/contract/sse.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { loadText, withLoad } from '../../../fixtures/client-load.ts';
import type { StreamFrame } from '../../../fixtures/event-stream.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../../fixtures/probes.ts';
import { unwrap } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expectDelivery, expectFrameOrder, knownFrames, wellFormed } from '../../../fixtures/stream-checks.ts';
import { expect, test } from '../../../fixtures/test.ts';

const AGENT_ORDER = /^agent_started( agent_thinking)+( agent_progress)+ agent_completed stream_end$/;
const CHAT_ORDER =
  /^stream_start user_message agent_started( agent_thinking)+( tool_executing tool_completed)+( response_chunk){2,} response_complete agent_completed stream_end$/;
const SLOW_FIRST_FRAME_MS = 5_000;

/** The answer has the number and the marker; what else I write only has to arrive. */
const prompt = (): SumProbe => {
  const probe = sumPrompt();
  return { ...probe, text: `${probe.text} Zürich, 東京 🚀` };
};

type Delay = ReturnType<ClaimTools['hooks']['delay']>;

const readAgent = async ({ alice }: ClaimTools, delay: Delay = {}) => {
  const probe = prompt();
  const stream = await alice.agents.stream.open('stream.agent', { message: probe.text, ...delay });
  return { probe, frames: await stream.all() };
};

const readChat = async ({ alice, cleanup }: ClaimTools, delay: Delay = {}) => {
  const [probe, label] = [prompt(), newMarker()];
  const stream = await alice.messages.stream.open('stream.chat', { content: probe.text, thread_id: label, ...delay });
  const frames = await stream.all();
  const known = wellFormed(frames, chatStreamFrame);
  const messages = known.flatMap((frame) =>
    frame.type === 'user_message' || frame.type === 'response_complete' ? [frame.message] : [],
  );
  for (const { id } of messages)
    cleanup.add(`delete message ${id}`, () => alice.messages.delete.response({ id }), { independent: true });
  const chunks = known.flatMap((frame) => (frame.type === 'response_chunk' ? [frame] : []));
  return { probe, label, frames, known, messages, chunks, streamed: chunks.map(({ content }) => content).join('') };
};

/** Reads a stream whose run sleeps after its first frame. */
const expectLiveDelivery = async (
  key: string,
  tools: ClaimTools,
  read: (tools: ClaimTools, delay: Delay) => Promise<{ readonly frames: readonly StreamFrame[] }>,
) => {
  const { hooks, column, note } = tools;
  const seconds = column({ remote: 1, standin: 0.3 });
  const delay = hooks.delay(seconds);
  const { done, load } = await withLoad(() => read(tools, delay));
  const delivery = { askedMs: seconds * 1_000, pauseMs: load.longestPauseMs };
  note(
    'delivery judged by network reads alone',
    [loadText(load)].find(() => 2 * delivery.pauseMs >= delivery.askedMs),
  );
  expectDelivery(key, unwrap(done).frames, delivery);
};

const expectQuickStart = ({ secondary }: ClaimTools, [first]: readonly StreamFrame[]) => {
  const ms = first?.at ?? 0;
  secondary('slow-first-frame', ms <= SLOW_FIRST_FRAME_MS, `${Math.round(ms)} ms`);
};

test(
  ...claim('P1-08', {
    atOnce: true,
    parts: {
      'both streams reject a missing token': async ({ nobody }) => {
        const { text } = sumPrompt();
        const [agent, chat] = await Promise.all([
          nobody.agents.stream.response({ message: text }),
          nobody.messages.stream.response({ content: text, thread_id: newMarker() }),
        ]);
        expect(agent).toBeNotAuthenticated('stream.agent.anonymous');
        expect(chat).toBeNotAuthenticated('stream.chat.anonymous');
      },

      'both streams reject a forged token': async ({ alice }) => {
        const [forged, { text }] = [await alice.forged(), sumPrompt()];
        const [agent, chat] = await Promise.all([
          forged.agents.stream.response({ message: text }),
          forged.messages.stream.response({ content: text, thread_id: newMarker() }),
        ]);
        expect(agent).toBeBadToken('stream.agent.forged');
        expect(chat).toBeBadToken('stream.chat.forged');
      },

      'an incomplete request opens no stream': async ({ alice }) => {
        const [noMessage, noThread] = await Promise.all([
          alice.agents.stream.malformed({}),
          alice.messages.stream.malformed({ content: sumPrompt().text }),
        ]);
        expect(noMessage).toBeInvalid('stream.agent.no-message', 'message');
        expect(noThread).toBeInvalid('stream.chat.no-thread', 'thread_id');
      },

      'the chat stream allows POST only': async ({ alice }) => {
        const response = await alice.withMethod('GET', endpoints.messages.stream);
        expect(response).toBeMethodNotAllowed('stream.chat.get', 'POST');
      },

      'the six events of an agent stream are announced': async ({ nobody }) => {
        const { stream_events } = (await nobody.agents.streamInfo.response()).ok('stream.info');
        expect(
          [...stream_events].sort(),
          because('http-body', 'stream.info.events', 'the six events are announced'),
        ).toEqual([...STREAM_EVENTS].sort());
      },

      'agent stream - all steps in order': async (tools) => {
        const { frames } = await readAgent(tools);
        const known = knownFrames('stream.agent', 'event', frames, agentStreamFrame);
        expectFrameOrder(
          'stream.agent',
          known.map(({ event }) => event),
          AGENT_ORDER,
        );
        expectQuickStart(tools, frames);
      },

      'agent stream - the result is the answer to my request': async (tools) => {
        const { probe, frames } = await readAgent(tools);
        const known = wellFormed(frames, agentStreamFrame);
        const result = known.flatMap((frame) => (frame.event === 'agent_completed' ? [frame.result] : []));
        expect(result.join()).toAnswer('stream.agent.answer', probe);
        const echoed = known.flatMap((frame) => (frame.event === 'agent_started' ? [frame.message] : []));
        expect(echoed, because('answer-wrong', 'stream.agent.request', 'the run is about my request')).toEqual([
          probe.text,
        ]);
      },

      'agent stream - frames arrive while the run goes on': (tools) =>
        expectLiveDelivery('stream.agent', tools, readAgent),

      'chat stream - steps, tools and text in order, all of one run': async (tools) => {
        const { frames, chunks } = await readChat(tools);
        const known = knownFrames('stream.chat', 'type', frames, chatStreamFrame);
        expectFrameOrder(
          'stream.chat',
          known.map(({ type }) => type),
          CHAT_ORDER,
        );
        expect(
          new Set(known.map((frame) => ('run_id' in frame ? frame.run_id : ''))).size,
          because('events-order', 'stream.chat.run', 'all frames belong to one run'),
        ).toBe(1);
        expect(
          chunks.map(({ is_final }) => is_final),
          because('events-order', 'stream.chat.final', 'only the last chunk is final'),
        ).toEqual(chunks.map((_, index) => index === chunks.length - 1));
        expectQuickStart(tools, frames);
      },

      'chat stream - it is mine, and its chunks add up to the answer': async (tools) => {
        const { probe, known, streamed } = await readChat(tools);
        const owners = known.flatMap((frame) => (frame.type === 'stream_start' ? [frame.user_id] : []));
        expect(owners, because('foreign-data', 'stream.chat.owner', 'the stream is mine')).toEqual([tools.alice.id]);
        expect(
          known.flatMap((frame) => (frame.type === 'response_complete' ? [frame.message.content] : [])),
          because('answer-wrong', 'stream.chat.chunks', 'the chunks add up to the answer'),
        ).toEqual([streamed]);
        expect(streamed).toAnswer('stream.chat.answer', probe);
      },

      'chat stream - question and answer are kept as streamed': async (tools) => {
        const { alice } = tools;
        const { probe, label, messages, streamed } = await readChat(tools);
        const stored = (await alice.messages.list.response({ query: { thread_id: label } })).ok('stream.chat.stored');
        const mine = { user_id: alice.id };
        expect(
          stored.messages.map(({ message_type, content, user_id }) => ({ message_type, content, user_id })),
          because('not-persisted', 'stream.chat.stored', 'question and answer are stored'),
        ).toEqual([
          { message_type: 'user', content: probe.text, ...mine },
          { message_type: 'assistant', content: streamed, ...mine },
        ]);
        const shown = ({ id, message_type, content, user_id, thread_id }: (typeof messages)[number]) =>
          ({ id, message_type, content, user_id, thread_id }) as const;
        expect(
          stored.messages.map(shown),
          because('not-persisted', 'stream.chat.as-streamed', 'the stored messages are those of the stream'),
        ).toEqual(messages.map(shown));
      },

      'chat stream - frames arrive while the run goes on': (tools) =>
        expectLiveDelivery('stream.chat', tools, readChat),
    },
  }),
);
