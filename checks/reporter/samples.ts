/** Reports and records that the checks start from. */
import { because } from '../../src/evidence/failure.ts';
import type { FailureClass } from '../../src/evidence/failure.ts';
import type { PartReport } from '../../src/evidence/parts.ts';
import type { PreflightReport } from '../../src/evidence/preflight.ts';

export const STANDIN: PreflightReport['target'] = {
  kind: 'standin',
  api: 'http://127.0.0.1:41234',
  ws: 'ws://127.0.0.1:41234/ws',
  auth: 'http://127.0.0.1:41234',
  frontend: 'http://localhost:3000',
  environment: 'staging',
  standinVersion: '0.1.0',
};

export const STAGING: PreflightReport['target'] = {
  kind: 'remote',
  api: 'https://api.staging.example',
  ws: 'wss://api.staging.example/ws',
  auth: 'https://auth.staging.example',
  frontend: 'https://app.staging.example',
  environment: 'staging',
  standinVersion: null,
};

export const preflightReport = (
  target: PreflightReport['target'] = STANDIN,
  stopped: PreflightReport['stopped'] = null,
  settings: Partial<PreflightReport['settings']> = {},
): PreflightReport => ({
  version: 1,
  startedAt: 1_757_439_300_000,
  target,
  settings: {
    concurrentUsers: 20,
    degradation: 'fail',
    pace: 'default',
    tokenSource: 'auth-service',
    contract: null,
    hooks: ['simulate_delay', 'force_failure'],
    budget: { requests: 1_230, sockets: 110 },
    ...settings,
  },
  stopped,
  warmUp: { ms: 40, attempts: [{ at: 0, observed: '200' }] },
  checks: [
    { id: 'dns', outcome: 'ok', ms: 1, detail: '127.0.0.1' },
    {
      id: 'health',
      outcome: stopped === null ? 'ok' : 'failed',
      ms: 12,
      detail: stopped?.message ?? 'GET /health -> 200',
    },
  ],
  identities: [],
  detection: { sent: { 'X-E2E-Test': 'true' }, server: { enabled: false, variables: {}, auth_bypass_active: false } },
  contract: { release: 'beta-9', chosen: 'fingerprint', fits: 12, of: 12, others: [], differences: [] },
  wsHealth: { status: 'healthy', service: 'websocket', active_connections: 0 },
  socket: { welcomeMs: 31, failure: null },
});

/** Statement of a preflight test that attaches a report, and fails when the report says that the run stops. */
export const preflightOf = (
  target: PreflightReport['target'] = STANDIN,
  stopped: PreflightReport['stopped'] = null,
  settings: Partial<PreflightReport['settings']> = {},
): string => {
  const report = JSON.stringify(JSON.stringify(preflightReport(target, stopped, settings)));
  const attach = `await info.attach('preflight.json', { body: ${report}, contentType: 'application/json' });`;
  return stopped === null ? attach : `${attach} throw new Error(${JSON.stringify(stopped.message)});`;
};

export const partOf = (name: string, change: Partial<PartReport> = {}): PartReport => ({
  name,
  result: 'verified',
  reason: null,
  startedAt: 1_757_439_303_000,
  durationMs: 40,
  own: { requests: 2, sockets: 0, frames: 0, pages: 0 },
  failure: null,
  degraded: [],
  ...change,
});

export const failedPart = (name: string, failureClass: FailureClass, key: string, promise: string): PartReport =>
  partOf(name, {
    result: 'failed',
    reason: because(failureClass, key, promise),
    failure: { class: failureClass, key, promise, message: because(failureClass, key, promise) },
  });

/** Statement of a test that attaches what its parts showed. */
export const showing = (test: string, parts: readonly PartReport[], attempt = 'info.retry'): string =>
  `await info.attach('parts.json', { contentType: 'application/json', body: JSON.stringify({ version: 1, test: ${JSON.stringify(test)}, attempt: ${attempt}, parts: ${JSON.stringify(parts)}, given: null }) });`;

export const failing = (failureClass: FailureClass, key: string, promise: string): string =>
  `throw new Error(${JSON.stringify(because(failureClass, key, promise))});`;

/** The four socket tests of 2025-09-09 17:35Z. */
export const session5: Readonly<Record<string, string>> = Object.fromEntries(
  ['P1-01', 'P1-02', 'P1-03', 'P1-04'].map((id) => [
    id,
    failing(
      'ws-clean-refusal',
      'socket.welcome',
      'closed by the server with 1011 "Internal error" 151 ms after it opened',
    ),
  ]),
);
