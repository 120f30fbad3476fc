/** One socket, read for diagnosis: did it open, was it welcomed, what went unanswered, how did it end. */
import type { Frame, SocketTrace } from '../evidence/trace.ts';
import type { Place } from './finding.ts';
import { objectOf, parsed, textOf } from './http-view.ts';

export interface FrameView {
  readonly frame: Frame;
  readonly type: string;
  readonly json: Record<string, unknown>;
}

export interface SocketView extends Place {
  readonly s: SocketTrace;
  /** The test that recorded it, whatever part of it is looked at. */
  readonly recordedBy: string;
  readonly path: string;
  /** A 101 came and the client accepted it. */
  readonly opened: boolean;
  readonly received: readonly FrameView[];
  /** Messages of ours, `pong` and heartbeats left out. */
  readonly sent: readonly FrameView[];
  /** Milliseconds between the 101 and the end. */
  readonly age: number | null;
  readonly endedAt: number | null;
}

const viewOf = (frame: Frame): FrameView => {
  const json = objectOf(parsed(frame.text));
  return { frame, type: frame.type ?? textOf(json['type']), json };
};

const OWN_HEARTBEAT = new Set(['pong', 'heartbeat_ack']);
/** Errors of `ws` about bytes after the 101. */
export const isFrameError = (s: SocketTrace): boolean => /^WS_ERR_/.test(s.error?.code ?? '');
/** A 101 that our client refused, or that text followed: by the words of `ws` and of Chromium. */
export const isHandshakeError = (s: SocketTrace): boolean =>
  s.upgrade === null &&
  (isFrameError(s)
    ? / after the 101 are text/.test(s.error?.message ?? '')
    : /Sec-WebSocket-|Upgrade'? header|subprotocol/i.test(s.error?.message ?? ''));
export const isSubprotocolError = (s: SocketTrace): boolean => /subprotocol/i.test(s.error?.message ?? '');

export const socketView = (
  s: SocketTrace,
  recordedBy: string,
  attempt: number,
  index: number,
  test: string = recordedBy,
): SocketView => {
  const views = s.frames.filter(({ kind }) => kind === 'text' || kind === 'binary').map(viewOf);
  const opened =
    s.upgrade === null && !isHandshakeError(s) && (s.phases.head !== null || s.welcomeAt !== null || views.length > 0);
  return {
    s,
    recordedBy,
    path: s.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*/, ''),
    opened,
    received: views.filter(({ frame }) => frame.direction === 'received'),
    sent: views.filter(({ frame, type }) => frame.direction === 'sent' && !OWN_HEARTBEAT.has(type)),
    age: s.close === null ? null : Math.max(0, s.close.at - (s.phases.head ?? 0)),
    endedAt: s.close === null ? null : s.startedAt + s.close.at,
    test: s.probe === null ? test : '',
    attempt,
    source: s.probe === null ? `${recordedBy} socket ${s.id}` : `probe ${s.probe}`,
    at: s.startedAt,
    connection: `${recordedBy}/${attempt}/${s.probe ?? ''}/socket ${index}`,
    mention: s.probe === null ? `socket ${s.id}: ` : '',
  };
};

export const isChatSocket = (view: SocketView): boolean =>
  view.s.expected === 'welcome' || view.s.expected === 'refusal';

const isWelcome = (view: FrameView): boolean =>
  view.type === 'system_message' && objectOf(view.json['data'])['event'] === 'connection_established';

/** The client judged the welcome; where it wanted a refusal, the frame itself counts. */
export const welcomed = (view: SocketView): boolean =>
  view.s.welcomeAt !== null || (view.s.expected === 'refusal' && view.received.some(isWelcome));

/** `error_code` of a refusal or error frame. */
export const errorCode = (view: FrameView): string => textOf(view.json['error_code']);

export const refusalCodes = (view: SocketView): readonly string[] =>
  view.received.filter(({ type }) => type === 'error_message' || type === 'error').map(errorCode);

/** Refused as the contract says: one error frame, then 1008. */
export const refusedWell = (view: SocketView): boolean =>
  view.opened &&
  !welcomed(view) &&
  view.s.close?.code === 1008 &&
  refusalCodes(view).some((code) => /^(?:NO_TOKEN|INVALID_FORMAT|VALIDATION_FAILED)$/.test(code));

export const dataOf = (view: FrameView): Record<string, unknown> => objectOf(view.json['data']);

export const systemEvent = (view: FrameView): string =>
  textOf(dataOf(view)['event']) === '' ? textOf(view.json['event']) : textOf(dataOf(view)['event']);

/** Frames of the server's own clockwork: they answer nothing. */
const UNASKED = new Set(['ping', 'handshake_validation', 'heartbeat', 'progress_update']);
export const isUnasked = (view: FrameView): boolean =>
  UNASKED.has(view.type) ||
  view.type === '' ||
  (view.type === 'system_message' && /connection_established|initial/.test(systemEvent(view)));

const REPLY: Readonly<Record<string, RegExp>> = {
  ping: /^pong$/,
  heartbeat: /^heartbeat_ack$/,
};

/** Frames after this message that can be its answer. */
export const repliesTo = (view: SocketView, message: FrameView): readonly FrameView[] =>
  view.received.filter(
    (candidate) =>
      candidate.frame.at >= message.frame.at &&
      !isUnasked(candidate) &&
      (candidate.type === 'error_message' || (REPLY[message.type]?.test(candidate.type) ?? true)),
  );

export const CHAT_TYPES = new Set([
  'chat_message',
  'chat',
  'message',
  'user_message',
  'user_input',
  'start_agent',
  'execute_agent',
]);
export const isChat = (view: FrameView): boolean => CHAT_TYPES.has(view.type);
export const isAgentEvent = (view: FrameView): boolean => /^(?:agent_|tool_)/.test(view.type);

export const lastSentBefore = (view: SocketView, at: number): FrameView | undefined =>
  view.sent.filter(({ frame }) => frame.at <= at).at(-1);

/** How the socket ended, for people. */
export const describeEnd = (view: SocketView): string => {
  const { close, error } = view.s;
  if (close === null) return error === null ? 'still open at the end' : error.message;
  // Our client left because of what came.
  if (close.by === 'client' && error !== null)
    return `our client ended it: ${error.message}, age ${Math.round(view.age ?? 0)} ms, ${view.received.length} frames before it`;
  const by = close.by === 'network' ? 'the connection ended without a close frame' : `close by the ${close.by}`;
  return `${by}, ${close.code}${close.reason === '' ? '' : ` "${close.reason}"`}, age ${Math.round(view.age ?? 0)} ms, ${view.received.length} frames before it`;
};
