/** What Playwright tells about one attempt, as the record keeps it. */
import { stripVTControlCharacters } from 'node:util';
import type { TestError, TestResult } from '@playwright/test/reporter';
import { failureOf } from '../evidence/failure.ts';
import { inert } from '../evidence/inert.ts';
import { redact } from '../evidence/redaction.ts';
import type { Attempt, AttemptFailure } from './record.ts';

const EXCERPT = 2_000;
const FAILURES = 20;

export const textOf = (error: TestError): string =>
  inert(redact(stripVTControlCharacters(error.message ?? error.value ?? 'an error without a message')));

const excerptOf = (text: string): string =>
  text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT)} (${(text.length - EXCERPT).toString()} more characters)`;

const failure = (error: TestError, timedOut: boolean): AttemptFailure => {
  const text = textOf(error);
  const named = failureOf(text);
  const promise = excerptOf(named.promise);
  if (named.class === 'unknown' && timedOut)
    return { class: 'deadline', key: 'test.timeout', promise, excerpt: excerptOf(text) };
  return { ...named, promise, excerpt: excerptOf(text) };
};

export const attemptOf = (result: TestResult): Attempt => ({
  retry: result.retry,
  status: result.status,
  startedAt: result.startTime.toISOString(),
  durationMs: Math.max(0, Math.round(result.duration)),
  worker: result.workerIndex,
  failures: result.errors.slice(0, FAILURES).map((error) => failure(error, result.status === 'timedOut')),
});
