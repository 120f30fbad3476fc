/** Opened sockets up to the welcome: who was let in, as whom, and what was said instead. */
import { DEGRADATION_EVENTS, welcome as welcomeSchema } from '../contract/websocket.ts';
import type { FindingDraft } from './finding.ts';
import { excerptOf, tokenKind } from './http-view.ts';
import { ponged, userIdsOf } from './probe-answers.ts';
import { chatSockets, type Scene } from './scene.ts';
import { dataOf, refusalCodes, refusedWell, systemEvent, welcomed, type SocketView } from './socket-view.ts';
import { stallDraft } from './stall.ts';

const subjectOf = (view: SocketView): string =>
  `socket ${view.s.id} as ${view.s.identity === '' ? 'nobody' : view.s.identity} (${view.s.carrier ?? 'no token'})`;

/** A socket that had to be refused and was not. */
const letIn = (scene: Scene, view: SocketView): FindingDraft | null => {
  const got = view.received.find(({ type }) => type === 'pong' || type === 'ack' || type.startsWith('agent_'));
  if (!welcomed(view) && (got === undefined || refusalCodes(view).length > 0)) return null;
  const user = userIdsOf(view)[0] ?? 'nobody named';
  const fact = `${subjectOf(view)}: ${welcomed(view) ? 'welcomed' : `answered with ${got?.type ?? ''}`}, user ${user}`;
  const fits = ['auth-accepted', 'ws-mute', 'ws-silent', 'ws-frame', 'deadline'] as const;
  if (view.s.carrier === null)
    return {
      cause: 'auth-bypass',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: 'a socket without a token is served',
      fits,
    };
  const bad = chatSockets(scene).filter(({ s }) => s.carrier !== null && tokenKind(s.identity) === 'manipulated');
  // Where any token will do, the logout is not what is ignored.
  if (tokenKind(view.s.identity) === 'logged-out' && !bad.some(welcomed))
    return {
      cause: 'session-logout-ignored',
      phase: 'auth',
      signal: bad.some(refusedWell) ? 'high' : 'medium',
      fact,
      detail: 'socket opened with a logged-out token',
      fits,
    };
  return {
    cause: 'auth-token-not-validated',
    phase: 'auth',
    signal: 'high',
    fact,
    detail: `${view.s.identity} welcomed on the socket`,
    fits,
  };
};

const tokenRefused = (scene: Scene, view: SocketView, code: string): FindingDraft | null => {
  const fact = `${subjectOf(view)}: ${code}`;
  const { probes } = scene;
  const fits = ['auth-rejected', 'ws-closed-early', 'ws-silent'] as const;
  if (code === 'AUTH_SERVICE_ERROR' || code === 'WEBSOCKET_AUTH_ERROR')
    return { cause: 'auth-service-down', phase: 'auth', signal: 'high', fact, detail: code, fits };
  if (code === 'NO_TOKEN') {
    const others = chatSockets(scene)
      .filter((other) => welcomed(other) && other.s.carrier !== null && other.s.carrier !== view.s.carrier)
      .map(({ s }) => s.carrier ?? '');
    const good = [...new Set([...probes.carriersGood, ...others])].filter((carrier) => carrier !== view.s.carrier);
    return {
      cause: 'token-carrier-lost',
      phase: 'auth',
      signal: good.length > 0 ? 'high' : 'medium',
      fact,
      detail: `token by ${view.s.carrier ?? 'nothing'} does not arrive${good.length > 0 ? `, by ${good.sort().join(' and ')} it does` : ''}`,
      fits,
    };
  }
  if (code !== 'VALIDATION_FAILED' && code !== 'INVALID_FORMAT') return null;
  const users = chatSockets(scene).filter((other) => welcomed(other));
  if (scene.tokenGood === false && users.length === 0)
    return {
      cause: 'auth-secret-mismatch',
      phase: 'auth',
      signal: probes.verifyValid === true ? 'high' : 'medium',
      fact,
      detail: 'every token is refused on every required route',
      fits,
    };
  const sure = probes.httpToken === true && users.length === 0;
  return {
    cause: 'auth-valid-token-rejected',
    phase: 'auth',
    signal: sure ? 'high' : 'medium',
    fact,
    detail: `valid token refused on the socket${scene.tokenGood === true ? ', served over HTTP' : ''}`,
    facet: 'ws',
    fits,
  };
};

const instead = (view: SocketView): FindingDraft | null => {
  const degraded = view.received.find(
    (one) => DEGRADATION_EVENTS.includes(systemEvent(one)) || dataOf(one)['connection_ready'] === false,
  );
  if (degraded !== undefined)
    return {
      cause: 'service-degraded',
      phase: 'welcome',
      signal: 'high',
      fact: `${subjectOf(view)}: ${systemEvent(degraded)} ${excerptOf(degraded.frame.text, 100)}`,
      detail: `${systemEvent(degraded)} instead of the welcome`,
      fits: ['ws-frame'],
    };
  const like = view.received.find((one) =>
    /connection_established|welcome|connected/.test(`${systemEvent(one)} ${one.type}`),
  );
  if (like !== undefined && !welcomeSchema.safeParse(like.json).success)
    return {
      cause: 'welcome-malformed',
      phase: 'welcome',
      signal: 'high',
      fact: `${subjectOf(view)}: ${excerptOf(like.frame.text)}`,
      detail: 'the welcome has another shape',
      fits: ['ws-frame'],
    };
  const garbled = view.received.find(
    (one) => one.frame.text !== '' && Object.keys(one.json).length === 0 && !one.frame.text.endsWith('…'),
  );
  if (garbled !== undefined)
    return {
      cause: 'welcome-malformed',
      phase: 'welcome',
      signal: 'medium',
      fact: `${subjectOf(view)}: ${excerptOf(garbled.frame.text)}`,
      detail: 'frames before the welcome are not JSON',
      fits: ['ws-frame'],
    };
  return null;
};

const silent = (scene: Scene, view: SocketView): FindingDraft => {
  const fact = `${subjectOf(view)}: open, ${view.received.length} frames (${[...new Set(view.received.map(({ type }) => type))].join(', ')}), no welcome`;
  const stall = stallDraft(scene, view, fact);
  if (stall !== null) return stall;
  const repeat = scene.probes.wsRepeat;
  const late = repeat !== null && welcomed(repeat);
  const fits = ['ws-silent', 'ws-closed-early', 'ws-mute', 'deadline'] as const;
  if (late && (repeat.s.welcomeAt ?? 0) - (repeat.s.phases.head ?? 0) > 1_000)
    return {
      cause: 'welcome-late',
      phase: 'welcome',
      signal: 'high',
      fact: `${fact}; when waited for it came after ${Math.round(repeat.s.welcomeAt ?? 0)} ms`,
      detail: 'the welcome comes after its deadline',
      fits,
    };
  if (view.received.length > 0 || ponged(repeat) === true || ponged(view) === true)
    return {
      cause: 'welcome-missing',
      phase: 'welcome',
      signal: ponged(repeat) === true && !late ? 'high' : 'medium',
      fact,
      detail: 'frames arrive, the welcome does not',
      fits,
    };
  if (late)
    return { cause: 'unknown', phase: 'welcome', signal: 'low', fact: `${fact}; the repeat was welcomed`, fits };
  const proven =
    scene.probes.wsTest === true && repeat !== null && ponged(repeat) !== true && repeat.received.length === 0;
  return {
    cause: 'ws-mute',
    phase: 'welcome',
    signal: proven || scene.healthy === true ? 'high' : 'medium',
    fact,
    detail: `no frame at all${proven ? ', /ws/test answers' : ''}`,
    fits,
  };
};

const wrongUser = (scene: Scene, view: SocketView): FindingDraft | null => {
  const { sub } = view.s;
  if (sub === null) return null;
  const other = userIdsOf(view).find((id) => id !== sub);
  if (other === undefined) return null;
  const fact = `${subjectOf(view)}: token says ${sub}, the server says ${other}`;
  const fits = ['ws-wrong-user', 'foreign-data', 'ws-frame'] as const;
  const none = scene.probes.wsNone;
  const ids = new Set(
    chatSockets(scene)
      .filter(welcomed)
      .flatMap((one) => userIdsOf(one)),
  );
  if (none !== null && welcomed(none) && ids.size === 1)
    return {
      cause: 'auth-bypass',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: 'one identity for all, no token needed',
      fits,
    };
  return {
    cause: 'identity-mixup',
    phase: 'welcome',
    signal: 'high',
    fact,
    detail: 'served as another user than the token names',
    fits,
  };
};

const late = (view: SocketView, deadline: number): FindingDraft | null => {
  const waited = (view.s.welcomeAt ?? 0) - (view.s.phases.head ?? 0);
  if (waited <= deadline) return null;
  return {
    cause: 'welcome-late',
    phase: 'welcome',
    signal: 'high',
    fact: `${subjectOf(view)}: welcome ${Math.round(waited)} ms after open`,
    detail: 'the welcome comes after its deadline',
    fits: ['ws-silent', 'deadline'],
  };
};

const notWell = (scene: Scene, view: SocketView): FindingDraft | null => {
  if (view.s.expected !== 'refusal' || !view.opened || refusedWell(view) || welcomed(view)) return null;
  const endedByUs = view.s.close === null || view.s.close.by === 'client';
  return endedByUs && refusalCodes(view).length === 0 ? silent(scene, view) : null;
};

/** Longest welcome deadline of the contract: stand-in or remote. */
const DEADLINE_MS = { standin: 3_000, remote: 15_000 } as const;

/** Null: nothing to say up to the welcome. */
export const welcomeDraft = (scene: Scene, view: SocketView): FindingDraft | null => {
  if (!view.opened) return null;
  if (view.s.expected === 'refusal') return letIn(scene, view) ?? notWell(scene, view);
  if (view.s.expected !== 'welcome') return null;
  if (welcomed(view))
    return wrongUser(scene, view) ?? late(view, DEADLINE_MS[scene.input.preflight?.target.kind ?? 'remote']);
  for (const code of refusalCodes(view)) {
    const draft = tokenRefused(scene, view, code);
    if (draft !== null) return draft;
  }
  const other = instead(view);
  if (other !== null) return other;
  const ended = view.s.close !== null && view.s.close.by !== 'client';
  return ended ? null : silent(scene, view);
};

const HEADER_TEXT = /\[(?:token|credential|key) |authorization|bearer\s|sec-websocket|x-e2e|user-agent/i;

/** What a token says, decoded. */
const CLAIMS = /"(?:jti|sub|email|token_type)"\s*:/;

/** A refusal that shows what it was given. */
export const leakDraft = (view: SocketView): FindingDraft | null => {
  if (!view.opened || view.s.expected === 'transport') return null;
  for (const one of view.received) {
    if (one.type !== 'error_message') continue;
    const details = JSON.stringify(one.json['details'] ?? {});
    if (HEADER_TEXT.test(details) || CLAIMS.test(details))
      return {
        cause: 'auth-detail-leak',
        phase: 'auth',
        signal: 'high',
        fact: `${subjectOf(view)}: details ${excerptOf(details)}`,
        detail: 'refusals show headers or parts of the token',
        rank: 1,
        fits: ['auth-accepted', 'ws-frame', 'foreign-data', 'auth-rejected'],
      };
  }
  return null;
};

/** Two sockets with one id: state is keyed wrongly. */
export const connectionIdDraft = (view: SocketView, all: readonly SocketView[]): FindingDraft | null => {
  const idOf = (socket: SocketView): unknown =>
    socket.received.map((one) => dataOf(one)['connection_id']).find((id) => typeof id === 'string');
  const own = idOf(view);
  if (typeof own !== 'string' || !welcomed(view)) return null;
  const twin = all.find(
    (other) => other.connection !== view.connection && other.at <= view.at && welcomed(other) && idOf(other) === own,
  );
  return twin === undefined
    ? null
    : {
        cause: 'ws-connection-identity',
        phase: 'welcome',
        signal: 'high',
        fact: `${subjectOf(view)}: connection_id ${own} as on socket ${twin.s.id}`,
        detail: 'two sockets have one connection_id',
        rank: 1,
        fits: ['ws-frame', 'ws-wrong-user', 'foreign-data'],
      };
};
