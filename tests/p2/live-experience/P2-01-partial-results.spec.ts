import {
  agentStreamFrame,
  chatStreamFrame,
  eventStreamConnected,
  eventStreamHeartbeat,
} from '../../../src/contract/sse.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { framesOf, type EventStream, type StreamFrame } from '../../../fixtures/event-stream.ts';
import { requireSleep } from '../../../fixtures/hooks.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { isKnown, knownFrames } from '../../../fixtures/stream-checks.ts';
import { expect, test } from '../../../fixtures/test.ts';

const DELAY_SECONDS = 1;

const openChat = async ({ alice }: ClaimTools, delay: ReturnType<ClaimTools['hooks']['delay']> = {}) => {
  const probe = sumPrompt();
  const stream = await alice.messages.stream.open('chat', { content: probe.text, thread_id: newMarker(), ...delay });
  return { probe, stream };
};

const chatFrames = (frames: readonly StreamFrame[]) => knownFrames('chat', 'type', frames, chatStreamFrame);

const isChunk = ({ json }: StreamFrame): boolean => chatStreamFrame.safeParse(json).data?.type === 'response_chunk';

const messagesOf = (frames: readonly StreamFrame[]) =>
  chatFrames(frames).flatMap((frame) =>
    frame.type === 'user_message' || frame.type === 'response_complete' ? [frame.message] : [],
  );

/** The whole stream; what it stored is removed later. */
const readToEnd = async ({ alice, cleanup }: ClaimTools, stream: EventStream) => {
  const frames = await stream.all();
  for (const { id } of messagesOf(frames))
    cleanup.add(`delete message ${id}`, () => alice.messages.delete.response({ id }), { independent: true });
  return frames;
};

/** Reads an endless stream until a frame with this event, within the stream's own deadline. */
const readUntil = async (stream: EventStream, event: string): Promise<StreamFrame[]> => {
  const frame = await stream.next(({ json }) => {
    return typeof json === 'object' && json !== null && 'event' in json && json.event === event;
  });
  return frame === undefined ? [] : [frame];
};

test(
  ...claim('P2-01', {
    atOnce: true,
    parts: {
      'no stream opens without a token': async ({ nobody }) => {
        const { text } = sumPrompt();
        const [agent, chat, events] = await Promise.all([
          nobody.agents.stream.response({ message: text }),
          nobody.messages.stream.response({ content: text, thread_id: newMarker() }),
          nobody.events.stream.response(),
        ]);
        expect(agent).toBeNotAuthenticated('agent.anonymous');
        expect(chat).toBeNotAuthenticated('chat.anonymous');
        expect(events).toBeNotAuthenticated('events.anonymous');
      },

      'a part of the answer arrives before the end exists': async (tools) => {
        const { hooks, secondary } = tools;
        const { stream } = await openChat(tools, hooks.delay(DELAY_SECONDS));
        const first = await stream.next(isChunk);
        const early = chatFrames(stream.frames).map(({ type }) => type);
        const frames = await readToEnd(tools, stream);
        expect(early, because('events-missing', 'chat.first-chunk', 'a part of the answer arrives')).toContain(
          'response_chunk',
        );
        requireSleep(1_000 * DELAY_SECONDS, frames.at(-1)?.at ?? 0);
        // C 7: all chunks may come in one read after the sleep, if the first frame came before it.
        const live = (frames[0]?.read ?? 0) < (first?.read ?? 0);
        const reads = new Set(frames.filter(isChunk).map(({ read }) => read)).size;
        expect(
          live || !early.includes('stream_end'),
          because('events-order', 'chat.first-chunk.early', 'the end is not there yet'),
        ).toBe(true);
        expect(live || reads >= 2, because('events-order', 'chat.chunks.reads', 'the parts arrive one by one')).toBe(
          true,
        );
        secondary('chunks-at-once', reads >= 2, 'all parts of the answer arrived in one network read');
      },

      'the parts add up to the answer': async (tools) => {
        const { probe, stream } = await openChat(tools);
        const frames = await readToEnd(tools, stream);
        const known = chatFrames(frames);
        const chunks = known.flatMap((frame) => (frame.type === 'response_chunk' ? [frame.content] : []));
        expect(
          chunks.length,
          because('events-missing', 'chat.chunks', 'the answer comes in parts'),
        ).toBeGreaterThanOrEqual(2);
        const types = known.map(({ type }) => type);
        expect(
          types.lastIndexOf('response_chunk'),
          because('events-order', 'chat.chunks.before', 'all parts come before the whole'),
        ).toBeLessThan(types.indexOf('response_complete'));
        const streamed = chunks.join('');
        expect(streamed).toAnswer('chat.answer', probe);
        expect(
          messagesOf(frames).at(-1)?.content,
          because('answer-wrong', 'chat.parts', 'the parts add up to the answer'),
        ).toBe(streamed);
      },

      'after leaving a run in mid-stream I go on working': async ({ alice, hooks }) => {
        const body = { message: sumPrompt().text, ...hooks.delayIfAny(DELAY_SECONDS) };
        const stream = await alice.agents.stream.open('agent', body);
        const isAgentFrame = isKnown('event', agentStreamFrame);
        const frames = [await stream.next(isAgentFrame), await stream.next()].filter((frame) => frame !== undefined);
        stream.abort();
        const [first] = knownFrames('agent', 'event', frames, agentStreamFrame);
        expect(first?.event, because('events-missing', 'agent.first', 'the stream begins with agent_started')).toBe(
          'agent_started',
        );
        const next = sumPrompt();
        const { status, response } = (await alice.agents.triage.response({ message: next.text })).ok('after.run');
        expect(status, because('answer-failure', 'after.run', 'the 200 means a successful run')).toBe('success');
        expect(response ?? '').toAnswer('after.answer', next);
      },

      'my event stream is mine, and beats until I leave it': async ({ alice, deadlines }) => {
        const deadline = Math.max(12_000, deadlines.firstEvent);
        const stream = await alice.events.stream.open('events', { deadline });
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
      },
    },
  }),
);
