/** What the three event streams send, frame by frame (section 7). */
import { randomUUID } from 'node:crypto';
import { chunksOf, countingTool } from '../agent.ts';
import { isoNow, sleep } from '../clock.ts';
import { AGENT_NAME } from '../socket/runs.ts';
import type { AgentStreamRequest, ChatStreamRequest } from '../switchboard/seams.ts';
import type { Caller } from '../tokens.ts';
import type { HttpCall, JsonObject } from '../unit.ts';
import type { World } from '../world.ts';

export async function* agentFrames(
  world: World,
  call: HttpCall,
  request: AgentStreamRequest,
): AsyncGenerator<JsonObject> {
  yield {
    event: 'agent_started',
    agent_id: `agent_${randomUUID().slice(0, 8)}`,
    agent_type: request.agent,
    message: request.message,
    timestamp: isoNow(),
  };
  const question = {
    text: request.message,
    context: request.context,
    surface: 'agents-stream',
    agent: request.agent,
  } as const;
  const answer = world.seams['agent.answer'](call, question);
  if (request.updates) yield { event: 'agent_thinking', status: 'processing', message: answer.reasoning };
  await sleep(request.delaySeconds * 1000, call.gone);
  if (call.gone.aborted) return;
  if (request.updates) yield { event: 'agent_progress', progress: 80, message: 'Writing the answer' };
  yield { event: 'agent_completed', result: answer.text };
  yield { event: 'stream_end' };
}

export async function* chatFrames(
  world: World,
  call: HttpCall,
  request: ChatStreamRequest,
  caller: Caller,
): AsyncGenerator<JsonObject> {
  const { seams } = world;
  const begun = performance.now();
  const runId = `run_${randomUUID().slice(0, 8)}`;
  const frame = (type: string, fields: JsonObject): JsonObject => ({
    type,
    ...fields,
    run_id: runId,
    timestamp: isoNow(),
  });
  const { draft } = request;
  yield frame('stream_start', { user_id: caller.userId });
  yield frame('user_message', { message: seams['chat.create'](call, caller.userId, draft) });
  yield frame('agent_started', { agent_name: AGENT_NAME, message: `${AGENT_NAME} has started` });
  const question = { text: draft.content, context: undefined, surface: 'chat-stream', agent: AGENT_NAME } as const;
  const answer = seams['agent.answer'](call, question);
  yield frame('agent_thinking', { thought: answer.reasoning, step_number: 1 });
  for (const tool of answer.tools.length > 0 ? answer.tools : [countingTool(draft.content)]) {
    yield frame('tool_executing', { tool_name: tool.name, tool_purpose: tool.purpose });
    yield frame('tool_completed', { tool_name: tool.name, result: tool.result });
  }
  const chunks = chunksOf(answer.text);
  for (const [index, content] of chunks.entries()) {
    // Half-way through the text: the beginning of an answer can be read before its end exists.
    if (index === chunks.length - 1) await sleep(request.delaySeconds * 1000, call.gone);
    if (call.gone.aborted) return;
    yield frame('response_chunk', { content, is_final: index === chunks.length - 1 });
  }
  if (call.gone.aborted) return;
  const reply = { ...draft, content: answer.text, messageType: 'assistant', metadata: { run_id: runId } };
  yield frame('response_complete', { message: seams['chat.create'](call, caller.userId, reply) });
  const duration = Math.round(performance.now() - begun);
  yield frame('agent_completed', { agent_name: AGENT_NAME, result: { answer: answer.text }, duration_ms: duration });
  yield frame('stream_end', { status: 'completed' });
}

const HEARTBEAT_MS = 10_000;
const STREAM_MS = 600_000;

export async function* eventFrames(call: HttpCall, caller: Caller): AsyncGenerator<JsonObject> {
  const id = `events_${randomUUID().slice(0, 8)}`;
  yield { event: 'stream_connected', connection_id: id, user_id: caller.userId, timestamp: isoNow() };
  for (let count = 1; count * HEARTBEAT_MS <= STREAM_MS; count += 1) {
    await sleep(HEARTBEAT_MS, call.gone);
    if (call.gone.aborted) return;
    yield { event: 'heartbeat', connection_id: id, count };
  }
}

/** The first frame, then the failure of the run, then the end. */
export async function* failing(frames: AsyncIterable<JsonObject>): AsyncGenerator<JsonObject> {
  for await (const frame of frames) {
    yield frame;
    break;
  }
  yield { event: 'agent_error', error: 'Service unavailable, using fallback' };
  yield { event: 'stream_end' };
}

export async function* failingChat(frames: AsyncIterable<JsonObject>): AsyncGenerator<JsonObject> {
  for await (const frame of frames) {
    yield frame;
    const { run_id } = frame;
    yield { type: 'error', error: 'Agent service is not available', run_id, timestamp: isoNow() };
    yield { type: 'stream_end', status: 'error', run_id, timestamp: isoNow() };
    return;
  }
}
