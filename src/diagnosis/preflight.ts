/** A run that preflight ended: what was observed instead of a target, told from one line an observation. */
import type { FailureClass } from '../evidence/failure.ts';
import type { CauseId } from './causes.ts';
import { finding, type Finding, type FindingDraft } from './finding.ts';
import { exchangeDraft } from './http-status.ts';
import { httpView, type HttpView } from './http-view.ts';
import { signOf } from './network.ts';
import { isStarting } from './platform.ts';
import type { RedAttempt, Scene } from './scene.ts';

const draft = (
  cause: CauseId,
  phase: FindingDraft['phase'],
  signal: FindingDraft['signal'],
  fact: string,
): FindingDraft => ({ cause, phase, signal, fact, detail: '' });

const ALL: readonly FailureClass[] = [
  'dns',
  'tcp-refused',
  'tcp-reset',
  'tls',
  'http-status',
  'http-body',
  'token-source',
  'auth-rejected',
  'deadline',
  'unknown',
];

/** Status of `-> 503 in 12 ms` or of `503 Service Unavailable`, never of "expected 200". */
const statusIn = (text: string): number | null => {
  const found =
    /->\s*(?:HTTP )?(\d{3})\b/.exec(text) ??
    /\b(?:HTTP|status)[ :]+(\d{3})\b/i.exec(text) ??
    /^\s*(\d{3})\b/.exec(text);
  return found?.[1] === undefined ? null : Number(found[1]);
};

const TOKEN = /test-auth|E2E_OAUTH_SIMULATION_KEY|bypass key|E2E_TOKEN/i;

/** What one line says; null = nothing that decides. */
export const lineDraft = (text: string, failureClass: FailureClass): FindingDraft | null => {
  const fact = text.replace(/\s+/g, ' ').slice(0, 200);
  const network = signOf(text);
  if (network !== undefined)
    return draft(
      network.cause,
      network.phase,
      network.cause === 'tcp-reset' && /hang up/.test(text) && !/ECONNRESET/.test(text) ? 'low' : network.signal,
      fact,
    );
  if (/leads to a login page of /.test(text)) return draft('edge-misroute', 'http-api', 'high', fact);
  if (isStarting(text)) return draft('cold-start', 'platform', 'high', fact);
  if (/startup_failed/.test(text)) return draft('platform-unavailable', 'platform', 'high', fact);
  const status = statusIn(text);
  if (
    failureClass === 'token-source' &&
    (status === null || [401, 403, 422].includes(status) || /not configured/i.test(text)) &&
    TOKEN.test(text)
  )
    return draft('test-credentials', 'auth', 'high', fact);
  if (
    (status === 403 || status === 401) &&
    /google frontend|<html|text\/html|does not have permission|permission to get/i.test(text)
  )
    return draft('platform-access-denied', 'platform', 'high', fact);
  // The one path asked here is public: the application itself never refuses it.
  if (status === 403 && failureClass === 'http-status')
    return draft('platform-access-denied', 'platform', 'medium', fact);
  if (status === 429)
    return draft(/no available instance/i.test(text) ? 'platform-capacity' : 'edge-ip-ban', 'platform', 'medium', fact);
  if (status === 401 && /token|AUTH_FAILED|Bearer/i.test(text))
    return draft('auth-secret-mismatch', 'auth', 'medium', fact);
  if (status !== null && status >= 500)
    return draft(/"error_code"/.test(text) ? 'app-5xx' : 'platform-unavailable', 'platform', 'high', fact);
  if (status !== null && /<html|text\/html/i.test(text)) return draft('edge-misroute', 'http-api', 'medium', fact);
  if (failureClass === 'auth-rejected') return draft('auth-secret-mismatch', 'auth', 'medium', fact);
  return null;
};

/** Preflight's own requests, judged as those of a test are. */
const preflightExchanges = (scene: Scene): readonly { readonly view: HttpView; readonly one: FindingDraft }[] => {
  const evidence = scene.input.preflightEvidence ?? null;
  if (evidence === null) return [];
  const exchanges = evidence.exchanges.map((x, index) => httpView(x, 'preflight', 0, index));
  const attempt: RedAttempt = {
    test: 'preflight',
    attempt: 0,
    failures: [],
    exchanges,
    sockets: [],
    startedAt: evidence.startedAt,
    lagMs: 0,
    hasEvidence: true,
  };
  return exchanges
    .filter(({ x }) => x.surface !== 'other' && (x.error !== null || (x.status ?? 0) >= 300))
    .flatMap((view) => {
      const one = exchangeDraft(scene, attempt, view);
      return one === null ? [] : [{ view, one }];
    });
};

/** Observations of the warm-up and of failed checks, for every test that was not started. */
export const preflightFindings = (scene: Scene): Finding[] => {
  const { preflight } = scene.input;
  if (preflight?.stopped === null || preflight === null) return [];
  const { stopped, warmUp, checks } = preflight;
  const lines = [
    { text: stopped.message, source: 'preflight', at: preflight.startedAt },
    ...checks
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ id, detail }) => ({ text: detail, source: `preflight check ${id}`, at: preflight.startedAt })),
    // Times of the warm-up count from its start.
    ...warmUp.attempts.map(({ at, observed }) => ({
      text: observed,
      source: 'preflight warm-up',
      at: at < preflight.startedAt ? preflight.startedAt + at : at,
    })),
  ];
  const drafts = lines.flatMap((line, index) => {
    const one = lineDraft(line.text, stopped.class);
    return one === null ? [] : [{ ...line, one, index }];
  });
  const exchanges = preflightExchanges(scene);
  // A server that says what it is doing explains the silence and the bare 503 around it.
  const starting = [...drafts.map(({ one }) => one), ...exchanges.map(({ one }) => one)].find(
    ({ cause }) => cause === 'cold-start',
  );
  const calm = (one: FindingDraft): FindingDraft =>
    starting !== undefined && one.phase !== 'auth'
      ? { ...one, cause: 'cold-start', phase: 'platform', facet: '' }
      : one;
  return scene.units.flatMap(({ key: test }) => [
    ...drafts.map(({ one, source, at, index }) =>
      finding({ test, attempt: 0, source, at, connection: `preflight/${index}` }, { ...calm(one), fits: ALL, rank: 1 }),
    ),
    ...exchanges.map(({ one, view }) =>
      finding(
        { test, attempt: 0, source: `preflight request ${view.index + 1}`, at: view.at, connection: view.connection },
        { ...calm(one), fits: ALL, rank: 0 },
      ),
    ),
  ]);
};
