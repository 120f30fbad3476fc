/** `ctrf.json`: the Common Test Report Format, with every attempt of a retried test. */
import type { CTRFReport, RetryAttempt, Test, TestStatus } from 'ctrf';
import { breachLine } from './breach.ts';
import type { Breach } from './breach.ts';
import { cell, shown } from './format.ts';
import type { Attempt, Row } from './record.ts';
import type { Report } from './report.ts';

const SPEC_VERSION = '0.0.0';

// `other` keeps "no evidence" apart from a skip that somebody wanted.
const STATUS: Readonly<Record<Row['result'], TestStatus>> = {
  verified: 'passed',
  degraded: 'passed',
  flaky: 'passed',
  failed: 'failed',
  unverified: 'other',
};

const attemptStatus = ({ status }: Attempt): TestStatus =>
  status === 'passed' ? 'passed' : status === 'skipped' ? 'skipped' : status === 'interrupted' ? 'other' : 'failed';

const messageOf = (attempt: Attempt): string => cell(attempt.failures.map((failure) => failure.excerpt).join('\n\n'));

const retryAttempt = (attempt: Attempt, index: number): RetryAttempt => ({
  attempt: index + 1,
  status: attemptStatus(attempt),
  duration: Math.round(attempt.durationMs),
  ...(attempt.failures.length === 0 ? {} : { message: messageOf(attempt) }),
});

const testOf = (row: Row, breaches: readonly Breach[]): Test => {
  const own = breaches.filter(({ tests }) => tests.includes(row.id));
  const reason = [...own.map(breachLine), ...(row.reason === null ? [] : [row.reason])].join('; ');
  const last = row.attempts.at(-1);
  const start = last === undefined ? undefined : Date.parse(last.startedAt);
  const links = row.evidence.flatMap(({ name, contentType, path }) =>
    path === null ? [] : [{ name, contentType, path: `impact/${path}` }],
  );
  return {
    testId: row.id,
    name: cell(row.title ?? `${row.id} ${row.name}`),
    status: own.length > 0 ? 'failed' : STATUS[row.result],
    rawStatus: row.result,
    duration: Math.round(last?.durationMs ?? 0),
    ...(last === undefined || start === undefined ? {} : { start, stop: start + Math.round(last.durationMs) }),
    suite: [row.priority, row.capability],
    ...(reason === '' ? {} : { message: cell(reason) }),
    ...(last === undefined || last.failures.length === 0 ? {} : { trace: messageOf(last) }),
    ...(row.file === null ? {} : { filePath: row.file }),
    retries: Math.max(0, row.attempts.length - 1),
    ...(row.attempts.length < 2 ? {} : { retryAttempts: row.attempts.slice(0, -1).map(retryAttempt) }),
    flaky: row.result === 'flaky',
    type: 'e2e',
    labels: {
      result: row.result,
      priority: row.priority,
      capability: row.capability,
      ...(row.cause === null ? {} : { cause: row.cause.id, confidence: row.cause.confidence }),
    },
    ...(links.length === 0 ? {} : { attachments: links }),
    extra: {
      name: row.name,
      claim: row.claim,
      parts: row.parts.map(({ name, result, reason, durationMs, cause }) => ({
        name: cell(name),
        result,
        reason: reason === null ? null : cell(reason),
        duration: durationMs,
        cause: cause?.id ?? null,
      })),
      degraded: row.degraded.map(cell),
      notApplicable: row.notApplicable.map(cell),
      cleanup: row.cleanup.map(cell),
    },
  };
};

export const ctrf = ({ record, assessment }: Report): CTRFReport => {
  const tests = assessment.rows.map((row) => testOf(row, assessment.breaches));
  const count = (status: TestStatus) => tests.filter((test) => test.status === status).length;
  return {
    reportFormat: 'CTRF',
    specVersion: SPEC_VERSION,
    runId: record.runId,
    timestamp: record.endedAt,
    generatedBy: 'goldenpath',
    results: {
      tool: { name: 'playwright', version: record.playwright },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        skipped: count('skipped'),
        pending: count('pending'),
        other: count('other'),
        flaky: tests.filter((test) => test.flaky === true).length,
        start: Date.parse(record.startedAt),
        stop: Date.parse(record.endedAt),
        duration: Math.round(record.durationMs),
      },
      tests,
      environment: {
        reportName: 'goldenpath',
        healthy: assessment.verdict === 'GO',
        ...(record.git.commit === null ? {} : { commit: record.git.commit }),
        ...(record.target === null ? {} : { testEnvironment: record.target.environment, appName: record.target.api }),
      },
      extra: {
        verdict: shown(assessment),
        parts: assessment.parts,
        reasons: assessment.reasons.map(cell),
        record: record.hash,
      },
    },
  };
};
