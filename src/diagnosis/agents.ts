/** Agent runs over HTTP and as event streams; and whether agents are alive on each surface. */
import { answerDraft } from './answer-draft.ts';
import { isCannedBody, questionOfBody } from './answers.ts';
import type { FindingDraft } from './finding.ts';
import {
  describe,
  excerptOf,
  field,
  isHtml,
  isStream,
  isSuccess,
  objectOf,
  parsed,
  textOf,
  timedOut,
  tokenKind,
  wantsSuccess,
  type HttpView,
} from './http-view.ts';
import type { Scene } from './scene.ts';
import { isAgentEvent, isChat, welcomed } from './socket-view.ts';

const RUN = /^\/api\/agents\/(?:triage|data|optimization|execute)$/;
const STREAM = /^\/api\/(?:agents|chat)\/stream$/;
const CONTROL = /^\/api\/(?:agents\/(?:start|stop|cancel|status)|chat\/agents\/)/;
const FIRST_SURFACE = { http: ['P1-07', 'P1-11'], sse: ['P1-08'], ws: ['P1-03', 'P1-04'] } as const;

export type SurfaceState = 'good' | 'refused' | 'stalled' | 'unknown';

/** Asked for a success, or not asserted yet: parallel requests are judged one after another. */
const meantToSucceed = ({ x }: HttpView): boolean =>
  (x.expected === null || wantsSuccess(x)) && !/force_failure/.test(x.requestBody ?? '');
const isRun = (view: HttpView): boolean =>
  view.x.method === 'POST' && RUN.test(view.path) && tokenKind(view.x.identity) === 'valid' && meantToSucceed(view);
const isRunStream = (view: HttpView): boolean =>
  view.x.method === 'POST' && STREAM.test(view.path) && tokenKind(view.x.identity) === 'valid' && meantToSucceed(view);

const runStatus = (view: HttpView): SurfaceState => {
  if (timedOut(view.x)) return 'stalled';
  if (!isSuccess(view.x) || isHtml(view.x)) return 'unknown';
  const status = textOf(field(view, 'status'));
  if (status === 'success') return 'good';
  return status === 'timeout' ? 'stalled' : status === '' ? 'unknown' : 'refused';
};

export const framesOf = (
  view: HttpView,
): { readonly frames: readonly Record<string, unknown>[]; readonly broken: readonly string[] } => {
  const blocks = view.x.body.replace(/…$/, '').split(/\r?\n/);
  // The last line of a cut body is not the server's fault.
  const lines = (view.truncated ? blocks.slice(0, -1) : blocks)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
  const values = lines.map((line) => ({ line, value: parsed(line) }));
  return {
    frames: values.filter(({ value }) => value !== undefined).map(({ value }) => objectOf(value)),
    broken: values.filter(({ value }) => value === undefined).map(({ line }) => line),
  };
};

export const nameOf = (one: Record<string, unknown>): string =>
  textOf(one['event']) === '' ? textOf(one['type']) : textOf(one['event']);
const FAILURE = /^(?:agent_error|error|timeout_error|streaming_error|stream_fatal_error)$/;

const streamStatus = (view: HttpView): SurfaceState => {
  if (!isStream(view.x)) return 'unknown';
  const names = framesOf(view).frames.map(nameOf);
  if (names.includes('timeout_error')) return 'stalled';
  if (names.some((name) => FAILURE.test(name))) return 'refused';
  if (names.includes('agent_completed') || names.includes('stream_end')) return 'good';
  return timedOut(view.x) && names.length > 0 ? 'stalled' : 'unknown';
};

const worst = (states: readonly SurfaceState[]): SurfaceState => {
  const known = states.filter((state) => state !== 'unknown');
  for (const state of ['stalled', 'refused'] as const) if (known.includes(state)) return state;
  return known.length > 0 ? 'good' : 'unknown';
};

export interface Agents {
  readonly state: SurfaceState;
  readonly sse: SurfaceState;
  readonly ws: SurfaceState;
  readonly fact: string;
}

const anyGreen = (scene: Scene, ids: readonly string[]): boolean => ids.some((id) => scene.green.has(id));

/** How agents do on HTTP, event streams and `/ws`, by all that the run saw. */
export const agentsOverHttp = (scene: Scene): Agents => {
  const runs = scene.exchanges.filter(isRun);
  const probe = scene.probes.httpRun;
  const http = anyGreen(scene, FIRST_SURFACE.http)
    ? 'good'
    : worst([...runs.map(runStatus), probe === null ? 'unknown' : probe === 'answered' ? 'good' : probe]);
  const sse = anyGreen(scene, FIRST_SURFACE.sse)
    ? 'good'
    : worst(scene.exchanges.filter(isRunStream).map(streamStatus));
  const sockets = scene.sockets.filter((view) => welcomed(view) && view.sent.some(isChat));
  const completed = sockets.some(({ received }) => received.some(({ type }) => type === 'agent_completed'));
  const started = sockets.some(({ received }) => received.some(isAgentEvent));
  const ws =
    anyGreen(scene, FIRST_SURFACE.ws) || completed
      ? 'good'
      : started
        ? 'stalled'
        : sockets.length > 0
          ? 'refused'
          : 'unknown';
  const example = runs.find((view) => runStatus(view) === http);
  return { state: http, sse, ws, fact: example === undefined ? `HTTP runs: ${http}` : describe(example) };
};

/** A run that says it failed: one surface, or agents as such. */
const failedDraft = (scene: Scene, fact: string, status: string, surface: 'http' | 'sse' | 'ws'): FindingDraft => {
  const agents = agentsOverHttp(scene);
  const others = [
    surface === 'http' ? null : agents.state,
    surface === 'sse' ? null : agents.sse,
    surface === 'ws' ? null : agents.ws,
  ].filter((state) => state !== null && state !== 'unknown');
  const fits = ['answer-failure', 'answer-wrong', 'http-body', 'events-missing', 'deadline', 'events-order'] as const;
  const dead = others.filter((state) => state !== 'good');
  if (dead.length > 0 && others.every((state) => state !== 'good'))
    return {
      cause: 'agent-service-down',
      phase: 'events',
      signal: dead.length > 1 ? 'high' : 'medium',
      fact,
      detail: 'no agent runs on any surface',
      fits,
    };
  return {
    cause: 'agent-reported-failure',
    phase: 'events',
    signal: others.includes('good') ? 'high' : 'medium',
    fact,
    detail: `${surface === 'http' ? '/api/agents/*' : surface === 'sse' ? 'event stream' : '/ws'} says ${status}`,
    fits,
  };
};

const stalledDraft = (fact: string): FindingDraft => ({
  cause: 'agent-stalled',
  phase: 'events',
  signal: 'high',
  fact,
  detail: 'runs do not end',
  fits: ['answer-failure', 'answer-wrong', 'deadline', 'events-missing', 'events-order', 'http-body'],
});

const runDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  if (!isRun(view) || view.x.probe !== null) return null;
  const fact = describe(view);
  if (timedOut(view.x) && view.x.status === null && scene.healthy === true && agentsOverHttp(scene).state !== 'good')
    return { ...stalledDraft(fact), signal: 'medium' };
  if (!isSuccess(view.x) || isHtml(view.x)) return null;
  const status = textOf(field(view, 'status'));
  if (status === 'timeout') return stalledDraft(fact);
  if (status !== 'success' && status !== '') return failedDraft(scene, fact, status, 'http');
  const others = scene.exchanges
    .filter((other) => other.connection !== view.connection && isRun(other) && isSuccess(other.x))
    .map((other) => ({ question: questionOfBody(other.x.requestBody), answer: textOf(field(other, 'response')) }));
  return answerDraft({
    question: questionOfBody(view.x.requestBody),
    answer: textOf(field(view, 'response')),
    others,
    fact,
    surface: view.path,
  });
};

const controlDraft = (view: HttpView): FindingDraft | null => {
  if (!CONTROL.test(view.path) || !isSuccess(view.x) || isHtml(view.x) || tokenKind(view.x.identity) !== 'valid')
    return null;
  if (!isCannedBody(view.x.body)) return null;
  return {
    cause: 'agent-fake-answer',
    phase: 'events',
    signal: 'high',
    fact: describe(view),
    detail: 'fallback text instead of an answer',
    rank: 1,
    fits: ['answer-failure', 'answer-wrong', 'http-body', 'http-status', 'not-persisted'],
  };
};

const ONCE = ['agent_started', 'agent_completed', 'stream_end', 'stream_start', 'user_message', 'response_complete'];

const streamDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (!isRunStream(view) || !isSuccess(x) || isHtml(x)) return null;
  const fact = `${describe(view)}; ${x.reads.length} reads, ${x.bytes} bytes`;
  const { frames, broken } = framesOf(view);
  const names = frames.map(nameOf);
  const fits = ['http-body', 'events-missing', 'events-order', 'deadline', 'answer-failure', 'answer-wrong'] as const;
  if (broken.length > 0)
    return {
      cause: 'stream-broken',
      phase: 'events',
      signal: 'high',
      fact: `${fact}; not JSON: ${excerptOf(broken[0] ?? '', 60)}`,
      detail: 'frames are not JSON',
      fits,
    };
  const failure = frames.find((one) => FAILURE.test(nameOf(one)));
  if (failure !== undefined)
    return nameOf(failure) === 'timeout_error'
      ? stalledDraft(fact)
      : failedDraft(scene, fact, `${nameOf(failure)} ${excerptOf(textOf(failure['error']), 60)}`.trim(), 'sse');
  if (timedOut(x)) {
    const lastRead = x.reads.at(-1) ?? 0;
    const ended = x.phases.end ?? lastRead;
    return ended - lastRead > 1_000 || x.reads.length < 4
      ? stalledDraft(fact)
      : { cause: 'stream-broken', phase: 'events', signal: 'medium', fact, detail: 'the stream does not end', fits };
  }
  if (x.abortedByClient) return null;
  if (!view.truncated && names.at(-1) !== 'stream_end')
    return {
      cause: 'stream-broken',
      phase: 'events',
      signal: 'high',
      fact,
      detail: names.includes('stream_end') ? 'frames after the end' : 'cut before the end',
      fits,
    };
  const asked = /simulate_delay/.test(x.requestBody ?? '');
  const spread = (x.reads.at(-1) ?? 0) - (x.reads[0] ?? 0);
  if (asked && x.reads.length > 0 && spread < 60)
    return {
      cause: 'stream-buffered',
      phase: 'events',
      signal: 'high',
      fact,
      detail: 'everything arrives in one read at the end',
      rank: 1,
      fits,
    };
  const twice = ONCE.find((name) => names.filter((other) => other === name).length > 1);
  if (twice !== undefined)
    return {
      cause: 'event-order',
      phase: 'events',
      signal: 'high',
      fact,
      detail: `${twice} twice in the stream`,
      rank: 1,
      fits,
    };
  if (!view.truncated && !names.includes('agent_completed'))
    return {
      cause: 'event-delivery-lost',
      phase: 'events',
      signal: 'medium',
      fact,
      detail: 'no agent_completed in the stream',
      rank: 1,
      fits,
    };
  const done = frames.find((one) => nameOf(one) === 'agent_completed' && typeof one['result'] === 'string');
  if (done === undefined) return null;
  return answerDraft({
    question: questionOfBody(x.requestBody),
    answer: textOf(done['result']),
    others: [],
    fact,
    surface: view.path,
  });
};

export const agentDraft = (scene: Scene, view: HttpView): FindingDraft | null =>
  runDraft(scene, view) ?? controlDraft(view) ?? streamDraft(scene, view);

export { failedDraft, stalledDraft };
