import { chatMessagePage } from '../../src/contract/chat-messages.ts';
import { agentStreamFrame, chatStreamFrame, eventStreamConnected } from '../../src/contract/sse.ts';
import { answers, call, framesOf, jsonOf, newMarker, parsed, part, probe, type Answer } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const startsAsStream = (answer: Answer) => {
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
  expect(answer.headers['cache-control']).toBe('no-cache');
  expect(answer.text).toMatch(/^data: \{/);
  expect(answer.text).toMatch(/\n\n$/);
  expect(answer.text).not.toMatch(/^event:/m);
};

test('POST /api/agents/stream - the frames in order, each in a read of its own, about 30 ms apart', async ({
  standin,
  alice,
}) => {
  const asked = probe();
  const answer = await call(standin.apiOrigin, 'POST', '/api/agents/stream', {
    token: alice.token,
    body: { message: asked.text },
  });
  startsAsStream(answer);
  const frames = framesOf(answer).map((frame) => agentStreamFrame.parse(frame));
  expect(frames.map((frame) => frame.event)).toEqual([
    'agent_started',
    'agent_thinking',
    'agent_progress',
    'agent_completed',
    'stream_end',
  ]);
  expect(frames[0]).toMatchObject({ agent_type: 'triage', message: asked.text });
  expect(answers(frames[3] && 'result' in frames[3] ? frames[3].result : '', asked)).toBe(true);
  expect(answer.reads).toHaveLength(5);
  const span = (answer.reads[4]?.at ?? 0) - (answer.reads[0]?.at ?? 0);
  expect(span).toBeGreaterThan(90);
  expect(span).toBeLessThan(600);
});

test('stream_updates false - the first and the last two frames; a context is read', async ({ standin, alice }) => {
  const word = newMarker();
  const answer = await call(standin.apiOrigin, 'POST', '/api/agents/stream', {
    token: alice.token,
    body: {
      message: 'Which code word is in my context?',
      context: { code_word: word },
      stream_updates: false,
      agent_type: 'data',
    },
  });
  const frames = framesOf(answer);
  expect(frames.map((frame) => frame['event'])).toEqual(['agent_started', 'agent_completed', 'stream_end']);
  expect(frames[1]?.['result']).toContain(word);
});

test('POST /api/chat/stream - one run, the tool used, chunks that make the stored answer', async ({
  standin,
  alice,
}) => {
  const [asked, label] = [probe(), newMarker()];
  const answer = await call(standin.apiOrigin, 'POST', '/api/chat/stream', {
    token: alice.token,
    body: { content: asked.text, thread_id: label, simulate_delay: 0.3 },
  });
  startsAsStream(answer);
  const frames = framesOf(answer).map((frame) => chatStreamFrame.parse(frame));
  expect(frames.map((frame) => frame.type)).toEqual([
    'stream_start',
    'user_message',
    'agent_started',
    'agent_thinking',
    'tool_executing',
    'tool_completed',
    'response_chunk',
    'response_chunk',
    'response_chunk',
    'response_complete',
    'agent_completed',
    'stream_end',
  ]);
  expect(new Set(frames.map((frame) => frame['run_id'])).size).toBe(1);
  const chunks = frames.filter((frame) => frame.type === 'response_chunk');
  expect(chunks.map((chunk) => chunk.is_final)).toEqual([false, false, true]);
  const complete = frames.find((frame) => frame.type === 'response_complete');
  expect(complete?.message.content).toBe(chunks.map((chunk) => chunk.content).join(''));
  expect(answers(complete?.message.content, asked)).toBe(true);
  expect(answer.ms).toBeGreaterThan(290);
  expect(answer.reads[0]?.at).toBeLessThan(200);
  const kept = chatMessagePage.parse(
    jsonOf(await call(standin.apiOrigin, 'GET', `/api/chat/messages?thread_id=${label}`, { token: alice.token })),
  );
  expect(kept.messages).toMatchObject([
    { message_type: 'user', content: asked.text, user_id: alice.id },
    { message_type: 'assistant', content: complete?.message.content, user_id: alice.id },
  ]);
});

test('a text without arithmetic - the chat stream shows a tool all the same', async ({ standin, alice }) => {
  const body = { content: 'hello', thread_id: 'x' };
  const answer = await call(standin.apiOrigin, 'POST', '/api/chat/stream', { token: alice.token, body });
  const tool = framesOf(answer).find((frame) => frame['type'] === 'tool_completed');
  expect(part(tool ?? {}, 'result', 'value')).toBe(5);
});

test('a client that leaves - the run ends, no answer is stored', async ({ standin, alice }) => {
  const label = newMarker();
  await call(standin.apiOrigin, 'POST', '/api/chat/stream', {
    token: alice.token,
    body: { content: 'hello', thread_id: label, simulate_delay: 0.3 },
    abortAfter: 'agent_started',
  });
  await call(standin.apiOrigin, 'POST', '/api/agents/triage', {
    token: alice.token,
    body: { message: 'x', simulate_delay: 0.6 },
  });
  const kept = await call(standin.apiOrigin, 'GET', `/api/chat/messages?thread_id=${label}`, { token: alice.token });
  expect(jsonOf(kept)['total_count']).toBe(1);
});

test('GET /api/events/stream - connected at once', async ({ standin, alice }) => {
  const answer = await call(standin.apiOrigin, 'GET', '/api/events/stream', {
    token: alice.token,
    abortAfter: 'stream_connected',
  });
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
  const frame = eventStreamConnected.parse(parsed(answer.text.trim().slice('data: '.length)));
  expect(frame.user_id).toBe(alice.id);
  expect(answer.ms).toBeLessThan(500);
});
