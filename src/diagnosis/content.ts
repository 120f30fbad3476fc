/** Replies with the right status that say something wrong: settings, health, internals, lifecycle, sessions, limits. */
import { INTERNAL_FIELDS, INTERNALS } from '../contract/errors.ts';
import { isWithinWindow, retryAfterOf } from '../contract/http.ts';
import { LIMITS } from '../contract/limits.ts';
import type { FindingDraft } from './finding.ts';
import {
  baseIdentity,
  describe,
  excerptOf,
  field,
  isEnvelope,
  isHtml,
  isSuccess,
  objectOf,
  originOf,
  parsed,
  textOf,
  tokenKind,
  type HttpView,
} from './http-view.ts';
import type { RedAttempt, Scene } from './scene.ts';
import { dataOf, systemEvent, welcomed } from './socket-view.ts';

const served = (view: HttpView): boolean => isSuccess(view.x) && !isHtml(view.x);

/* ---- settings ---- */

const LIMIT_NAMES: Readonly<Record<string, readonly string[]>> = {
  connections: ['max_connections_per_user'],
  'messages a minute': ['max_message_rate_per_minute'],
  'bytes a message': ['max_message_size_bytes', 'max_message_size'],
  'heartbeat seconds': ['heartbeat_interval_seconds', 'heartbeat_interval'],
};

interface Stated {
  readonly what: string;
  readonly value: number;
  readonly where: string;
}

const statedIn = (text: string, where: string): readonly Stated[] =>
  Object.entries(LIMIT_NAMES).flatMap(([what, names]) =>
    names.flatMap((name) => {
      const value = new RegExp(`"${name}"\\s*:\\s*(\\d+(?:\\.\\d+)?)`).exec(text)?.[1];
      return value === undefined ? [] : [{ what, value: Number(value), where }];
    }),
  );

const statements = (scene: Scene): readonly Stated[] => [
  ...statedIn(JSON.stringify(scene.input.preflight?.wsHealth ?? null), '/ws/health'),
  ...scene.exchanges
    .filter((view) => served(view) && /^\/ws\/(?:config|health)$/.test(view.path))
    .flatMap((view) => statedIn(view.x.body, view.path)),
  ...scene.sockets
    .filter(welcomed)
    .flatMap(({ received }) =>
      received
        .filter((one) => systemEvent(one) === 'connection_established')
        .flatMap((one) => statedIn(JSON.stringify(dataOf(one)['config'] ?? {}), 'the welcome')),
    ),
];

const LIMIT_FITS = ['http-body', 'http-status', 'limit', 'ws-frame', 'unknown'] as const;

const limitsDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  if (view.path !== '/ws/config' || !served(view)) return null;
  const all = statements(scene);
  for (const own of statedIn(view.x.body, view.path)) {
    const other = all.find(({ what, value }) => what === own.what && value !== own.value);
    if (other !== undefined)
      return {
        cause: 'config-wrong',
        phase: 'http-api',
        signal: 'high',
        fact: `/ws/config says ${own.value} ${own.what}, ${other.where} says ${other.value}`,
        detail: 'advertised limits contradict each other',
        rank: 1,
        fits: LIMIT_FITS,
      };
    const due = {
      connections: LIMITS.connectionsPerUser,
      'messages a minute': LIMITS.messagesPerMinute,
      'bytes a message': LIMITS.messageBytes,
    }[own.what];
    if (due !== undefined && own.value !== due)
      return {
        cause: 'config-wrong',
        phase: 'http-api',
        signal: 'medium',
        fact: `/ws/config says ${own.value} ${own.what}, the contract ${due}`,
        detail: 'advertised limits are not the contract’s',
        rank: 1,
        fits: LIMIT_FITS,
      };
  }
  return null;
};

const SETTINGS = /^\/api\/(?:discovery|config|mcp\/config)/;
const URLS = /\b(?:https?|wss?):\/\/[^\s"'\\]+/g;

const hostsDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  const target = scene.input.preflight?.target;
  if (!SETTINGS.test(view.path) || !served(view) || target === undefined) return null;
  const known = new Set(
    [
      target.api,
      target.ws,
      target.auth,
      target.frontend,
      ...scene.exchanges.filter(({ x }) => x.surface !== 'other').map(({ x }) => x.url),
      ...scene.sockets.map(({ s }) => s.url),
    ].map((url) => (originOf(url) ?? '').replace(/^\w+:\/\//, '')),
  );
  const wrong = [...view.x.body.matchAll(URLS)]
    .map(([url]) => url)
    .find((url) => {
      const host = (originOf(url) ?? '').replace(/^\w+:\/\//, '');
      return !known.has(host) && host !== '';
    });
  if (wrong === undefined) return null;
  return {
    cause: 'config-wrong',
    phase: 'http-api',
    signal: 'high',
    fact: `${view.x.method} ${view.path} names ${wrong}`,
    detail: `${view.path} names another host`,
    facet: 'hosts',
    rank: 1,
    fits: ['http-body', 'unknown', 'http-status'],
  };
};

/** As the recorder masked it. */
const SECRET = /\[(?:token|key|secret|password|signature|credential) [0-9a-f]{8}/;
const secretsDraft = (view: HttpView): FindingDraft | null =>
  SETTINGS.test(view.path) && served(view) && SECRET.test(view.x.body)
    ? {
        cause: 'config-wrong',
        phase: 'http-api',
        signal: 'medium',
        fact: `${view.x.method} ${view.path} shows a secret (masked here)`,
        detail: 'a settings body holds a secret',
        facet: 'secret',
        rank: 1,
        fits: ['http-body', 'foreign-data', 'unknown'],
      }
    : null;

const environmentDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  const due = scene.input.preflight?.target.environment;
  const said = textOf(field(view, 'environment'));
  if (!served(view) || due === undefined || said === '' || said === due || view.x.surface !== 'api') return null;
  return {
    cause: 'config-wrong',
    phase: 'http-api',
    signal: 'high',
    fact: `${view.path} says environment ${said}, expected ${due}`,
    detail: 'wrong environment',
    facet: 'environment',
    rank: 1,
    fits: ['http-body', 'unknown'],
  };
};

/* ---- health and dependencies ---- */

const readyDraft = (view: HttpView): FindingDraft | null => {
  if (view.path !== '/health/ready' || view.x.status !== 200) return null;
  const ready = textOf(field(view, 'status'));
  const database = textOf(field(view, 'core_db'));
  const fits = ['http-body', 'http-status', 'unknown'] as const;
  if (ready === 'ready' && database !== '' && database !== 'connected')
    return {
      cause: 'health-untruthful',
      phase: 'http-api',
      signal: 'high',
      fact: `/health/ready: 200 ready with core_db "${database}"`,
      detail: `ready, and core_db ${database}`,
      rank: 1,
      fits,
    };
  if (ready !== '' && ready !== 'ready')
    return {
      cause: 'service-degraded',
      phase: 'http-api',
      signal: 'high',
      fact: `/health/ready: 200 ${ready}`,
      detail: `/health/ready says ${ready}`,
      rank: 1,
      fits,
    };
  return null;
};

const cachedHealth = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (!/^\/health\/?$/.test(view.path) || view.x.status !== 200 || view.x.surface !== 'api') return null;
  const status = textOf(field(view, 'status'));
  if (status !== '' && status !== 'healthy')
    return {
      cause: 'service-degraded',
      phase: 'http-api',
      signal: 'high',
      fact: `/health: 200 ${status}`,
      detail: `/health says ${status}`,
      rank: 1,
      fits: ['http-body'],
    };
  const stamp = field(view, 'timestamp');
  const twin = attempt.exchanges.find(
    (other) =>
      other.index < view.index &&
      other.path === view.path &&
      other.x.surface === 'api' &&
      other.x.status === 200 &&
      field(other, 'timestamp') === stamp &&
      // A clock of whole seconds stands still for one.
      view.at - other.at > (Number.isInteger(stamp) ? 1_000 : 5),
  );
  return twin === undefined || stamp === undefined
    ? null
    : {
        cause: 'health-untruthful',
        phase: 'http-api',
        signal: 'high',
        fact: `/health: timestamp ${JSON.stringify(stamp)} twice, ${view.at - twin.at} ms apart`,
        detail: '/health is answered from a cache',
        rank: 1,
        fits: ['http-body', 'unknown'],
      };
};

const CLOCK_APART_MS = 300_000;
const clockDraft = (view: HttpView): FindingDraft | null => {
  const stamp = field(view, 'timestamp');
  if (!/^\/health\/?$/.test(view.path) || view.x.status !== 200 || view.x.surface !== 'api') return null;
  if (typeof stamp !== 'number') return null;
  const apart = Math.round(stamp * 1_000 - view.at);
  if (Math.abs(apart) < CLOCK_APART_MS) return null;
  return {
    cause: 'health-untruthful',
    phase: 'http-api',
    signal: 'medium',
    fact: `/health: timestamp ${stamp}, ${apart} ms from the clock of this machine`,
    detail: 'the clock of /health is wrong, or that of this machine',
    rank: 1,
    fits: ['http-body'],
  };
};

const DEPENDENCY = /"status"\s*:\s*"(disconnected|unavailable|error|failed|down)"/i;
const dependencyDraft = (view: HttpView): FindingDraft | null => {
  if (!/^\/api\/mcp\/(?:servers|status)/.test(view.path) || !served(view)) return null;
  const found = DEPENDENCY.exec(view.x.body)?.[1];
  const list = objectOf(view.json)['data'];
  const empty = view.path === '/api/mcp/servers' && Array.isArray(list) && list.length === 0;
  if (found === undefined && !empty) return null;
  return {
    cause: 'dependency-down',
    phase: 'http-api',
    signal: 'high',
    fact: describe(view),
    detail: empty ? 'no MCP server is listed' : `an MCP server is ${found ?? ''}`,
    rank: 1,
    fits: ['http-body', 'unknown'],
  };
};

const wsHealthDraft = (view: HttpView): FindingDraft | null =>
  view.path === '/ws/health' && served(view) && field(view, 'status') === 'degraded'
    ? {
        cause: 'service-degraded',
        phase: 'http-api',
        signal: 'high',
        fact: `/ws/health: degraded, ${excerptOf(JSON.stringify(objectOf(view.json)['errors'] ?? ''), 80)}`,
        detail: '/ws/health says degraded',
        facet: 'ws-health',
        rank: 2,
        fits: [],
      }
    : null;

/* ---- error bodies ---- */

const FILLED = new RegExp(`"(?:${INTERNAL_FIELDS.join('|')})"\\s*:\\s*(?!null)[^\\s,}]`);
/** Of a URL, as the recorder masked it. */
const PASSWORD = /\[password [0-9a-f]{8}/;
const leakDraft = (view: HttpView): FindingDraft | null => {
  if (view.x.status === null || view.x.status < 400 || isHtml(view.x)) return null;
  const name = [FILLED, PASSWORD, ...INTERNALS]
    .map((trace) => trace.exec(view.x.body)?.[0])
    .find((found) => found !== undefined);
  if (name === undefined) return null;
  return {
    cause: 'error-detail-leak',
    phase: 'http-api',
    signal: 'high',
    fact: `${view.x.method} ${view.path}: ${view.x.status} with ${excerptOf(name, 40)}`,
    detail: 'error bodies show internals',
    rank: 1,
    fits: ['http-body', 'unknown'],
  };
};

const echoDraft = (view: HttpView): FindingDraft | null =>
  view.x.status !== null && view.x.status >= 400 && /\[token /.test(view.x.body)
    ? {
        cause: 'auth-detail-leak',
        phase: 'auth',
        signal: 'high',
        fact: `${view.x.method} ${view.path}: ${view.x.status} with a token (masked here)`,
        detail: 'an error repeats the token that was sent',
        rank: 1,
        fits: ['http-body', 'unknown'],
      }
    : null;

const meantStatus = (view: HttpView): FindingDraft | null => {
  if (view.x.status === null || view.x.status < 400 || !isEnvelope(view)) return null;
  const status = objectOf(objectOf(view.json)['details'])['status_code'];
  if (typeof status !== 'number' || status === view.x.status) return null;
  return {
    cause: 'error-status-wrong',
    phase: 'http-api',
    signal: 'high',
    fact: describe(view),
    detail: `${status} arrives as ${view.x.status}`,
    facet: 'mapping',
    rank: 1,
    fits: ['http-body', 'http-status', 'limit'],
  };
};

/** The body of an error, or of a confirmation, has a form that its status does not have. */
const errorForm = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const failure = attempt.failures[0];
  const { status } = view.x;
  if (status === null || status < 400 || failure?.class !== 'http-body' || view.x.expected === null) return null;
  if (!failure.promise.includes(view.path) && !failure.message.includes(view.path)) return null;
  return {
    cause: 'error-status-wrong',
    phase: 'http-api',
    signal: 'medium',
    fact: describe(view),
    detail: `${status} on ${view.route} in another form`,
    facet: view.route,
    rank: 1,
    fits: ['http-body'],
  };
};

/* ---- agents and runs: control and status ---- */

const STATES: Readonly<Record<string, RegExp>> = {
  start: /^(?:running|started)$/,
  stop: /^(?:stopped|completed)$/,
  cancel: /^(?:cancelled|stopped)$/,
};

const itemsOf = (view: HttpView): readonly Record<string, unknown>[] =>
  (Array.isArray(view.json) ? view.json : [view.json]).map(objectOf);
const idOf = (item: Record<string, unknown>): string => textOf(item['agent_id']) || textOf(item['run_id']);

/** The last of start, stop and cancel that this user saw confirmed for the id. */
const lastAction = (attempt: RedAttempt, view: HttpView, id: string): string =>
  attempt.exchanges
    .filter(
      (other) =>
        other.index < view.index &&
        other.x.method === 'POST' &&
        served(other) &&
        baseIdentity(other.x.identity) === baseIdentity(view.x.identity) &&
        (other.path.includes(`/${id}/`) || objectOf(parsed(other.x.requestBody ?? ''))['agent_id'] === id),
    )
    .at(-1)
    ?.path.split('/')
    .at(-1) ?? '';

const LIFECYCLE = {
  cause: 'lifecycle-state-wrong',
  phase: 'http-api',
  signal: 'high',
  detail: 'status does not follow the action',
  rank: 1,
  fits: ['http-body', 'not-persisted', 'answer-failure', 'unknown'],
} as const;

const lifecycleDraft = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (!/^\/api\/(?:agents\/status|chat\/agents\/[^/]+\/status)$/.test(view.path)) return null;
  if (view.x.method !== 'GET' || !served(view) || tokenKind(view.x.identity) !== 'valid') return null;
  for (const item of itemsOf(view)) {
    const [id, status] = [idOf(item), textOf(item['status'])];
    const last = id === '' ? '' : lastAction(attempt, view, id);
    const due = STATES[last];
    if (due === undefined || status === '' || due.test(status) || /error|unavailable/.test(status)) continue;
    return { ...LIFECYCLE, fact: `${last} of ${id} was confirmed, the status says ${status}` };
  }
  return Array.isArray(view.json) && view.query.size === 0 ? unlisted(attempt, view) : null;
};

const unlisted = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const listed = itemsOf(view).map(idOf);
  const id = attempt.exchanges
    .filter(({ path, index }) => path === '/api/agents/start' && index < view.index)
    .map(({ x }) => textOf(objectOf(parsed(x.requestBody ?? ''))['agent_id']))
    .find((own) => own !== '' && !listed.includes(own) && lastAction(attempt, view, own) !== '');
  return id === undefined
    ? null
    : {
        ...LIFECYCLE,
        signal: 'medium',
        fact: `an action on ${id} was confirmed, the list does not have it`,
        detail: 'an agent is not listed',
        fits: ['http-body'],
      };
};

/** An agent that was ended cannot be started again, as if it still ran. */
const restartDraft = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (view.path !== '/api/agents/start' || view.x.status !== 409 || tokenKind(view.x.identity) !== 'valid') return null;
  const id = textOf(objectOf(parsed(view.x.requestBody ?? ''))['agent_id']);
  const last = id === '' ? '' : lastAction(attempt, view, id);
  if (last !== 'stop' && last !== 'cancel') return null;
  return {
    ...LIFECYCLE,
    fact: `${last} of ${id} was confirmed, a new start is 409`,
    detail: 'an ended agent counts as running',
    fits: ['http-status'],
  };
};

/* ---- sessions ---- */

const sessionDraft = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const failure = attempt.failures.find(({ key, promise }) =>
    /expires?_?in|life ?time|lifetime|\bexp\b/i.test(`${key} ${promise}`),
  );
  if (failure === undefined || view.x.surface !== 'auth' || !served(view)) return null;
  const stated = field(view, 'expires_in');
  if (typeof stated !== 'number') return null;
  return {
    cause: 'session-lifetime-wrong',
    phase: 'auth',
    signal: 'high',
    fact: `${view.path} states ${stated} s; ${excerptOf(failure.promise)}`,
    detail: 'stated and real life differ',
    rank: 1,
    fits: ['http-body', 'token-source', 'unknown', 'limit'],
  };
};

/* ---- limits ---- */

const POST_CHAT = '/api/chat/messages';
const limitDraft = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const fits = ['limit', 'http-status', 'http-body', 'unknown'] as const;
  if (view.x.method !== 'POST' || view.path !== POST_CHAT)
    return view.x.status === 429 && isEnvelope(view) && view.x.surface === 'api'
      ? {
          cause: 'app-rate-limit',
          phase: 'http-api',
          signal: 'high',
          fact: describe(view),
          detail: 'another route than the limited one is limited',
          rank: 1,
          fits,
        }
      : null;
  const tries = attempt.exchanges.filter(
    (other) => other.x.method === 'POST' && other.path === POST_CHAT && other.x.identity === view.x.identity,
  );
  if (view.x.status === 429 && isEnvelope(view)) {
    const retry = view.x.headers['retry-after'];
    const told = retryAfterOf(view.x.headers, view.at + (view.x.phases.head ?? 0));
    if (told === undefined || !isWithinWindow(told))
      return {
        cause: 'app-rate-limit',
        phase: 'http-api',
        signal: 'high',
        fact: `429 with Retry-After ${retry ?? 'missing'}`,
        detail: 'the refusal does not say how long to wait',
        rank: 1,
        fits,
      };
    const accepted = tries.filter((other) => other.index < view.index && isSuccess(other.x)).length;
    // Other tests may have written as the same user, but not a user made for this one.
    if (accepted < LIMITS.messagesPerMinute && (accepted > 0 || view.x.expected === '200'))
      return {
        cause: 'app-rate-limit',
        phase: 'http-api',
        signal: 'medium',
        fact: `429 after ${accepted} accepted messages`,
        detail: 'limited before the advertised number',
        rank: 1,
        fits,
      };
    return null;
  }
  const first = tries[0];
  const last = tries.at(-1);
  if (tries.length < 50 || last !== view || tries.some(({ x }) => x.status === 429) || first === undefined) return null;
  const accepted = tries.filter(({ x }) => isSuccess(x));
  const seconds = (view.at + (view.x.phases.end ?? 0) - first.at) / 1_000;
  const promised = accepted.some(({ x }) => x.headers['x-ratelimit-limit'] !== undefined);
  const bound = LIMITS.messagesPerMinute + Math.ceil((seconds * LIMITS.messagesPerMinute) / 60) + 1;
  if (!promised || accepted.length <= bound) return null;
  return {
    cause: 'app-rate-limit',
    phase: 'http-api',
    signal: 'high',
    fact: `${accepted.length} messages accepted in ${seconds.toFixed(1)} s, no 429, though X-RateLimit-Limit is sent`,
    detail: 'the advertised limit is not enforced',
    rank: 1,
    fits,
  };
};

/** Content findings of one exchange: several may hold. */
export const contentDrafts = (scene: Scene, attempt: RedAttempt, view: HttpView): readonly FindingDraft[] =>
  [
    limitsDraft(scene, view),
    hostsDraft(scene, view),
    secretsDraft(view),
    environmentDraft(scene, view),
    readyDraft(view),
    cachedHealth(attempt, view),
    clockDraft(view),
    dependencyDraft(view),
    wsHealthDraft(view),
    leakDraft(view),
    echoDraft(view),
    meantStatus(view),
    errorForm(attempt, view),
    lifecycleDraft(attempt, view),
    restartDraft(attempt, view),
    sessionDraft(attempt, view),
    limitDraft(attempt, view),
  ].filter((draft) => draft !== null);
