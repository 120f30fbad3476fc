/** Every frame of `/ws`, by who sends it, and how a socket is refused. */
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { nonEmpty, unix } from './primitives.ts';
import {
  ack,
  agentEvents,
  CLOSE,
  errorMessage,
  EVICTED_REASON,
  heartbeatAck,
  jsonRpcReply,
  pong,
  rateLimitError,
  REFUSAL_CODES,
  REFUSED_REASON,
  serverPing,
  serviceNotReady,
  systemMessage,
  welcome,
  type RefusalCode,
} from './websocket.ts';

/** Types of client messages that mean the same. */
export const START_TYPES = ['start_agent', 'execute_agent'] as const;
export const CHAT_TYPES = ['chat_message', 'chat', 'message', 'user_message', 'user_input'] as const;
export const TYPING_TYPES = ['typing', 'typing_started', 'typing_stopped'] as const;
/** Types of client messages that get no reply and cost no place in the rate. */
export const UNANSWERED_TYPES = ['pong', 'heartbeat_ack'] as const;

interface ClientFrame {
  readonly summary: string;
  readonly schema: z.ZodType;
}
interface ServerFrame extends ClientFrame {
  /** Names of the client frames that it is a reply to; none: the server sends it by itself. */
  readonly repliesTo?: readonly ClientFrameName[];
}

const message = <const Types extends readonly [string, ...string[]]>(types: Types, members: z.ZodRawShape = {}) =>
  z.looseObject({ type: z.enum(types), message_id: z.string().optional(), ...members });
const run = (types: readonly [string, ...string[]], text: 'user_request' | 'content') =>
  message(types, { payload: z.looseObject({ [text]: nonEmpty, thread_id: z.string().nullish() }) });

const clientFrames = {
  ping: { summary: 'Asks whether the socket still works.', schema: message(['ping']) },
  heartbeat: { summary: 'The same, for the health of the service.', schema: message(['heartbeat']) },
  alive: { summary: 'Reply to a ping of the server; gets no reply.', schema: message(UNANSWERED_TYPES) },
  typing: { summary: 'The user types, or stopped.', schema: message(TYPING_TYPES) },
  disconnect: { summary: 'Announces the end; the socket stays open.', schema: message(['disconnect']) },
  jsonRpc: {
    summary: 'A call of JSON-RPC 2.0.',
    schema: message(['jsonrpc_request'], {
      jsonrpc: z.literal('2.0'),
      method: z.string(),
      id: z.union([z.string(), z.number()]),
    }),
  },
  startAgent: { summary: 'Starts a run of an agent.', schema: run(START_TYPES, 'user_request') },
  chat: { summary: 'Writes a chat message, which starts a run.', schema: run(CHAT_TYPES, 'content') },
  other: {
    summary: 'Any other JSON object; it is acknowledged, which never means that it was processed.',
    schema: z.looseObject({ type: z.string().optional() }),
  },
} as const satisfies Record<string, ClientFrame>;
type ClientFrameName = keyof typeof clientFrames;

const RUNS = ['startAgent', 'chat'] as const;
/** Whatever is rated: not what gets no reply. */
const RATED = ['ping', 'heartbeat', 'typing', 'disconnect', 'jsonRpc', ...RUNS, 'other'] as const;

const error = <Code extends string>(code: Code) =>
  z.looseObject({ ...errorMessage.shape, error_code: z.literal(code) });
/** A `system_message` that says so in `data.status`. */
const acknowledged = (status: string) =>
  z.looseObject({
    ...systemMessage.shape,
    data: z.looseObject({ status: z.literal(status), user_id: nonEmpty, timestamp: unix }),
  });

const serverFrames = {
  handshake: {
    summary: 'May come before the welcome, and means nothing to a client.',
    schema: z.looseObject({ type: z.literal('handshake_validation'), timestamp: unix, validation_id: nonEmpty }),
  },
  progress: {
    summary: 'Progress of the start-up before the welcome; has no type.',
    schema: z.looseObject({ event: nonEmpty, type: z.never().optional() }),
  },
  welcome: { summary: 'The token was accepted; exactly one a socket.', schema: welcome },
  notice: { summary: 'News of the service, such as a degradation.', schema: systemMessage },
  ping: { summary: 'Sign of life: at once, then at every heartbeat interval.', schema: serverPing },
  pong: { summary: 'Names the user of the token.', schema: pong, repliesTo: ['ping'] },
  heartbeatAck: { summary: 'The service is healthy.', schema: heartbeatAck, repliesTo: ['heartbeat'] },
  typingAck: { summary: 'Noted.', schema: acknowledged('typing_acknowledged'), repliesTo: ['typing'] },
  disconnectAck: { summary: 'Noted.', schema: acknowledged('disconnect_acknowledged'), repliesTo: ['disconnect'] },
  jsonRpcReply: { summary: 'Result of the call.', schema: jsonRpcReply, repliesTo: ['jsonRpc'] },
  ack: { summary: 'The type is unknown; nothing was processed.', schema: ack, repliesTo: ['other'] },
  agentStarted: { summary: 'First event of a run.', schema: agentEvents.agent_started, repliesTo: RUNS },
  agentThinking: { summary: 'A step of the agent.', schema: agentEvents.agent_thinking, repliesTo: RUNS },
  toolExecuting: { summary: 'The agent uses a tool.', schema: agentEvents.tool_executing, repliesTo: RUNS },
  toolCompleted: { summary: 'The tool returned.', schema: agentEvents.tool_completed, repliesTo: RUNS },
  agentCompleted: {
    summary: 'Last event of a run, with the answer, which is stored by then.',
    schema: agentEvents.agent_completed,
    repliesTo: RUNS,
  },
  agentError: { summary: 'Last event of a run that failed.', schema: agentEvents.agent_error, repliesTo: RUNS },
  noText: { summary: 'The text is missing or blank.', schema: error('VALIDATION_ERROR'), repliesTo: RUNS },
  noThread: { summary: 'No such conversation; no run.', schema: error('THREAD_NOT_FOUND'), repliesTo: RUNS },
  foreignThread: { summary: "Another user's conversation; no run.", schema: error('ACCESS_DENIED'), repliesTo: RUNS },
  malformed: { summary: 'The message was no JSON object; the socket stays open.', schema: error('FORMAT_ERROR') },
  tooLarge: {
    summary: 'More bytes than the advertised limit; not processed, the socket stays open.',
    schema: error('MESSAGE_TOO_LARGE'),
    repliesTo: RATED,
  },
  rateLimited: {
    summary: 'Over the message rate; not processed, the socket stays open.',
    schema: rateLimitError,
    repliesTo: RATED,
  },
  refusal: {
    summary: 'The token is missing or bad; the close follows, and never a welcome.',
    schema: z.looseObject({ ...errorMessage.shape, error_code: z.enum(REFUSAL_CODES) }),
  },
} as const satisfies Record<string, ServerFrame>;

/** Every frame of `/ws`. */
export const frames: {
  readonly client: Readonly<Record<string, ClientFrame>>;
  readonly server: Readonly<Record<string, ServerFrame>>;
} = { client: clientFrames, server: serverFrames };

interface Close {
  readonly code: number;
  readonly reason?: string;
  readonly summary: string;
}

/** How a socket is refused after it opened: the frame with this code, then this close. */
export const refusals: Readonly<Record<RefusalCode, Close>> = {
  NO_TOKEN: { code: CLOSE.policy, reason: REFUSED_REASON, summary: 'No source of a token is present.' },
  INVALID_FORMAT: {
    code: CLOSE.policy,
    reason: REFUSED_REASON,
    summary: 'The token has not three parts with dots between.',
  },
  VALIDATION_FAILED: {
    code: CLOSE.policy,
    reason: REFUSED_REASON,
    summary: 'Signature, algorithm, time, issuer, audience or kind of the token is wrong, or it was revoked.',
  },
  AUTH_SERVICE_ERROR: { code: CLOSE.policy, reason: REFUSED_REASON, summary: 'The auth service cannot be reached.' },
};

/** Status of an upgrade at a path where no socket is served. */
export const NO_SOCKET_STATUS = 403;

/** Statuses of an upgrade that is refused; a missing or a bad token is never one. */
export const upgradeRefusals: Readonly<Record<number, { readonly summary: string; readonly body?: z.ZodType }>> = {
  [NO_SOCKET_STATUS]: { summary: 'No socket is served at this path.' },
  503: { summary: 'The service is starting; Retry-After says when to come again.', body: serviceNotReady },
};

/** Other closes that a server may start. */
export const closes: readonly Close[] = [
  { code: CLOSE.policy, reason: EVICTED_REASON, summary: 'A newer socket of the same user took the place.' },
  { code: CLOSE.tooBig, summary: `A frame above ${LIMITS.frameBytes} bytes.` },
  { code: CLOSE.goingAway, summary: 'The server shuts down.' },
  { code: CLOSE.restart, summary: 'The server restarts.' },
  { code: CLOSE.tryLater, summary: 'Overloaded.' },
  { code: CLOSE.internalError, summary: 'A fault of the server; always a defect.' },
];
