import {
  agentStreamFrame,
  chatStreamFrame,
  eventStreamConnected,
  eventStreamHeartbeat,
} from '../../src/contract/sse.ts';
import { because } from '../../src/evidence/failure.ts';
import { framesOf, type EventStream } from '../../fixtures/event-stream.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { isKnown, knownFrames } from '../../fixtures/stream-checks.ts';
import { expect, test } from '../../fixtures/test.ts';

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
