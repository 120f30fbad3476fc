/** HTTP exchanges that ended otherwise than the suite accepts: one finding each. */
import { isGatewayResponse, loginHostOf, loginText } from '../contract/http.ts';
import { detectionDraft } from './detection.ts';
import { isAccessRefusal, isUnknown } from '../contract/refusals.ts';
import type { FindingDraft, Finding } from './finding.ts';
import { finding } from './finding.ts';
import {
  accepted,
  describe,
  excerptOf,
  field,
  isEnvelope,
  isHtml,
  isRouter404,
  isStream,
  isSuccess,
  met,
  objectOf,
  parsed,
  textOf,
  timedOut,
  tokenKind,
  wantsRefusal,
  wantsSuccess,
  type HttpView,
} from './http-view.ts';
import { networkDraft } from './network.ts';
import { platformDraft } from './platform.ts';
import { outageDraft, outageOf, restartOf, within } from './restart.ts';
import { isRequiredRoute, type RedAttempt, type Scene } from './scene.ts';
import { acceptedRefusal } from './tokens.ts';

const HEALTH = /^\/(?:health|ws\/health|ws\/beacon)/;
const SOCKET_MODULE = /^\/ws\/(?:config|health|beacon)/;

/** Nothing answered as the API answers: every reply is HTML, or every reply is an error. */
const everywhere = (scene: Scene, wrong: (view: HttpView) => boolean): boolean => {
  const api = scene.exchanges.filter(
    ({ x, path }) => x.surface === 'api' && path.startsWith('/api') && x.status !== null,
  );
  return api.length > 0 && api.every(wrong) && new Set(api.map(({ route }) => route)).size > 3;
};

const htmlDraft = (view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (!isHtml(x) || x.status === null || x.status >= 500) return null;
  if (x.status === 401 || x.status === 403 || x.status === 429) return null;
  return {
    cause: 'edge-misroute',
    phase: 'http-api',
    signal: 'high',
    fact: describe(view),
    detail: `${x.status} HTML where JSON is due`,
  };
};

const redirectDraft = (view: HttpView): FindingDraft | null => {
  const { x } = view;
  const login = loginHostOf(x, x.url);
  if (login !== undefined)
    return {
      cause: 'edge-misroute',
      phase: 'http-api',
      signal: 'high',
      fact: describe(view),
      detail: loginText(login),
    };
  if (x.status === null || x.status < 300 || x.status >= 400) return null;
  return {
    cause: 'edge-misroute',
    phase: 'http-api',
    signal: 'medium',
    fact: `${describe(view)}, location ${x.headers['location'] ?? 'missing'}`,
    detail: `${x.status} redirect`,
  };
};

/** The number that the application meant, where it says so. */
const meant = (view: HttpView): number | null => {
  const status = objectOf(objectOf(view.json)['details'])['status_code'];
  if (typeof status === 'number') return status;
  const found = /"details"\s*:\s*\{[^{}]*"status_code"\s*:\s*(\d{3})/.exec(view.x.body)?.[1];
  return found === undefined ? null : Number(found);
};

/** The API answered well-formed requests to the same route in the same test. */
const routeWorks = (attempt: RedAttempt, view: HttpView): boolean =>
  attempt.exchanges.some(
    (other) => other.route === view.route && isSuccess(other.x) && !isHtml(other.x) && met(other.x),
  );

const readinessDraft = (view: HttpView): FindingDraft | null => {
  if (!/^\/health/.test(view.path) || view.x.status === null || view.x.status < 500) return null;
  const fact = describe(view);
  if (/"(?:core_db|database_status)"\s*:\s*"(?!connected)/.test(view.x.body))
    return { cause: 'dependency-down', phase: 'http-api', signal: 'high', fact, detail: excerptOf(view.x.body, 80) };
  if (view.path !== '/health' && view.path !== '/health/')
    return {
      cause: 'service-degraded',
      phase: 'http-api',
      signal: 'medium',
      fact,
      detail: `${view.path} says ${textOf(field(view, 'status'))}`,
    };
  return null;
};

const serverErrorDraft = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (x.status === null || x.status < 500) return null;
  const fact = describe(view);
  const own = isEnvelope(view);
  const restart = restartOf(scene);
  if (!own && within(restart, view.at, view.at + 5_000))
    return {
      cause: 'redeploy',
      phase: 'platform',
      signal: 'high',
      fact: `${fact}; ${restart.fact}`,
      detail: restart.fact,
    };
  const gateway = isGatewayResponse(x);
  const outage = gateway ? outageOf(scene) : null;
  if (outage !== null) return outageDraft(outage, fact);
  if (HEALTH.test(view.path) && !gateway) return healthDraft(scene, view) ?? readinessDraft(view);
  const status = meant(view);
  if (own && status !== null && status !== x.status && status >= 400 && status < 500)
    return {
      cause: 'error-status-wrong',
      phase: 'http-api',
      signal: 'high',
      fact,
      detail: `${status} arrives as ${x.status}`,
      facet: 'mapping',
    };
  if (wantsRefusal(x) && !gateway && !wantsServerError(view) && routeWorks(attempt, view))
    return {
      cause: 'error-status-wrong',
      phase: 'http-api',
      signal: 'high',
      fact,
      detail: `${x.expected ?? ''} arrives as ${x.status}`,
      facet: 'mapping',
    };
  const load = concurrencyDraft(attempt, view, fact);
  if (load !== null) return load;
  if (x.status === 503 && authServiceDown(scene, view))
    return { cause: 'auth-service-down', phase: 'auth', signal: 'high', fact, detail: '503 on required routes only' };
  const tries = scene.exchanges.filter(
    (other) =>
      other.route === view.route &&
      agentOf(other) === agentOf(view) &&
      tokenKind(other.x.identity) === tokenKind(x.identity) &&
      other.x.status !== null,
  );
  const good = tries.filter((other) => met(other.x) && (isSuccess(other.x) || gateway));
  const whose = gateway ? `${x.status} of a gateway` : String(x.status);
  if (good.length > 0 && (wantsSuccess(x) || gateway))
    return {
      cause: 'intermittent-5xx',
      phase: 'http-api',
      signal: good.length > 1 && !gateway ? 'high' : 'medium',
      fact,
      detail: `${whose} on some requests to ${view.route}, not on all`,
    };
  const total = everywhere(scene, (other) => (other.x.status ?? 0) >= 500);
  const where = total ? 'every route of the API' : view.route;
  const found = { phase: 'http-api', fact, facet: total ? 'every route' : view.route } as const;
  return gateway
    ? // Whoever stands behind it may have crashed, or have been replaced at that moment.
      { ...found, cause: 'gateway-5xx', signal: 'medium', detail: `${whose} on ${where}: nobody behind it answered` }
    : { ...found, cause: 'app-5xx', signal: own ? 'high' : 'medium', detail: `${whose} on ${where}` };
};

/** The agent that a body asks for: one route may fail for one agent only. */
const agentOf = ({ x }: HttpView): string => textOf(objectOf(parsed(x.requestBody ?? ''))['type']);

const wantsServerError = (view: HttpView): boolean => accepted(view.x)?.some((status) => status >= 500) ?? false;

/** Errors only where many requests were in flight at once. */
const concurrencyDraft = (attempt: RedAttempt, view: HttpView, fact: string): FindingDraft | null => {
  const { x } = view;
  if (x.inFlight < 6) return null;
  // The same route is served to others: it is the number that fails, not the route.
  const route = attempt.exchanges.filter(
    (other) => other.route === view.route && tokenKind(other.x.identity) === tokenKind(x.identity),
  );
  if (!route.some((other) => isSuccess(other.x))) return null;
  const failed = attempt.exchanges.filter((other) => (other.x.status ?? 0) >= 500);
  const alone = attempt.exchanges.filter(
    (other) => other.x.inFlight < 6 && other.x.surface === 'api' && other.x.status !== null,
  );
  const calmFailures = alone.filter((other) => (other.x.status ?? 0) >= 500);
  if (calmFailures.length > 0) return null;
  const served = attempt.exchanges.filter((other) => met(other.x) && isSuccess(other.x) && other.x.surface === 'api');
  if (served.length === 0) return null;
  const lowest = Math.min(...failed.map((other) => other.x.inFlight));
  return {
    cause: 'concurrency-collapse',
    phase: 'http-api',
    signal: failed.length > 1 ? 'high' : 'medium',
    fact: `${fact}, ${x.inFlight} others in flight`,
    detail: `${failed.length} errors, all with ${lowest} or more requests in flight; ${served.length} served`,
    fits: ['deadline', 'unknown'],
  };
};

const authServiceDown = (scene: Scene, view: HttpView): boolean => {
  if (scene.probes.authHealthy === false && isRequiredRoute(view)) return true;
  const required = scene.exchanges.filter(
    (other) => isRequiredRoute(other) && tokenKind(other.x.identity) === 'valid' && other.x.status !== null,
  );
  const frames = scene.sockets.some((socket) =>
    socket.received.some(({ json }) => json['error_code'] === 'AUTH_SERVICE_ERROR'),
  );
  return frames && isRequiredRoute(view) && required.every((other) => other.x.status === 503);
};

/** `/health` that answers now so, now so. */
export const healthDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  if ((view.path !== '/health' && view.path !== '/health/') || isGatewayResponse(view.x)) return null;
  const asked = scene.exchanges.filter(
    (other) => other.path === view.path && other.x.surface === 'api' && other.x.status !== null,
  );
  const good = asked.filter((other) => other.x.status === 200).length;
  const bad = asked.filter((other) => (other.x.status ?? 0) >= 500).length;
  const others = scene.exchanges.filter(
    (other) => other.path !== view.path && wantsSuccess(other.x) && other.x.status !== null,
  );
  const errors = others.filter((other) => (other.x.status ?? 0) >= 500).length;
  if (good === 0 || bad === 0) return null;
  return {
    cause: errors > bad ? 'intermittent-5xx' : 'health-flapping',
    phase: 'http-api',
    signal: bad > 1 && good > 1 && errors === 0 ? 'high' : 'medium',
    fact: describe(view),
    detail: `${view.path} alternates between 200 and ${view.x.status ?? 0}`,
  };
};

/** The same record was served to the same user, or everything with the other headers: no credential is missing. */
const isSettled = (attempt: RedAttempt, view: HttpView): boolean => {
  const own = attempt.exchanges.filter(({ x }) => x.identity === view.x.identity && x.surface === 'api');
  const served = own.filter(({ x }) => isSuccess(x));
  const byHeaders =
    served.length > 0 &&
    served.every(({ x }) => x.detection !== view.x.detection) &&
    own.every(({ x }) => isSuccess(x) || x.detection === view.x.detection);
  return byHeaders || served.some(({ path }) => path === view.path);
};

const unauthorizedDraft = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (x.status !== 401 && x.status !== 403) return null;
  const fact = describe(view);
  if (x.surface === 'auth' && view.path.includes('/e2e/'))
    return { cause: 'test-credentials', phase: 'auth', signal: 'high', fact, detail: excerptOf(x.body, 80) };
  if (tokenKind(x.identity) !== 'valid') return null;
  if (x.surface === 'auth')
    return x.status === 401 && wantsSuccess(x)
      ? {
          cause: 'auth-valid-token-rejected',
          phase: 'auth',
          signal: view.path === '/auth/me' ? 'medium' : 'low',
          fact,
          detail: `401 for a valid token on ${view.path}`,
          facet: 'auth',
          fits: ['http-status'],
        }
      : null;
  if (x.surface !== 'api') return null;
  if (x.status === 401) {
    if (scene.tokenGood === false)
      return {
        cause: 'auth-secret-mismatch',
        phase: 'auth',
        signal: scene.probes.verifyValid === true ? 'high' : 'medium',
        fact,
        detail: 'every token is refused on every required route',
      };
    return {
      cause: 'auth-valid-token-rejected',
      phase: 'auth',
      signal: 'medium',
      fact,
      detail: `401 for a valid token on ${view.route}`,
      facet: 'http',
    };
  }
  if (!wantsSuccess(x) || isSettled(attempt, view)) return null;
  return { cause: 'service-credential', phase: 'auth', signal: 'low', fact, detail: `403 on own data, ${view.route}` };
};

const mintDraft = (view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (x.surface !== 'auth' || !view.path.includes('/e2e/') || x.status === null || isSuccess(x)) return null;
  if (![401, 403, 422, 404].includes(x.status) && !/not configured/i.test(x.body)) return null;
  return {
    cause: 'test-credentials',
    phase: 'auth',
    signal: 'high',
    fact: describe(view),
    detail: excerptOf(x.body, 80),
  };
};

const missingDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  if (!isRouter404(view) && view.x.status !== 405) return null;
  const fact = describe(view);
  if (SOCKET_MODULE.test(view.path)) {
    const { wsTest, wsTestStatus, wsRandomStatus } = scene.probes;
    const refused = scene.sockets.some(({ s }) => s.upgrade?.status === 403 && s.expected !== 'upgrade-refusal');
    if (wsTest !== true && (wsTestStatus === 403 || wsRandomStatus === 403 || refused))
      return {
        cause: 'ws-route-missing',
        phase: 'http-upgrade',
        signal: 'high',
        fact,
        detail: 'no socket route is mounted',
        fits: ['http-status', 'http-body', 'limit'],
      };
    return {
      cause: wsTest === null ? 'ws-route-missing' : 'route-missing',
      phase: 'http-api',
      signal: wsTest === null ? 'low' : 'medium',
      fact,
      detail: `no route ${view.route}`,
    };
  }
  if (!wantsSuccess(view.x)) return null;
  return {
    cause: 'route-missing',
    phase: 'http-api',
    signal: 'high',
    fact,
    detail: `no route ${view.route}`,
    facet: view.route,
  };
};

const brokenDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (x.error === null) return null;
  if (
    timedOut(x) &&
    x.phases.tcp === null &&
    x.connection === 'fresh' &&
    x.phases.head === null &&
    x.phases.sent === null
  )
    return {
      cause: 'tcp-unreachable',
      phase: 'tcp',
      signal: 'high',
      fact: describe(view),
      detail: 'no connection in time',
    };
  if (timedOut(x)) return null;
  const restart = restartOf(scene);
  if (within(restart, view.at, view.at + 5_000))
    return {
      cause: 'redeploy',
      phase: 'platform',
      signal: 'high',
      fact: `${describe(view)}; ${restart.fact}`,
      detail: restart.fact,
    };
  if (isStream(x) && x.status !== null)
    return {
      cause: 'stream-broken',
      phase: 'events',
      signal: 'high',
      fact: describe(view),
      detail: `cut: ${x.error.code ?? x.error.message}`,
    };
  return networkDraft(x.error, x.phases, {
    subject: describe(view),
    apiServes: scene.apiServes,
    otherScheme: scene.probes.otherScheme,
  });
};

const forbids = (x: HttpView['x']): boolean => accepted(x)?.some(isAccessRefusal) === true;

const otherStatusDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (x.status === null || !wantsRefusal(x) || isSuccess(x) || x.status < 400 || isGatewayResponse(x)) return null;
  // Where owners do not find their records either, there is nothing to forbid.
  const ownersMissIt = scene.exchanges.some(
    (other) => other.route === view.route && wantsSuccess(other.x) && isUnknown(other.x.status),
  );
  if (isUnknown(x.status) && tokenKind(x.identity) === 'valid' && forbids(x) && ownersMissIt)
    return {
      cause: 'persistence-lost',
      phase: 'http-api',
      signal: 'medium',
      fact: describe(view),
      detail: 'confirmed, then absent: a record read by id',
      facet: 'store',
      fits: ['http-status'],
    };
  return {
    cause: 'error-status-wrong',
    phase: 'http-api',
    signal: 'medium',
    fact: describe(view),
    detail: `${x.status} where ${x.expected ?? ''} is due on ${view.route}`,
    facet: view.route,
  };
};

/** The first rule that knows the exchange decides. */
export const exchangeDraft = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const { x } = view;
  const reply = {
    status: x.status ?? 0,
    headers: x.headers,
    body: x.body,
    at: view.at,
    waited: x.phases.head,
    subject: describe(view),
  };
  return (
    brokenDraft(scene, view) ??
    detectionDraft(scene, view) ??
    (loginHostOf(x, x.url) === undefined ? null : redirectDraft(view)) ??
    htmlDraft(view) ??
    mintDraft(view) ??
    (HEALTH.test(view.path) && outageOf(scene) === null ? healthDraft(scene, view) : null) ??
    (x.status === null ? null : platformDraft(scene, reply)) ??
    acceptedRefusal(scene, attempt, view) ??
    unauthorizedDraft(scene, attempt, view) ??
    serverErrorDraft(scene, attempt, view) ??
    missingDraft(scene, view) ??
    redirectDraft(view) ??
    otherStatusDraft(scene, view)
  );
};

/** A right status with a body that is not the application's: the suite only missed the body. */
const notOurs = (x: HttpView['x']): boolean =>
  x.status !== null && (isHtml(x) || (x.status === 429 && !/"error_code"/.test(x.body)));

export const httpStatusFindings = (scene: Scene): Finding[] =>
  scene.red.flatMap((attempt) =>
    attempt.exchanges
      .filter(
        ({ x }) =>
          x.probe === null &&
          x.surface !== 'other' &&
          // Who leaves a stream after its status line still knows the status.
          (!met(x) ||
            (!(x.abortedByClient && x.error === null) &&
              (notOurs(x) || (x.expected === null && (x.status ?? 0) >= 500)))),
      )
      .flatMap((view) => {
        const draft = exchangeDraft(scene, attempt, view);
        return draft === null ? [] : [finding(view, { ...draft, rank: seenInPassing(view) ? 2 : 0 })];
      }),
  );

/** What nobody asserted; a broken exchange counts without an assertion, the client itself failed the test. */
const seenInPassing = ({ x }: HttpView): boolean => x.expected === null && x.error === null;
