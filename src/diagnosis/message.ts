/** Welcomed sockets that stayed open: which messages went unanswered, and what that means. */
import { DEGRADATION_EVENTS } from '../contract/websocket.ts';
import type { FindingDraft } from './finding.ts';
import { agentsOverHttp } from './agents.ts';
import { objectOf } from './http-view.ts';
import { ponged } from './probe-answers.ts';
import { chatSockets, type RedAttempt, type Scene } from './scene.ts';
import {
  errorCode,
  isAgentEvent,
  isChat,
  repliesTo,
  systemEvent,
  welcomed,
  type FrameView,
  type SocketView,
} from './socket-view.ts';

const LIMIT_BYTES = 8_192;
/** A message younger than this at the end had no time to be answered. */
const PATIENCE_MS = 400;

const subjectOf = (view: SocketView): string => `socket ${view.s.id} as ${view.s.identity}`;

const endOf = (view: SocketView): number =>
  view.s.close?.at ?? Math.max(view.s.phases.end ?? 0, ...view.s.frames.map(({ at }) => at), 0);

const waitedFor = (view: SocketView, message: FrameView): number => endOf(view) - message.frame.at;

const kindOf = (message: FrameView): string =>
  message.frame.bytes > LIMIT_BYTES
    ? `a message of ${message.frame.bytes} bytes`
    : message.type === ''
      ? 'text that is not JSON'
      : message.type;

/** Signs of life after this moment that a message loop must have produced. */
const aliveAfter = (view: SocketView, at: number): boolean =>
  view.received.some(
    (one) =>
      one.frame.at > at &&
      (one.type === 'pong' || one.type === 'ack' || one.type === 'error_message' || isAgentEvent(one)),
  );

/** The server's own pings go on: its clockwork runs at least. */
const pingsAfter = (view: SocketView, at: number): number =>
  view.received.filter((one) => one.type === 'ping' && one.frame.at > at).length;

const acked = (view: SocketView, message: FrameView): boolean =>
  view.received.some(
    (one) => one.frame.at >= message.frame.at && one.type === 'ack' && one.json['received_type'] === message.type,
  );

const zombieFits = ['ws-mute', 'deadline', 'events-missing', 'ws-silent'] as const;

const pingUnanswered = (scene: Scene, view: SocketView, message: FrameView): FindingDraft => {
  const at = message.frame.at;
  const fact = `${subjectOf(view)}: welcomed, ping ${Math.round(waitedFor(view, message))} ms without pong, ${pingsAfter(view, at)} server pings after it`;
  if (aliveAfter(view, at) || pingsAfter(view, at) > 0)
    return {
      cause: 'heartbeat-missing',
      phase: 'ping',
      signal: 'medium',
      fact,
      detail: 'ping gets no pong, other frames arrive',
      fits: zombieFits,
    };
  const repeat = scene.probes.wsRepeat;
  if (ponged(repeat) === true)
    return {
      cause: 'unknown',
      phase: 'ping',
      signal: 'low',
      fact: `${fact}; the repeat was answered`,
      fits: zombieFits,
    };
  return {
    cause: 'ws-zombie',
    phase: 'ping',
    signal: 'high',
    fact,
    detail: 'welcomed, then nothing is answered',
    fits: zombieFits,
  };
};

const DEGRADED_REPLY = /fallback_response|degraded/;

const chatUnanswered = (scene: Scene, view: SocketView, message: FrameView): FindingDraft | null => {
  const at = message.frame.at;
  const only = acked(view, message) ? ', only acknowledged' : '';
  const fact = `${subjectOf(view)}: ${message.type} ${Math.round(waitedFor(view, message))} ms without an event${only}`;
  const pongs = ponged(view);
  const repeat = ponged(scene.probes.wsRepeat);
  if (only === '' && pongs !== true && !aliveAfter(view, at) && pingsAfter(view, at) === 0 && repeat !== true) {
    // Dead loop, or dead chat: only a ping tells.
    if (repeat === false || pongs === false)
      return {
        cause: 'ws-zombie',
        phase: 'ping',
        signal: 'high',
        fact,
        detail: 'welcomed, then nothing is answered',
        fits: zombieFits,
      };
  }
  const fits = ['ws-mute', 'deadline', 'events-missing', 'answer-wrong'] as const;
  const http = agentsOverHttp(scene);
  if (http.state === 'refused')
    return {
      cause: 'agent-service-down',
      phase: 'message',
      signal: http.sse === 'good' ? 'medium' : 'high',
      fact: `${fact}; ${http.fact}`,
      detail: 'no agent runs on any surface',
      fits,
    };
  if (http.state === 'stalled')
    return {
      cause: 'agent-stalled',
      phase: 'events',
      signal: 'medium',
      fact: `${fact}; ${http.fact}`,
      detail: 'runs do not end',
      fits,
    };
  if (scene.probes.stored === true)
    return {
      cause: 'event-delivery-lost',
      phase: 'events',
      signal: 'high',
      fact: `${fact}; the answer stands in the thread`,
      detail: 'executed, events not delivered',
      fits,
    };
  const alive = only !== '' || pongs === true || repeat === true || aliveAfter(view, at) || pingsAfter(view, at) > 0;
  return {
    cause: 'message-swallowed',
    phase: 'message',
    signal: http.state === 'good' && alive ? 'high' : 'medium',
    fact,
    detail: `chat is not processed${only}; other messages are answered`,
    fits,
  };
};

/** `error_message` where a valid message was sent. */
const rejected = (scene: Scene, view: SocketView): FindingDraft | null => {
  const bad = view.received.find(
    (one) =>
      one.type === 'error_message' &&
      ![
        'FORMAT_ERROR',
        'MESSAGE_TOO_LARGE',
        'RATE_LIMIT_EXCEEDED',
        'THREAD_NOT_FOUND',
        'ACCESS_DENIED',
        'VALIDATION_ERROR',
      ].includes(errorCode(one)),
  );
  const early =
    bad ??
    view.received.find((one) => {
      if (one.type !== 'error_message') return false;
      const before = view.sent.filter(({ frame }) => frame.at <= one.frame.at);
      return (
        before.every((sent) => sent.type === 'ping' || isChat(sent)) &&
        before.every(({ frame }) => frame.bytes <= LIMIT_BYTES) &&
        before.length < 20
      );
    });
  if (early === undefined) return null;
  const code = errorCode(early);
  const fact = `${subjectOf(view)}: ${code} after ${view.sent
    .map(({ type }) => type)
    .slice(-1)
    .join('')}`;
  const fits = ['ws-frame', 'ws-mute', 'events-missing'] as const;
  if (code === 'RATE_LIMIT_EXCEEDED')
    return {
      cause: 'app-rate-limit',
      phase: 'message',
      signal: 'medium',
      fact,
      detail: `limited after ${view.sent.length} messages`,
      fits: [...fits, 'limit'],
    };
  const first = scene.sockets.filter(
    (other) => other.s.identity === view.s.identity && welcomed(other) && other.at < view.at,
  );
  const servedBefore = first.some((other) => other.received.some(({ type }) => type === 'pong'));
  return servedBefore && /SESSION|NOT_FOUND|CONNECTION/i.test(code)
    ? { cause: 'session-affinity-lost', phase: 'message', signal: 'medium', fact, detail: code, fits }
    : { cause: 'message-rejected', phase: 'message', signal: 'high', fact, detail: `valid messages get ${code}`, fits };
};

const degradedReply = (view: SocketView): FindingDraft | null => {
  const one = view.received.find(
    (frame) =>
      DEGRADATION_EVENTS.includes(systemEvent(frame)) ||
      (frame.type === 'agent_response' && DEGRADED_REPLY.test(frame.frame.text)),
  );
  return one === undefined
    ? null
    : {
        cause: 'service-degraded',
        phase: 'message',
        signal: 'high',
        fact: `${subjectOf(view)}: ${systemEvent(one)} ${one.type}`,
        detail: 'the socket serves in degraded mode',
        rank: 1,
      };
};

const retryAfterMs = (one: FrameView): number => {
  const seconds = objectOf(one.json['details'])['retry_after_seconds'];
  return typeof seconds === 'number' ? seconds * 1_000 : Infinity;
};

/** Refused once more after the wait that the refusals before it asked for. */
const limitedAgain = (view: SocketView): FindingDraft | null => {
  const limits = view.received.filter((one) => errorCode(one) === 'RATE_LIMIT_EXCEEDED');
  const last = limits.at(-1);
  const asked = last && view.sent.filter(({ type, frame }) => type === 'ping' && frame.at <= last.frame.at).at(-1);
  const before = asked === undefined ? [] : limits.filter((one) => one.frame.at <= asked.frame.at);
  const free = Math.max(...before.map((one) => one.frame.at + retryAfterMs(one)));
  if (asked === undefined || before.length === 0 || asked.frame.at < free) return null;
  return {
    cause: 'app-rate-limit',
    phase: 'message',
    signal: 'medium',
    fact: `${subjectOf(view)}: limited again ${Math.round(asked.frame.at - free)} ms after the wait that was asked for`,
    detail: 'the wait that is asked for is too short',
    fits: ['ws-mute', 'limit', 'ws-frame'],
  };
};

/** Messages that have to be refused in words: malformed, oversize, unknown, too many. */
const contractDraft = (scene: Scene, view: SocketView): FindingDraft | null => {
  const odd = view.sent.find(
    (message) =>
      !isChat(message) &&
      message.type !== 'ping' &&
      waitedFor(view, message) >= PATIENCE_MS &&
      repliesTo(view, message).length === 0,
  );
  const big = view.sent.find(
    (message) =>
      message.frame.bytes > LIMIT_BYTES &&
      waitedFor(view, message) >= PATIENCE_MS &&
      !view.received.some((one) => errorCode(one) === 'MESSAGE_TOO_LARGE'),
  );
  const message = big ?? odd;
  const fits = ['ws-mute', 'ws-frame', 'deadline', 'limit', 'ws-closed-late'] as const;
  if (message === undefined) return null;
  const at = message.frame.at;
  const isAnswered = (one: SocketView['received'][number]): boolean =>
    one.type === 'pong' || one.type === 'ack' || isAgentEvent(one);
  // That messages are taken at all, this socket has shown before or another one of the run.
  const beforeGood =
    view.received.some((one) => one.frame.at < at && isAnswered(one)) ||
    chatSockets(scene).some((other) => other !== view && other.received.some(isAnswered));
  const replies = view.received
    .filter((one) => one.frame.at >= at && (one.type === 'pong' || one.type === 'ack'))
    .map(({ type }) => type);
  if (!beforeGood && replies.length === 0) return null;
  return {
    cause: 'message-contract',
    phase: 'message',
    signal: 'high',
    fact: `${subjectOf(view)}: ${kindOf(message)} ${replies.length === 0 ? 'got no frame' : `got ${replies.join(', ')}`}, the socket stayed open`,
    detail: `${kindOf(message).replace(/(?<!\d)\d+ bytes/, 'more than 8192 bytes')} is not refused in words`,
    fits,
  };
};

const periodicPing = (view: SocketView, attempt: RedAttempt): FindingDraft | null => {
  const first = attempt.failures[0];
  if (first === undefined || !/ping|heartbeat/i.test(first.key)) return null;
  const pings = view.received.filter(({ type }) => type === 'ping').length;
  if (ponged(view) === false || pings > 2 || endOf(view) < 2_000) return null;
  return {
    cause: 'heartbeat-missing',
    phase: 'ping',
    signal: ponged(view) === true ? 'high' : 'medium',
    fact: `${subjectOf(view)}: ${pings} server pings in ${Math.round(endOf(view))} ms`,
    detail: 'the periodic ping is missing',
    fits: zombieFits,
  };
};

/** Unanswered messages of a welcomed socket, or null. */
export const messageDraft = (scene: Scene, view: SocketView, attempt: RedAttempt): FindingDraft | null => {
  if (!welcomed(view) || view.s.expected !== 'welcome') return null;
  const refused = rejected(scene, view) ?? degradedReply(view) ?? limitedAgain(view);
  if (refused !== null) return refused;
  const endedByServer = view.s.close !== null && view.s.close.by !== 'client';
  if (endedByServer) return null;
  const silentPing = view.sent.find(
    (message) =>
      message.type === 'ping' &&
      message.frame.bytes <= LIMIT_BYTES &&
      waitedFor(view, message) >= PATIENCE_MS &&
      !view.received.some((one) => one.frame.at >= message.frame.at && (one.type === 'pong' || errorCode(one) !== '')),
  );
  const big = contractDraft(scene, view);
  if (big !== null) return big;
  if (silentPing !== undefined) return pingUnanswered(scene, view, silentPing);
  const silentOther = view.sent.find(
    (message) =>
      !isChat(message) &&
      message.type !== 'ping' &&
      waitedFor(view, message) >= PATIENCE_MS &&
      repliesTo(view, message).length === 0,
  );
  if (silentOther !== undefined && !aliveAfter(view, 0)) {
    const repeat = ponged(scene.probes.wsRepeat);
    return {
      cause: repeat === true ? 'message-swallowed' : 'ws-zombie',
      phase: 'ping',
      signal: repeat === null ? 'medium' : 'high',
      fact: `${subjectOf(view)}: ${kindOf(silentOther)} unanswered, ${pingsAfter(view, silentOther.frame.at)} server pings after it`,
      detail: 'welcomed, then nothing is answered',
      fits: zombieFits,
    };
  }
  const silentChat = view.sent.find(
    (message) =>
      isChat(message) &&
      waitedFor(view, message) >= PATIENCE_MS &&
      !view.received.some((one) => one.frame.at >= message.frame.at && isAgentEvent(one)),
  );
  if (silentChat !== undefined) return chatUnanswered(scene, view, silentChat);
  return periodicPing(view, attempt);
};
