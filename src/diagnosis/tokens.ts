/** Requests that had to be refused and were served: who got in, and by what. */
import { isCannedBody } from './answers.ts';
import type { FindingDraft } from './finding.ts';
import {
  accepted,
  baseIdentity,
  describe,
  isHtml,
  isSuccess,
  tokenKind,
  wantsRefusal,
  type HttpView,
} from './http-view.ts';
import type { RedAttempt, Scene } from './scene.ts';

const AGENTS = /^\/api\/(?:agents|chat\/agents)\//;
const LIFECYCLE = /^\/api\/(?:agents\/(?:start|stop|cancel|status)|chat\/agents\/)/;
const ADMIN = /^\/api\/(?:config|admin)\/?$/;
const RECORD = /^\/api\/(?:chat\/messages|threads)\/[^/]+/;

const isRequired = (view: HttpView): boolean => accepted(view.x)?.includes(401) ?? false;

const secretsIn = (text: string | null): readonly string[] =>
  [...(text ?? '').matchAll(/\[(?:token|key|credential) ([0-9a-f]{4,})/g)].map((found) => found[1] ?? '');

const before = (attempt: RedAttempt, view: HttpView): readonly HttpView[] =>
  attempt.exchanges.filter((other) => other.index < view.index && isSuccess(other.x));

const afterLogout = (attempt: RedAttempt, view: HttpView): boolean =>
  before(attempt, view).some(
    ({ path, x }) => path === '/auth/logout' && baseIdentity(x.identity) === baseIdentity(view.x.identity),
  );

/** The same refresh token was taken before, by its mask; without masks: any renewal of the identity before. */
const isReuse = (attempt: RedAttempt, view: HttpView): boolean => {
  const own = secretsIn(view.x.requestBody);
  const earlier = before(attempt, view).filter(({ path }) => path === '/auth/refresh');
  if (own.length > 0) return earlier.some(({ x }) => secretsIn(x.requestBody).some((secret) => own.includes(secret)));
  return earlier.length > 0;
};

const leavesLoggedOut = (attempt: RedAttempt, view: HttpView, fact: string): FindingDraft => ({
  cause: 'session-logout-ignored',
  phase: 'auth',
  signal: 'high',
  fact,
  detail: afterLogout(attempt, view) ? 'served after the logout was confirmed' : 'served with a logged-out token',
});

const keyOf = (attempt: RedAttempt): string => attempt.failures[0]?.key ?? '';

const refreshDraft = (attempt: RedAttempt, view: HttpView, fact: string): FindingDraft => {
  if (
    /logout|logged/i.test(view.x.identity) ||
    (tokenKind(view.x.identity) !== 'manipulated' && !isReuse(attempt, view) && afterLogout(attempt, view))
  )
    return leavesLoggedOut(attempt, view, fact);
  if (isReuse(attempt, view) || /reuse|replay|spent|old/i.test(keyOf(attempt)))
    return {
      cause: 'session-refresh-reuse',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: 'a used refresh token was accepted again',
      fits: ['http-status', 'auth-accepted'],
    };
  return {
    cause: 'auth-token-not-validated',
    phase: 'auth',
    signal: 'medium',
    fact,
    detail: 'another token accepted as refresh token',
  };
};

/** Null: not a refusal that was served. */
export const acceptedRefusal = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const { x } = view;
  if (!wantsRefusal(x) || !isSuccess(x) || isHtml(x)) return null;
  const fact = describe(view);
  const statuses = accepted(x) ?? [];
  if (view.path === '/auth/refresh') return refreshDraft(attempt, view, fact);
  // Where nobody needs a token, a bad one does not matter.
  const open = scene.exchanges.some(
    (other) => other.route === view.route && tokenKind(other.x.identity) === 'none' && isSuccess(other.x),
  );
  const kind = open && tokenKind(x.identity) !== 'valid' ? 'none' : tokenKind(x.identity);
  // A canned body is nobody's record and nothing that was done; the rules about agents say what it is.
  if (kind === 'valid' && AGENTS.test(view.path) && isCannedBody(x.body)) return null;
  if (kind === 'none' && statuses.some((status) => status === 401 || status === 403))
    return {
      cause: 'anonymous-access',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: 'served without a token',
      fits: ['http-status', 'foreign-data', 'answer-wrong'],
    };
  if (kind === 'manipulated' && statuses.includes(401))
    return {
      cause: 'auth-token-not-validated',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: `${x.identity} served over HTTP`,
      fits: ['http-status', 'foreign-data'],
    };
  const anyToken = attempt.exchanges.some(
    (other) =>
      tokenKind(other.x.identity) === 'manipulated' && isRequired(other) && isSuccess(other.x) && !isHtml(other.x),
  );
  if (!anyToken && (kind === 'logged-out' || (statuses.includes(401) && afterLogout(attempt, view))))
    return { ...leavesLoggedOut(attempt, view, fact), fits: ['http-status'] };
  if (statuses.includes(401))
    return {
      cause: 'auth-token-not-validated',
      phase: 'auth',
      signal: 'medium',
      fact,
      detail: `${x.identity} served over HTTP`,
      fits: ['http-status'],
    };
  if (statuses.includes(403))
    return ADMIN.test(view.path)
      ? {
          cause: 'privilege-escalation',
          phase: 'http-api',
          signal: 'high',
          fact,
          detail: `ordinary user served on ${view.route}`,
        }
      : {
          cause: 'isolation-breach-http',
          phase: 'http-api',
          signal: 'high',
          fact,
          detail: "another user's record served",
          fits: ['foreign-data'],
        };
  if (LIFECYCLE.test(view.path))
    return {
      cause: 'lifecycle-state-wrong',
      phase: 'http-api',
      signal: 'high',
      fact,
      detail: `success where ${x.expected ?? ''} is due`,
      fits: ['not-persisted', 'foreign-data'],
    };
  if (
    statuses.includes(404) &&
    RECORD.test(view.path) &&
    before(attempt, view).some((other) => other.x.method === 'DELETE' && other.path === view.path)
  )
    return {
      cause: 'persistence-lost',
      phase: 'http-api',
      signal: 'high',
      fact,
      detail: 'deleted, and still there',
      facet: 'store',
      fits: ['not-persisted'],
    };
  if (statuses.includes(422) && /[?&](?:limit|offset)=/.test(x.url))
    return {
      cause: 'pagination-wrong',
      phase: 'http-api',
      signal: 'medium',
      fact,
      detail: 'limit or offset out of range served',
    };
  return {
    cause: 'error-status-wrong',
    phase: 'http-api',
    signal: 'medium',
    fact,
    detail: `${x.status ?? 0} where ${x.expected ?? ''} is due on ${view.route}`,
    facet: view.route,
  };
};

/** What an optional route says of who asks; matches in a body that was cut off, too. */
const OPTIONAL: Readonly<Record<string, RegExp>> = {
  '/api/mcp/status': /"authenticated"\s*:\s*(true|false)/,
  '/api/messages/': /"status"\s*:\s*"(authenticated|anonymous)"/,
};

/** An optional route contradicts the token that was sent. */
export const optionalAuthDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  const said = view.x.status === 200 ? OPTIONAL[view.path]?.exec(view.x.body)?.[1] : undefined;
  if (said === undefined) return null;
  const yes = said === 'true' || said === 'authenticated';
  const kind = tokenKind(view.x.identity);
  const fact = `${view.x.method} ${view.path} as ${view.x.identity}: authenticated ${String(yes)}`;
  const fits = ['http-body', 'http-status', 'auth-rejected', 'auth-accepted'] as const;
  if (kind === 'valid' && !yes)
    return scene.tokenGood === true
      ? {
          cause: 'auth-valid-token-rejected',
          phase: 'auth',
          signal: 'medium',
          fact,
          detail: 'valid token not recognised on optional routes',
          fits,
          facet: 'http',
        }
      : {
          cause: 'auth-secret-mismatch',
          phase: 'auth',
          signal: scene.probes.verifyValid === true ? 'high' : 'medium',
          fact,
          detail: 'every token is refused on every required route',
          fits,
        };
  if (kind === 'manipulated' && yes)
    return {
      cause: 'auth-token-not-validated',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: `${view.x.identity} counts as authenticated`,
      fits,
    };
  if (kind === 'logged-out' && yes)
    return {
      cause: 'session-logout-ignored',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: 'logged-out token counts as authenticated',
      fits,
    };
  if (kind === 'none' && yes)
    return {
      cause: 'anonymous-access',
      phase: 'auth',
      signal: 'high',
      fact,
      detail: 'nobody counts as authenticated',
      fits,
    };
  return null;
};
