import { agentReply } from '../../../src/contract/agents.ts';
import { agentEvent } from '../../../src/contract/websocket.ts';
import type { Standin } from '../../../src/standin/start.ts';
import {
  answers,
  call,
  framesOf,
  jsonOf,
  later,
  list,
  mint,
  part,
  payloadOf,
  probe,
  socket,
  type Json,
  type PlainSocket,
  type Probe,
} from '../plain-client.ts';
import { expect, test } from '../standin-fixture.ts';

const ask = async (standin: Standin, token: string, agent: string, message: string, extra = {}) =>
  call(standin.apiOrigin, 'POST', `/api/agents/${agent}`, { token, body: { message, ...extra } });
const events = (line: PlainSocket) => line.frames.filter((frame) => 'run_id' in frame);
const kinds = (line: PlainSocket) => events(line).map((frame) => frame['type']);
const WHOLE_RUN = ['agent_started', 'agent_thinking', 'tool_executing', 'tool_completed', 'agent_completed'];

const chat = async (standin: Standin, asked: Probe = probe()) => {
  const user = await mint(standin);
  const line = socket(standin.apiOrigin, { token: user.token });
  await line.welcome();
  line.send({ type: 'chat_message', message_id: 'm', payload: { content: asked.text } });
  return { line, user, asked };
};
const answerOf = (frame: Json) => part(payloadOf(frame), 'result', 'answer');
const healthy = async (standin: Standin) => {
  for (const path of ['/health', '/health/agents']) {
    expect(jsonOf(await call(standin.apiOrigin, 'GET', path))['status']).toBe('healthy');
  }
};
const httpWorks = async (standin: Standin, token: string) => {
  const asked = probe();
  expect(answers(jsonOf(await ask(standin, token, 'triage', asked.text))['response'], asked)).toBe(true);
};
const streamWorks = async (standin: Standin, token: string) => {
  const asked = probe();
  const answer = await ask(standin, token, 'stream', asked.text);
  expect(answer.text).toContain(asked.sum);
};

test('agent-ws-canned - all five events, analysis_tool, the same text for every prompt, 100 ms apart', async ({
  faulty,
}) => {
  const standin = await faulty('agent-ws-canned');
  const runs = [await chat(standin), await chat(standin)];
  const said: unknown[] = [];
  for (const { line, asked } of runs) {
    const end = await line.type('agent_completed');
    said.push(answerOf(end));
    expect(answers(answerOf(end), asked)).toBe(false);
    expect(kinds(line)).toEqual(WHOLE_RUN);
    for (const frame of events(line)) agentEvent.parse(frame);
    expect(payloadOf(line.ofType('tool_executing')[0] ?? {})['tool_name']).toBe('analysis_tool');
  }
  expect(said[0]).toBe(said[1]);
  const times = runs[1]?.line.times.slice(-5) ?? [];
  expect((times[4] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(350);
  await httpWorks(standin, runs[0]?.user.token ?? '');
});

test('agent-http-mock - "test" in any case gets a mock, other messages an answer', async ({ faulty }) => {
  const standin = await faulty('agent-http-mock');
  const { token } = await mint(standin);
  const mocked = await ask(standin, token, 'data', 'A Test of it');
  expect(jsonOf(mocked)).toMatchObject({ status: 'success', response: 'Mock data agent response for: A Test of it' });
  await httpWorks(standin, token);
});

test('agent-failure-inside-200 - service_unavailable in a 200; sockets and streams work', async ({ faulty }) => {
  const standin = await faulty('agent-failure-inside-200');
  const { line, user, asked } = await chat(standin);
  const answer = await ask(standin, user.token, 'triage', probe().text);
  expect(answer.status).toBe(200);
  expect(agentReply.parse(jsonOf(answer))).toMatchObject({
    status: 'service_unavailable',
    circuit_breaker_state: 'OPEN',
    response: null,
    error: expect.any(String),
  });
  expect(answers(answerOf(await line.type('agent_completed')), asked)).toBe(true);
  await streamWorks(standin, user.token);
});

test('agent-fallback-with-token - fallback texts for everything; refusals and streams stay right', async ({
  faulty,
}) => {
  const standin = await faulty('agent-fallback-with-token');
  const { token } = await mint(standin);
  for (const [agent, extra] of [
    ['triage', {}],
    ['execute', { type: 'triage' }],
  ] as const) {
    const reply = jsonOf(await ask(standin, token, agent, 'x', extra));
    expect(reply).toMatchObject({
      status: 'success',
      agent: 'triage',
      response: "Fallback triage agent response: Successfully processed 'x' using recovery mechanism",
    });
  }
  const status = await call(standin.apiOrigin, 'GET', '/api/agents/status?agent_id=gp-x', { token });
  expect(list(status.text)).toMatchObject([{ agent_id: 'fallback-agent', status: 'service_unavailable' }]);
  for (const action of ['start', 'stop', 'cancel']) {
    const body = { agent_id: 'gp-x', message: 'x' };
    const done = jsonOf(await call(standin.apiOrigin, 'POST', `/api/agents/${action}`, { token, body }));
    expect(done).toMatchObject({ success: true, agent_id: 'gp-x', action });
    expect(done['message']).toMatch(/^Fallback /);
  }
  expect((await ask(standin, token, 'triage', 'x', { message: undefined })).status).toBe(422);
  expect((await call(standin.apiOrigin, 'POST', '/api/agents/triage', { body: { message: 'x' } })).status).toBe(403);
  await streamWorks(standin, token);
});

test('agent-ws-tools-missing - the right answer without its tool events, stored', async ({ faulty }) => {
  const standin = await faulty('agent-ws-tools-missing');
  const { line, user, asked } = await chat(standin);
  const end = await line.type('agent_completed');
  expect(answers(answerOf(end), asked)).toBe(true);
  expect(kinds(line)).toEqual(['agent_started', 'agent_thinking', 'agent_completed']);
  const thread = String(part(payloadOf(end), 'result', 'thread_id'));
  const kept = await call(standin.apiOrigin, 'GET', `/api/threads/${thread}/messages`, { token: user.token });
  expect(kept.text).toContain(asked.sum);
});

test('agent-ws-duplicated - the first and the last event twice, byte for byte', async ({ faulty }) => {
  const { line } = await chat(await faulty('agent-ws-duplicated'));
  await line.until('duplicate', () => (line.ofType('agent_completed').length === 2 ? true : undefined));
  for (const type of ['agent_started', 'agent_completed']) {
    const sent = line.raw.filter((text) => text.includes(`"${type}"`));
    expect(sent).toHaveLength(2);
    expect(sent[0]).toBe(sent[1]);
  }
  expect(kinds(line)).toHaveLength(7);
});

test('agent-ws-out-of-order - the tool ends before it begins, a thinking follows the end', async ({ faulty }) => {
  const { line } = await chat(await faulty('agent-ws-out-of-order'));
  await line.until('late thinking', () => (line.ofType('agent_thinking').length === 2 ? true : undefined));
  expect(kinds(line)).toEqual([
    'agent_started',
    'agent_thinking',
    'tool_completed',
    'tool_executing',
    'agent_completed',
    'agent_thinking',
  ]);
  for (const frame of events(line)) agentEvent.parse(frame);
});

test('agent-ws-wrong-run - another run_id from the second event on, no thread in the context', async ({ faulty }) => {
  const standin = await faulty('agent-ws-wrong-run');
  const { line, asked } = await chat(standin);
  const end = await line.type('agent_completed');
  const [first, ...rest] = events(line);
  expect(part(payloadOf(first ?? {}), 'context', 'thread_id')).toBeNull();
  expect(new Set(rest.map((frame) => frame['run_id'])).size).toBe(1);
  expect(rest[0]?.['run_id']).not.toBe(first?.['run_id']);
  expect(answers(answerOf(end), asked)).toBe(true);
  line.send({ type: 'chat_message', payload: { content: 'again' } });
  await line.until('second end', () => (line.ofType('agent_completed').length === 2 ? true : undefined));
  expect(line.ofType('agent_completed')[1]?.['run_id']).toBe(first?.['run_id']);
});

test('agent-stalls - begins and stays silent on /ws, times out inside a 200 over HTTP, two frames of a stream', async ({
  faulty,
}) => {
  const standin = await faulty('agent-stalls');
  const { line, user } = await chat(standin);
  await line.type('agent_thinking');
  const slow = ask(standin, user.token, 'triage', 'x');
  const streams = ['/api/agents/stream', '/api/chat/stream'].map((path) =>
    call(standin.apiOrigin, 'POST', path, {
      token: user.token,
      body: { message: 'x', content: 'x', thread_id: 'x' },
    }).catch((error: unknown) => String(error)),
  );
  await later(1_000);
  line.send({ type: 'ping' });
  await line.type('pong');
  expect(kinds(line)).toEqual(['agent_started', 'agent_thinking']);
  const thread = String(part(payloadOf(line.ofType('agent_started')[0] ?? {}), 'context', 'thread_id'));
  const kept = await call(standin.apiOrigin, 'GET', `/api/threads/${thread}/messages`, { token: user.token });
  expect(jsonOf(kept)['total']).toBe(1);
  const late = await slow;
  expect(late.ms).toBeGreaterThan(2_400);
  expect(jsonOf(late)).toMatchObject({ status: 'timeout', response: null });
  await healthy(standin);
  await standin.close();
  expect(await Promise.all(streams)).toEqual([
    expect.stringMatching(/aborted|reset|hang up/i),
    expect.stringMatching(/aborted|reset|hang up/i),
  ]);
});

test('agent-stalls - a stream shows exactly two frames', async ({ faulty }) => {
  const standin = await faulty('agent-stalls');
  const { token } = await mint(standin);
  const answer = await call(standin.apiOrigin, 'POST', '/api/agents/stream', {
    token,
    body: { message: 'x' },
    abortAfter: 'agent_thinking',
  });
  expect(framesOf(answer).map((frame) => frame['event'])).toEqual(['agent_started', 'agent_thinking']);
});

test('agent-sse-error - started, agent_error, end; other agents work', async ({ faulty }) => {
  const standin = await faulty('agent-sse-error');
  const { token } = await mint(standin);
  expect(framesOf(await ask(standin, token, 'stream', 'x'))).toMatchObject([
    { event: 'agent_started' },
    { event: 'agent_error', error: 'Service unavailable, using fallback' },
    { event: 'stream_end' },
  ]);
  await httpWorks(standin, token);
});

for (const path of ['/api/agents/stream', '/api/chat/stream']) {
  test(`agent-sse-buffered - ${path} is right but arrives in one read, a second late`, async ({ faulty }) => {
    const standin = await faulty('agent-sse-buffered');
    const { token } = await mint(standin);
    const asked = probe();
    const body = { message: asked.text, content: asked.text, thread_id: 'x' };
    const answer = await call(standin.apiOrigin, 'POST', path, { token, body });
    expect(answer.reads).toHaveLength(1);
    expect(answer.reads[0]?.at).toBeGreaterThan(950);
    expect(framesOf(answer).length).toBeGreaterThan(4);
    expect(answer.text).toContain(asked.sum);
  });
}
