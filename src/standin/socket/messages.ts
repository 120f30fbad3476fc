/** Client messages: rate, size, format, then what the type asks for (section 8.4). */
import { CHAT_TYPES, START_TYPES, TYPING_TYPES, UNANSWERED_TYPES } from '../../contract/frames.ts';
import { unixNow } from '../clock.ts';
import type { ClientMessage } from '../switchboard/seams.ts';
import { isObject, type JsonObject } from '../unit.ts';
import { WINDOW_SECONDS } from '../stores.ts';
import type { World } from '../world.ts';
import type { Connection } from './connection.ts';
import { enveloped, errorMessage } from './frames.ts';

const START: ReadonlySet<string> = new Set(START_TYPES);
const CHAT: ReadonlySet<string> = new Set(CHAT_TYPES);
const UNANSWERED: ReadonlySet<string> = new Set(UNANSWERED_TYPES);
const TYPING: ReadonlySet<string> = new Set(TYPING_TYPES);
/** Types of server frames are undefined from a client; ignoring them is as good as anything. */
const SERVER_TYPES = /^(?:system_message|broadcast|(?:agent|tool|thread)_.*)$/;

export const isChat = (type: string): boolean => START.has(type) || CHAT.has(type);

const parse = (data: Buffer): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const typed = (message: JsonObject): ClientMessage => ({
  ...message,
  type: typeof message['type'] === 'string' && message['type'] !== '' ? message['type'] : 'unknown',
});

/** Type of a message as it came in; empty for what is no message. */
export const typeOf = (data: Buffer): string => {
  const message = parse(data);
  return message === undefined ? '' : typed(message).type;
};

export const fail = (world: World, connection: Connection, code: string, message: string, details: JsonObject = {}) => {
  world.metrics.failedMessages += 1;
  connection.send(errorMessage(code, message, details));
};

export const receive = async (world: World, connection: Connection, data: Buffer): Promise<void> => {
  const { seams, metrics } = world;
  const message = parse(data);
  const client = message === undefined ? undefined : typed(message);
  metrics.messages += 1;
  if (client === undefined || !UNANSWERED.has(client.type)) {
    const rate = seams['rate.take'](connection, 'ws', connection.userId);
    if (!rate.allowed) {
      metrics.rateLimited += 1;
      fail(world, connection, 'RATE_LIMIT_EXCEEDED', 'Too many messages', {
        limit: rate.limit,
        window_seconds: WINDOW_SECONDS,
        retry_after_seconds: rate.retryAfterSeconds,
      });
      return;
    }
  }
  if (data.length > world.release.socket.limits.messageBytes) seams['ws.oversize'](connection, data);
  else if (client === undefined) seams['ws.malformed'](connection, data);
  else await seams['ws.message'](connection, client);
};

export const refuseOversize = (world: World, connection: Connection): void => {
  const limit = world.release.socket.limits.messageBytes;
  fail(world, connection, 'MESSAGE_TOO_LARGE', `A message has at most ${limit} bytes`, { limit });
};

export const refuseMalformed = (world: World, connection: Connection): void =>
  fail(world, connection, 'FORMAT_ERROR', 'A message is a JSON object');

const isRpc = (message: ClientMessage): boolean =>
  message.type === 'jsonrpc_request' &&
  message['jsonrpc'] === '2.0' &&
  typeof message['method'] === 'string' &&
  (typeof message['id'] === 'string' || typeof message['id'] === 'number');

const threadOf = (message: ClientMessage): unknown => {
  const payload = message['payload'];
  return (isObject(payload) ? payload['thread_id'] : undefined) ?? message['thread_id'] ?? null;
};

export const acknowledge = (connection: Connection, type: string): void =>
  connection.send({
    type: 'ack',
    received_type: type,
    timestamp: unixNow(),
    user_id: connection.userId,
    status: 'acknowledged',
  });

export const handle = (world: World, connection: Connection, message: ClientMessage): void => {
  const { userId } = connection;
  const timestamp = unixNow();
  if (UNANSWERED.has(message.type)) {
    connection.lastPong = timestamp;
  } else if (message.type === 'ping') {
    connection.send(enveloped('pong', { timestamp, user_id: userId }));
  } else if (message.type === 'heartbeat') {
    connection.send(enveloped('heartbeat_ack', { timestamp, status: 'healthy' }));
  } else if (TYPING.has(message.type)) {
    const data = { status: 'typing_acknowledged', user_id: userId, thread_id: threadOf(message), timestamp };
    connection.send(enveloped('system_message', data));
  } else if (message.type === 'disconnect') {
    connection.send(enveloped('system_message', { status: 'disconnect_acknowledged', user_id: userId, timestamp }));
  } else if (isRpc(message)) {
    const result = { status: 'processed', method: message['method'] };
    connection.send({ jsonrpc: '2.0', result, id: message['id'] });
  } else if (isChat(message.type)) {
    world.seams['ws.chat'](connection, message);
  } else if (!SERVER_TYPES.test(message.type)) {
    acknowledge(connection, message.type);
  }
};

export const textOf = (message: ClientMessage): string => {
  const payload = isObject(message['payload']) ? message['payload'] : {};
  const fields = START.has(message.type) ? ['user_request', 'content'] : ['content'];
  const found = fields.map((field) => payload[field]).find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof found === 'string' ? found : '';
};
