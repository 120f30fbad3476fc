/** Sockets that ended without us: DIAGNOSIS.md 6.2 (1006), 6.3 (close codes), 6.4 (lifetimes). */
import type { FindingDraft } from './finding.ts';
import { isSuccess } from './http-view.ts';
import { restartOf, within } from './restart.ts';
import { chatSockets, type Scene } from './scene.ts';
import {
  describeEnd,
  errorCode,
  isAgentEvent,
  isFrameError,
  lastSentBefore,
  refusedWell,
  welcomed,
  type SocketView,
} from './socket-view.ts';

const FACTORY = /factory/i;
const FACTORY_FRAME = /^(?:FACTORY_|HANDLER_INTEGRATION)/;
const AUTH_FRAME = /^(?:AUTH_SERVICE_ERROR|WEBSOCKET_AUTH_ERROR)$/;
/** Ages at which hops are known to end connections, in seconds. */
const LIFETIMES = [30, 300, 1800, 3600];
const PROVOKED_MS = 200;

const factOf = (view: SocketView): string =>
  `${view.path} as ${view.s.identity === '' ? 'nobody' : view.s.identity}: ${describeEnd(view)}`;

const label = (view: SocketView): string => {
  const { close } = view.s;
  return close === null
    ? ''
    : close.by === 'network'
      ? 'connection dropped (1006)'
      : `${close.code}${close.reason === '' ? '' : ` "${close.reason}"`}`;
};

/** Another socket that died before its welcome in the same way. */
const sameEnd =
  (view: SocketView) =>
  (other: SocketView): boolean =>
    other.opened &&
    !welcomed(other) &&
    !refusedWell(other) &&
    other.s.close !== null &&
    other.s.close.by === view.s.close?.by &&
    other.s.close.code === view.s.close.code;

/** 1011 or a drop without a frame before the welcome: everybody, one user, or later sockets of a user. */
const silentEnd = (scene: Scene, view: SocketView): FindingDraft => {
  const sockets = chatSockets(scene);
  const victims = sockets.filter(sameEnd(view));
  const reached = sockets.filter(welcomed);
  const tokenless = victims.some(({ s }) => s.carrier === null);
  const judged = sockets.some((other) => other.s.expected === 'refusal' && refusedWell(other));
  const fact = factOf(view);
  const ages = victims.map(({ age }) => age ?? 0);
  const span =
    ages.length === 0 ? '' : ` ${Math.round(Math.min(...ages))} to ${Math.round(Math.max(...ages))} ms after open`;
  if (reached.length === 0 && (tokenless || !judged)) {
    const tests = new Set(victims.map(({ connection }) => connection));
    return {
      cause: 'ws-crash-after-accept',
      phase: 'welcome',
      signal: tests.size > 1 ? 'high' : 'medium',
      fact,
      detail: `${label(view)}${span}, ${victims.length} of ${sockets.filter(({ opened }) => opened).length} sockets${tokenless ? ', with and without a token' : ''}`,
    };
  }
  const key = view.s.sub ?? view.s.identity;
  const own = reached.filter(({ s, at }) => (s.sub ?? s.identity) === key && at < view.at);
  const others = reached.filter(({ s }) => (s.sub ?? s.identity) !== key);
  const later = reached.filter(({ s, at }) => (s.sub ?? s.identity) === key && at > view.at);
  if (own.length > 0 && later.length === 0)
    return {
      cause: 'ws-connection-limit',
      phase: 'welcome',
      signal: others.some(({ at }) => at > (own[0]?.at ?? 0)) || scene.probes.otherUser === true ? 'high' : 'medium',
      fact,
      detail: `${label(view)} from a later connect of one user on; others are served`,
    };
  if (others.length > 0 && judged)
    return {
      cause: 'ws-connection-limit',
      phase: 'welcome',
      signal: 'medium',
      fact,
      detail: `${label(view)} from a later connect of one user on; others are served`,
    };
  return {
    cause: 'ws-crash-after-accept',
    phase: 'welcome',
    signal: others.length > 0 ? 'low' : 'medium',
    fact,
    detail: `${label(view)} on some sockets only`,
  };
};

const beforeWelcome = (scene: Scene, view: SocketView): FindingDraft | null => {
  const { close } = view.s;
  if (close === null) return null;
  const fact = factOf(view);
  const codes = view.received.map(errorCode);
  const factory = codes.find((code) => FACTORY_FRAME.test(code));
  if (factory !== undefined || (close.code === 1011 && FACTORY.test(close.reason)))
    return {
      cause: 'ws-factory-failure',
      phase: 'welcome',
      signal: 'high',
      fact: `${fact}; frame ${factory ?? 'none'}`,
      detail: `${factory ?? 'no frame'}, ${label(view)}`,
    };
  if (codes.some((code) => AUTH_FRAME.test(code)))
    return {
      cause: 'auth-service-down',
      phase: 'auth',
      signal: 'high',
      fact: `${fact}; frame ${codes.join(', ')}`,
      detail: codes.filter((code) => code !== '').join(', '),
    };
  if (close.by === 'network' || close.code === 1006) return silentEnd(scene, view);
  if (close.code === 1011) return silentEnd(scene, view);
  if (close.code === 1000 || close.code === 1005)
    return {
      cause: 'ws-closed-early',
      phase: 'welcome',
      signal: 'high',
      fact,
      detail: `${label(view)} before the welcome`,
    };
  if (close.code === 1008 && close.reason === 'Connection limit')
    return {
      cause: 'ws-connection-limit',
      phase: 'welcome',
      signal: 'high',
      fact,
      detail: 'evicted before the welcome',
    };
  if (close.code === 4401 || close.code === 4403 || close.code === 1008)
    return view.s.carrier === null
      ? null
      : {
          cause: 'auth-valid-token-rejected',
          phase: 'auth',
          signal: close.code === 1008 ? 'low' : 'medium',
          fact,
          detail: label(view),
          facet: 'ws',
        };
  if (close.code === 1003)
    return {
      cause: /protocol/i.test(close.reason) ? 'subprotocol-invalid' : 'ws-protocol-violation',
      phase: 'subprotocol',
      signal: 'high',
      fact,
      detail: label(view),
    };
  return null;
};

/** What came made our client leave: whoever ended TCP, the close is the client's. */
export const clientLeftDraft = (view: SocketView): FindingDraft | null => {
  const { error } = view.s;
  if (!view.opened || error === null) return null;
  const fits = ['ws-closed-early', 'ws-closed-late', 'ws-silent', 'ws-upgrade', 'ws-mute', 'events-missing'] as const;
  if (isFrameError(view.s))
    return {
      cause: /MESSAGE_LENGTH/.test(error.code ?? '') ? 'client-caused' : 'ws-protocol-violation',
      phase: 'message',
      signal: 'high',
      fact: `${factOf(view)}; ${error.code ?? ''}`,
      detail: `${error.code ?? ''} ${welcomed(view) ? 'after' : 'before'} the welcome`,
      fits,
    };
  if (error.name === 'Flood')
    return { cause: 'unknown', phase: 'message', signal: 'low', fact: factOf(view), detail: error.message, fits };
  return null;
};

const lifetime = (scene: Scene, view: SocketView, fact: string): FindingDraft | null => {
  const age = (view.age ?? 0) / 1_000;
  const fits = (seconds: number) => LIFETIMES.find((one) => Math.abs(seconds - one) <= 1);
  const own = fits(age);
  if (own === undefined) return null;
  const alike = scene.sockets.filter(
    (other) => other.s.close !== null && other.s.close.by !== 'client' && fits((other.age ?? 0) / 1_000) === own,
  );
  return {
    cause: 'edge-timeout',
    phase: 'platform',
    signal: alike.length > 1 ? 'high' : 'medium',
    fact,
    detail: `ended at an age of ${own} s`,
    fits: ['ws-closed-late', 'events-missing', 'ws-mute'],
  };
};

/** Sockets of other connections that ended within two seconds. */
const together = (scene: Scene, view: SocketView): readonly SocketView[] =>
  scene.sockets.filter(
    (other) =>
      other.s.probe === null &&
      other.connection !== view.connection &&
      other.opened &&
      other.s.close !== null &&
      other.s.close.by === view.s.close?.by &&
      Math.abs((other.endedAt ?? 0) - (view.endedAt ?? 0)) <= 2_000 &&
      lastSentBefore(other, other.s.close.at) === undefined,
  );

const runOpen = (view: SocketView, at: number): boolean => {
  const events = view.received.filter((one) => isAgentEvent(one) && one.frame.at <= at);
  const last = events.at(-1);
  return last !== undefined && last.type !== 'agent_completed' && last.type !== 'agent_error';
};

/** The last message of ours, and how long before the end it was sent. */
const provoked = (view: SocketView): { type: string; gap: number } | null => {
  const at = view.s.close?.at ?? 0;
  const message = lastSentBefore(view, at);
  return message === undefined
    ? null
    : { type: message.type === '' ? 'text without type' : message.type, gap: at - message.frame.at };
};

const crash = (scene: Scene, view: SocketView, fact: string): FindingDraft => {
  const cause = provoked(view);
  const alone = scene.probes.wsRepeat;
  const spontaneous =
    alone !== null && alone.s.close !== null && alone.s.close.by !== 'client' && provoked(alone) === null;
  const fits = ['ws-mute', 'events-missing', 'deadline', 'ws-frame', 'ws-closed-early'] as const;
  if (runOpen(view, view.s.close?.at ?? 0) && cause !== null && cause.gap > PROVOKED_MS)
    return {
      cause: 'agent-run-crash',
      phase: 'events',
      signal: alone !== null && !spontaneous ? 'high' : 'medium',
      fact,
      detail: `${label(view)} ${Math.round(cause.gap)} ms into a run`,
      fits,
    };
  if (cause !== null && cause.gap <= PROVOKED_MS && !spontaneous)
    return {
      cause: 'message-handler-crash',
      phase: 'message',
      signal: 'high',
      fact: `${fact}; ${Math.round(cause.gap)} ms after our ${cause.type}`,
      detail: `${label(view)} right after ${cause.type}`,
      fits,
    };
  if (
    cause !== null &&
    cause.gap > PROVOKED_MS &&
    cause.gap < 60_000 &&
    view.sent.some(({ type }) => /chat|agent/.test(type)) &&
    !spontaneous
  )
    return {
      cause: 'agent-run-crash',
      phase: 'events',
      signal: 'medium',
      fact,
      detail: `${label(view)} ${Math.round(cause.gap)} ms after the message that asked for a run`,
      fits,
    };
  if (cause === null || spontaneous)
    return {
      cause: 'ws-crash-after-welcome',
      phase: 'welcome',
      signal: spontaneous ? 'high' : 'medium',
      fact,
      detail: `${label(view)} after the welcome${cause === null ? ', nothing was sent' : ''}`,
      fits,
    };
  return { cause: 'unknown', phase: 'message', signal: 'low', fact, detail: label(view) };
};

/** A served socket is closed by a rule of the server's own: its reason says which. */
const sentAway = (view: SocketView, fact: string): FindingDraft => {
  const { code, reason } = view.s.close ?? { code: 0, reason: '' };
  const draft = { phase: 'message', signal: 'medium', fact, detail: label(view), fits: ['ws-mute'] } as const;
  if (/\brate\b|too many (?:messages|requests)/i.test(reason)) return { ...draft, cause: 'app-rate-limit' };
  if (/\b(?:errors?|format|size|too (?:large|big))\b/i.test(reason)) return { ...draft, cause: 'message-contract' };
  if (/\b(?:auth\w*|token|unauthori[sz]ed)\b/i.test(reason) || code === 4401 || code === 4403)
    return { ...draft, cause: 'auth-valid-token-rejected', facet: 'ws' };
  return { ...draft, cause: 'ws-closed-early', detail: `${label(view)} while work was due` };
};

const afterWelcome = (scene: Scene, view: SocketView): FindingDraft | null => {
  const { close } = view.s;
  if (close === null) return null;
  const fact = factOf(view);
  if (/keepalive ping timeout/i.test(close.reason)) {
    const pings = view.s.frames.some(({ kind }) => kind === 'ping');
    return pings
      ? { cause: 'event-loop-stall', phase: 'ping', signal: 'medium', fact, detail: label(view) }
      : { cause: 'unknown', phase: 'ping', signal: 'low', fact, detail: label(view) };
  }
  if (close.code === 1000 || close.code === 1005)
    return {
      cause: 'ws-closed-early',
      phase: 'message',
      signal: 'high',
      fact,
      detail: `${label(view)} while work was due`,
    };
  if (close.code === 1008 && close.reason === 'Connection limit') {
    const open = scene.sockets.filter(
      (other) =>
        other.s.identity === view.s.identity &&
        welcomed(other) &&
        other.at <= (view.endedAt ?? 0) &&
        (other.endedAt ?? Infinity) > (view.endedAt ?? 0) - 50,
    );
    return open.length >= 4
      ? null
      : {
          cause: 'ws-connection-limit',
          phase: 'message',
          signal: 'medium',
          fact,
          detail: `evicted with ${open.length} sockets of the user open`,
        };
  }
  if (close.code === 1011) return crash(scene, view, fact);
  if (close.code === 1008 || close.code >= 4000) return sentAway(view, fact);
  if (close.by === 'network' || close.code === 1006) {
    const many = together(scene, view);
    const broken = scene.exchanges.some(
      ({ at, x }) =>
        Math.abs(at - (view.endedAt ?? 0)) <= 5_000 &&
        ((x.status ?? 0) >= 502 || (x.error !== null && !x.abortedByClient && !isSuccess(x))),
    );
    if (many.length > 1 && broken)
      return {
        cause: 'instance-crash',
        phase: 'platform',
        signal: 'medium',
        fact,
        detail: `${many.length + 1} sockets ended together, HTTP failed too`,
        fits: ['ws-closed-late', 'ws-mute', 'events-missing'],
      };
    return lifetime(scene, view, fact) ?? crash(scene, view, fact);
  }
  return null;
};

const anyTime = (scene: Scene, view: SocketView): FindingDraft | null => {
  const { close } = view.s;
  if (close === null || close.by === 'client') return null;
  const fact = factOf(view);
  const fits = ['ws-closed-late', 'ws-closed-early', 'ws-clean-refusal', 'events-missing', 'ws-mute'] as const;
  const restart = restartOf(scene);
  if (close.code === 1001 || close.code === 1012)
    return {
      cause: 'redeploy',
      phase: 'platform',
      signal: restart === null ? 'medium' : 'high',
      fact,
      detail: restart?.fact ?? label(view),
      fits,
    };
  if (close.by === 'network' && within(restart, view.endedAt ?? 0, view.endedAt ?? 0))
    return { cause: 'redeploy', phase: 'platform', signal: 'medium', fact, detail: restart.fact, fits };
  if (close.code === 1013)
    return { cause: 'overload-shed', phase: 'platform', signal: 'high', fact, detail: label(view), fits };
  const legal =
    (close.code >= 1000 && close.code <= 1014 && close.code !== 1004) || (close.code >= 3000 && close.code <= 4999);
  const ours = view.s.frames.some(({ direction, bytes }) => direction === 'sent' && bytes > 16 * 1024 * 1024);
  if (!legal || [1002, 1007].includes(close.code) || (close.code === 1009 && !ours))
    return { cause: 'ws-protocol-violation', phase: 'message', signal: 'high', fact, detail: label(view), fits };
  return null;
};

/** Null: the socket ended as it should, or it did not end. */
export const closeDraft = (scene: Scene, view: SocketView): FindingDraft | null => {
  const left = clientLeftDraft(view);
  if (left !== null) return left;
  if (!view.opened || view.s.close === null || view.s.close.by === 'client') return null;
  return anyTime(scene, view) ?? (welcomed(view) ? afterWelcome(scene, view) : beforeWelcome(scene, view));
};
