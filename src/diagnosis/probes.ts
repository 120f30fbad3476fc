/** Which probes would tell the rivals apart: DIAGNOSIS.md section 5. Decides only; the fixture executes. */
import { isApplicationBody } from '../contract/http.ts';
import { EVICTED_REASON } from '../contract/websocket.ts';
import type { FailureClass } from '../evidence/failure.ts';
import type { TestEvidence } from '../evidence/trace.ts';
import type { DiagnosedFailure } from './input.ts';
import { httpView, isHtml, isRouter404, isSuccess, met, tokenKind, wantsSuccess, type HttpView } from './http-view.ts';
import type { Scene } from './scene.ts';
import {
  isAgentEvent,
  isChat,
  refusalCodes,
  refusedWell,
  socketView,
  welcomed,
  type SocketView,
} from './socket-view.ts';

export const PROBE_IDS = [
  'health',
  'ws-test',
  'ws-repeat',
  'ws-none',
  'ws-bad',
  'ws-headers',
  'ws-carriers',
  'ws-no-offer',
  'ws-other-user',
  'ws-random',
  'get-ws',
  'ws-config',
  'http-token',
  'verify',
  'http-run',
  'stored',
  'reread',
  'scheme',
] as const;
export type ProbeId = (typeof PROBE_IDS)[number];

export const MOST_PROBES = 12;
export const PROBE_BUDGET_MS = 5_000;

export interface ProbePlan {
  /** Failures with the same symptom are probed once in a run; null: nothing to probe. */
  readonly symptom: string | null;
  /** In order of value. `health` comes first: when it fails, the rest is not run. */
  readonly probes: readonly ProbeId[];
  /** The platform answered instead of the API: repeat `health` until it is 200, 4 s at most, before the others. */
  readonly settle: boolean;
  /** `reread`: the exchange that is repeated, by its id in the evidence; the last one of that id. */
  readonly reread: number | null;
  /** `stored`: the thread whose messages are read, where a run named one. */
  readonly threadId: string | null;
}

const socketSymptom = (view: SocketView): string | null => {
  const { s } = view;
  if (s.expected === 'transport' || s.probe !== null) return null;
  if (s.upgrade !== null)
    return s.expected === 'upgrade-refusal' && s.upgrade.status === 403 ? null : `upgrade ${s.upgrade.status}`;
  if (s.error !== null && !view.opened)
    return /subprotocol/i.test(s.error.message)
      ? 'subprotocol'
      : `connect ${s.error.code ?? s.error.message.slice(0, 40)}`;
  if (s.expected === 'upgrade-refusal') return view.opened ? 'unknown path opened' : null;
  if (s.expected === 'refusal') {
    if (welcomed(view)) return s.carrier === null ? 'let in without token' : 'let in with a bad token';
    if (refusedWell(view)) return null;
    return s.close === null || s.close.by === 'client' ? 'refusal missing' : `end ${s.close.code}`;
  }
  const codes = refusalCodes(view);
  if (!welcomed(view))
    return codes.length > 0
      ? `refused ${codes[0] ?? ''}`
      : s.close === null || s.close.by === 'client'
        ? 'no welcome'
        : `end ${s.close.code}`;
  // The oldest of four sockets is closed rightly.
  const evicted = s.close?.code === 1008 && s.close.reason === EVICTED_REASON;
  if (s.close !== null && s.close.by !== 'client' && !evicted) return `late end ${s.close.code}`;
  return null;
};

const SOCKET_BASE: readonly ProbeId[] = ['health', 'ws-test', 'ws-repeat'];

const PLANS: readonly (readonly [RegExp, readonly ProbeId[]])[] = [
  [
    /^upgrade (?:401|403)/,
    ['health', 'ws-test', 'ws-none', 'ws-bad', 'ws-random', 'ws-config', 'ws-headers', 'http-token', 'ws-other-user'],
  ],
  [/^upgrade/, ['health', 'ws-test', 'ws-repeat', 'get-ws', 'ws-config', 'ws-random']],
  [/^connect/, ['health', 'scheme', 'ws-test', 'ws-repeat', 'get-ws']],
  [/^subprotocol/, ['health', 'ws-no-offer', 'ws-test', 'ws-carriers']],
  [/^refused NO_TOKEN/, ['health', 'ws-carriers', 'ws-test', 'http-token', 'ws-headers']],
  [/^refused AUTH_SERVICE/, ['health', 'verify', 'http-token']],
  [/^refused/, ['health', 'http-token', 'verify', 'ws-carriers', 'ws-other-user', 'ws-test', 'ws-repeat']],
  [/^let in/, ['health', 'ws-none', 'ws-bad', 'ws-headers', 'http-token', 'verify']],
  [
    /^(?:end|no welcome|refusal missing)/,
    [...SOCKET_BASE, 'ws-none', 'ws-bad', 'ws-other-user', 'http-token', 'ws-headers'],
  ],
  [/^late end/, [...SOCKET_BASE, 'ws-other-user', 'http-run', 'ws-config']],
];

const RUN_CLASSES: readonly FailureClass[] = ['events-missing', 'answer-wrong', 'answer-failure', 'ws-mute'];

const STORE_CLASSES: readonly FailureClass[] = ['not-persisted', 'pagination', 'foreign-data', 'limit', 'http-status'];

const rereadable = (views: readonly HttpView[], failure: DiagnosedFailure): HttpView | undefined => {
  const reads = views.filter(
    ({ x, path }) =>
      x.method === 'GET' &&
      x.probe === null &&
      tokenKind(x.identity) === 'valid' &&
      /^\/api\/(?:chat\/messages|threads|agents\/status|chat\/agents)/.test(path),
  );
  return (
    reads.find(({ x }) => x.status === 404 && !met(x)) ??
    reads.filter(({ x }) => failure.message.includes(x.url)).at(-1) ??
    reads.at(-1)
  );
};

const httpPlan = (
  views: readonly HttpView[],
): { symptom: string; probes: readonly ProbeId[]; settle?: boolean } | null => {
  const bad = views.find(({ x }) => x.probe === null && x.surface !== 'other' && !met(x) && !x.abortedByClient);
  if (bad === undefined) return null;
  const { x } = bad;
  if (x.status === null) return { symptom: `http ${x.error?.code ?? 'no answer'}`, probes: ['health', 'scheme'] };
  if (isHtml(x)) return { symptom: `http ${x.status} html`, probes: ['health', 'ws-config'] };
  if (x.status === 401 && wantsSuccess(x)) return { symptom: 'http 401', probes: ['health', 'http-token', 'verify'] };
  if (/^\/ws\//.test(bad.path))
    return { symptom: `http ${x.status} socket module`, probes: ['health', 'ws-test', 'ws-random', 'ws-config'] };
  if (x.status >= 500 && !isApplicationBody(x))
    return { symptom: `platform ${x.status}`, probes: ['health', 'ws-config', 'http-token'], settle: true };
  if (x.status >= 500)
    return { symptom: `http ${x.status} ${bad.route}`, probes: ['health', 'ws-config', 'http-token', 'verify'] };
  if (x.status === 404 && !isRouter404(bad) && wantsSuccess(x))
    return { symptom: 'record absent', probes: ['health', 'reread', 'ws-config'] };
  if (x.status === 429) return { symptom: 'http 429', probes: ['health', 'ws-config'] };
  if (isSuccess(x)) return { symptom: `served ${tokenKind(x.identity)}`, probes: ['health', 'http-token'] };
  return { symptom: `http ${x.status}`, probes: ['health'] };
};

/** The network is at fault or everything is down: `health` says so, and nothing else can be learned. */
const DOWN: readonly FailureClass[] = ['dns', 'tcp-refused', 'tls'];

const threadOf = (sockets: readonly SocketView[]): string | null => {
  for (const view of sockets)
    for (const one of view.received) {
      const found = /"thread_id"\s*:\s*"([^"]+)"/.exec(one.frame.text)?.[1];
      if (isAgentEvent(one) && found !== undefined) return found;
    }
  return (
    sockets
      .flatMap(({ sent }) => sent)
      .flatMap((one) => /"thread_id"\s*:\s*"([^"]+)"/.exec(one.frame.text)?.[1] ?? [])[0] ?? null
  );
};

const NOTHING: ProbePlan = { symptom: null, probes: [], settle: false, reread: null, threadId: null };

/** The probes a failed test wants; pure, so that the fixture only executes. */
export const wantedProbes = (failures: readonly DiagnosedFailure[], evidence: TestEvidence | null): ProbePlan => {
  const first = failures[0];
  if (first === undefined || evidence === null) return NOTHING;
  if (DOWN.includes(first.class)) return { ...NOTHING, symptom: `class ${first.class}`, probes: ['health', 'scheme'] };
  // Preflight has waited for a connection as long as it makes sense to; every further probe would wait again.
  if (first.key === 'preflight.down' && evidence.exchanges.every(({ phases }) => phases.tcp === null)) return NOTHING;
  const views = evidence.exchanges.map((x, index) => httpView(x, evidence.test, evidence.attempt, index));
  const sockets = evidence.sockets.map((s, index) => socketView(s, evidence.test, evidence.attempt, index));
  const threadId = threadOf(sockets);
  const rest = { ...NOTHING, threadId };
  const symptom = sockets.map(socketSymptom).find((one) => one !== null);
  if (symptom !== undefined) {
    const probes = PLANS.find(([pattern]) => pattern.test(symptom))?.[1] ?? SOCKET_BASE;
    return { ...rest, symptom: `socket ${symptom}`, probes: probes.slice(0, MOST_PROBES) };
  }
  const chats = sockets.filter((view) => welcomed(view) && view.sent.length > 0);
  if (RUN_CLASSES.includes(first.class) && chats.length > 0) {
    const chat = chats.some(({ sent }) => sent.some(isChat));
    return {
      ...rest,
      symptom: `socket ${first.class}${chat ? ' in a run' : ''}`,
      probes: chat
        ? ['health', 'ws-repeat', 'http-run', 'stored', 'ws-test']
        : ['health', 'ws-repeat', 'ws-test', 'ws-other-user'],
    };
  }
  const http = httpPlan(views);
  const reread = rereadable(views, first);
  if (http !== null)
    return { ...rest, ...http, reread: http.probes.includes('reread') ? (reread?.x.id ?? null) : null };
  if (STORE_CLASSES.includes(first.class) && reread !== undefined)
    return {
      ...rest,
      symptom: `content ${first.class} ${reread.route}`,
      probes: ['health', 'reread', 'ws-config'],
      reread: reread.x.id,
    };
  if (RUN_CLASSES.includes(first.class))
    return { ...rest, symptom: `run ${first.class}`, probes: ['health', 'http-run'] };
  return { ...rest, symptom: `class ${first.class} ${first.key}`, probes: ['health'] };
};

/** Probes that would help and were not run: the next step of an unknown cause. */
export const probesNeverRun = (scene: Scene): readonly ProbeId[] => {
  const run = new Set([
    ...scene.probes.exchanges.map(({ x }) => x.probe),
    ...scene.probes.sockets.map(({ s }) => s.probe),
  ]);
  const wanted = new Set(
    scene.input.tests
      .filter((test) => scene.units.some(({ id }) => id === test.id))
      .flatMap(({ attempts }) => attempts.flatMap(({ failures, evidence }) => wantedProbes(failures, evidence).probes)),
  );
  return PROBE_IDS.filter((id) => wanted.has(id) && !run.has(id));
};
