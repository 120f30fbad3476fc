/** Rows and records as a run would have left them, for checks that need no run. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RECORD_VERSION } from '../../src/reporter/record.ts';
import { impactModel } from '../../src/reporter/model.ts';
import type { ImpactModel } from '../../src/reporter/model.ts';
import type { Attempt, RecordBody, Result, Row, RowPart } from '../../src/reporter/record.ts';
import { CATALOGUE, partsOf } from '../../src/contract/catalogue.ts';
import { preflightReport, STAGING } from './samples.ts';

export const MODEL_FILE = resolve(import.meta.dirname, '../../impact.model.json');

export const MODEL: ImpactModel = impactModel.parse(JSON.parse(readFileSync(MODEL_FILE, 'utf8')));

const attempt = (status: Attempt['status'], retry = 0, failures: Attempt['failures'] = []): Attempt => ({
  retry,
  status,
  startedAt: `2025-09-09T17:35:${(retry + 10).toString()}.000Z`,
  durationMs: 480,
  worker: 0,
  failures,
  own: { requests: 4, sockets: 1, pages: 0 },
});

const refusal = (failureClass: Attempt['failures'][number]['class']): Attempt['failures'][number] => ({
  class: failureClass,
  key: 'socket.welcome',
  promise: 'closed by the server with 1011 "Internal error" 151 ms after it opened',
  excerpt: `[${failureClass}] socket.welcome: closed by the server with 1011 "Internal error" 151 ms after it opened`,
});

const ATTEMPTS: Readonly<Record<Result, readonly Attempt[]>> = {
  verified: [attempt('passed')],
  degraded: [attempt('passed')],
  flaky: [attempt('failed', 0, [refusal('deadline')]), attempt('passed', 1)],
  failed: [attempt('failed', 0, [refusal('http-status')])],
  unverified: [],
};

/** As a run leaves them: of a test that is not verified its first part is not. */
const partsWith = (
  names: readonly string[],
  result: Result,
  attempts: readonly Attempt[],
  cause: RowPart['cause'],
): RowPart[] =>
  names.map((name, index) => {
    const own = index === 0 || result === 'unverified' ? result : 'verified';
    const failure = attempts.find(({ failures }) => failures.length > 0)?.failures[0] ?? null;
    return {
      name,
      result: own,
      reason: own === 'verified' ? null : `because it is ${own}`,
      durationMs: own === 'unverified' ? 0 : 60,
      own: { requests: own === 'unverified' ? 0 : 3, sockets: 0, frames: 0, pages: 0 },
      failure: own === 'failed' || own === 'flaky' ? failure : null,
      degraded: own === 'degraded' ? ['latency.first-token: 5.2 s'] : [],
      cause: own === 'failed' ? cause : null,
    };
  });

export const rowOf = (id: string, result: Result = 'verified', change: Partial<Row> = {}): Row => {
  const entry = CATALOGUE.find((candidate) => candidate.id === id);
  return {
    id,
    name: entry?.name ?? 'further_test_real',
    priority: id.slice(0, 2),
    capability: entry?.capability ?? 'resilience',
    claim: entry?.claim ?? 'Something further holds.',
    title: `${id} a claim - an expected result`,
    file: 'tests/p1/some.spec.ts',
    result,
    reason: result === 'verified' ? null : `because it is ${result}`,
    parts: partsWith(
      entry === undefined ? ['Something further holds.'] : partsOf(entry),
      change.result ?? result,
      change.attempts ?? ATTEMPTS[result],
      change.cause ?? null,
    ),
    outside: null,
    attempts: [...ATTEMPTS[result]],
    degraded: result === 'degraded' ? ['latency.first-token: 5.2 s'] : [],
    notes: [],
    notApplicable: [],
    cleanup: [],
    evidence: [],
    cause: null,
    ...change,
  };
};

/** The rows of a run in which the named tests had other results than `verified`. */
export const rowsWith = (results: Readonly<Record<string, Result>> = {}): Row[] =>
  CATALOGUE.filter((entry) => entry.priority === 'P1').map((entry) => rowOf(entry.id, results[entry.id] ?? 'verified'));

export const cleanlyRefused = (id: string): Row =>
  rowOf(id, 'failed', {
    reason: 'ws-clean-refusal',
    attempts: [attempt('failed', 0, [refusal('ws-clean-refusal')])],
  });

export const recordOf = (rows: Row[], change: Partial<RecordBody> = {}): RecordBody => ({
  version: RECORD_VERSION,
  runId: 'nightly-2025-09-09',
  git: { commit: '574ef53dc0ffee574ef53dc0ffee574ef53dc0ff', dirty: false, detail: null },
  target: STAGING,
  playwright: '1.65.1',
  startedAt: '2025-09-09T17:35:02.000Z',
  endedAt: '2025-09-09T17:35:41.300Z',
  durationMs: 39_300,
  status: rows.some((row) => row.result === 'failed') ? 'failed' : 'passed',
  merged: false,
  settings: { config: 'playwright.config.ts', loaders: [], retries: 0, timeLimits: true },
  declarations: {
    model: { file: 'impact.model.json', sha256: null },
    waivers: { file: 'waivers.json', sha256: null },
  },
  shards: { total: 1, seen: [{ current: 1, total: 1, nonce: 'n-1', copies: 1 }] },
  spent: { requests: 447, sockets: 62 },
  preflight: [preflightReport(STAGING)],
  rows,
  errors: [],
  errorsDropped: 0,
  causes: [],
  findings: [],
  answers: [],
  lastRun: null,
  ledger: { id: 'r-1', path: '../../.goldenpath-runs.jsonl' },
  hasResults: false,
  ...change,
});
