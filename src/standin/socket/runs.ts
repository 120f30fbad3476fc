/** Agent runs over `/ws`: five kinds of events, computed from the message, stored before the last one is sent. */
import { randomBytes } from 'node:crypto';
import { isoNow, sleep } from '../clock.ts';
import { Problem } from '../http/reply.ts';
import { openThread } from '../open-thread.ts';
import { appendMessage, type StoredThread } from '../stores.ts';
import type { ClientMessage, Frame, SocketRun } from '../switchboard/seams.ts';
import { isObject, type JsonObject } from '../unit.ts';
import type { World } from '../world.ts';
import type { Connection } from './connection.ts';
import { fail, textOf } from './messages.ts';

export const AGENT_NAME = 'Supervisor';

export const eventOf = (run: SocketRun, type: string, payload: JsonObject): Frame => ({
  type,
  run_id: run.runId,
  agent_name: AGENT_NAME,
  timestamp: isoNow(),
  payload,
});

export function* eventsOf(world: World, connection: Connection, run: SocketRun): Generator<Frame> {
  const begun = performance.now();
  appendMessage(run.stored, { role: 'user', content: run.text });
  const threadId = run.stored.thread.id;
  const context = { thread_id: threadId, ...(run.messageId === undefined ? {} : { message_id: run.messageId }) };
  yield eventOf(run, 'agent_started', {
    status: 'started',
    context,
    message: `${AGENT_NAME} has started processing your request`,
  });
  const question = { text: run.text, context: undefined, surface: 'ws', agent: AGENT_NAME } as const;
  const answer = world.seams['agent.answer'](connection.call, question);
  yield eventOf(run, 'agent_thinking', {
    reasoning: answer.reasoning,
    step_number: 1,
    progress_percentage: 25,
    status: 'thinking',
  });
  for (const tool of answer.tools) {
    yield eventOf(run, 'tool_executing', {
      tool_name: tool.name,
      parameters: tool.parameters,
      status: 'executing',
      message: `Using ${tool.name} to ${tool.purpose}`,
    });
    yield eventOf(run, 'tool_completed', {
      tool_name: tool.name,
      result: tool.result,
      execution_time_ms: 1,
      status: 'completed',
      message: `${tool.name} has finished`,
    });
  }
  const content = [{ type: 'text' as const, text: { value: answer.text } }];
  const kept = appendMessage(run.stored, { role: 'assistant', content, metadata: { run_id: run.runId } });
  yield eventOf(run, 'agent_completed', {
    status: 'completed',
    result: { answer: answer.text, thread_id: threadId, message_id: kept.id },
    execution_time_ms: Math.round(performance.now() - begun),
    message: `${AGENT_NAME} has completed your request`,
  });
}

const publish = (world: World, connection: Connection, frame: Frame): void => {
  for (const recipient of world.seams['ws.recipients'](connection, frame)) recipient.send(frame);
};

const play = async (world: World, connection: Connection, run: SocketRun): Promise<void> => {
  const { seams } = world;
  try {
    for await (const frame of seams['ws.run'](connection, run)) {
      publish(world, connection, frame);
      await sleep(seams.pace(connection, 'ws-event'));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const payload = { status: 'error', error_message: reason, error_context: {}, message: `${AGENT_NAME} has failed` };
    publish(world, connection, eventOf(run, 'agent_error', payload));
  }
};

const threadFor = (world: World, connection: Connection, asked: unknown): StoredThread | 'missing' | 'foreign' => {
  const { seams } = world;
  if (asked === undefined || asked === null || asked === '') {
    return seams['threads.create'](connection.call, connection.userId, {});
  }
  if (typeof asked !== 'string') return 'missing';
  try {
    return openThread(world, connection.call, connection.userId, asked, 'write');
  } catch (error) {
    if (error instanceof Problem) return error.status === 403 ? 'foreign' : 'missing';
    throw error;
  }
};

export const startRun = (world: World, connection: Connection, message: ClientMessage): void => {
  const payload = isObject(message['payload']) ? message['payload'] : {};
  const text = textOf(message);
  if (text === '') {
    fail(world, connection, 'VALIDATION_ERROR', 'The message has no text');
    return;
  }
  const stored = threadFor(world, connection, payload['thread_id']);
  if (stored === 'missing') {
    fail(world, connection, 'THREAD_NOT_FOUND', 'Thread not found');
    return;
  }
  if (stored === 'foreign') {
    fail(world, connection, 'ACCESS_DENIED', 'Access denied');
    return;
  }
  const messageId = typeof message['message_id'] === 'string' ? message['message_id'] : undefined;
  const run: SocketRun = { runId: `run_${randomBytes(4).toString('hex')}`, text, stored, messageId };
  const { threadQueues } = world;
  const before = threadQueues.get(stored.thread.id) ?? Promise.resolve();
  const after = before.then(() => play(world, connection, run));
  threadQueues.set(stored.thread.id, after);
  void after.finally(() => {
    if (threadQueues.get(stored.thread.id) === after) threadQueues.delete(stored.thread.id);
  });
};
