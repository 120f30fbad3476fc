/** What Playwright tells about one attempt, as the record keeps it. */
import { stripVTControlCharacters } from 'node:util';
import type { TestError, TestResult } from '@playwright/test/reporter';
import { ANNOTATION, ownExchanges } from '../evidence/annotations.ts';
import { failureOf, WORKER_EXIT, WORKER_STANDSTILL, type Failure } from '../evidence/failure.ts';
import { inert } from '../evidence/inert.ts';
import { redact } from '../evidence/redaction.ts';
import { idOf } from '../contract/catalogue.ts';
import type { Attempt, AttemptFailure } from './record.ts';

const EXCERPT = 2_000;
const FAILURES = 20;

export const textOf = (error: TestError): string =>
  inert(redact(stripVTControlCharacters(error.message ?? error.value ?? 'an error without a message')));

export const excerptOf = (text: string): string =>
  text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT)} (${(text.length - EXCERPT).toString()} more characters)`;

export const failureText = (failure: Failure): string => `[${failure.class}] ${failure.key}: ${failure.promise}`;

/** What Playwright says of a test whose process is gone; why it went is in the last words of that process. */
const GONE = /^Error: worker process exited unexpectedly (\([^)]*\))/;

const ofProcess = (how: string, { stderr }: TestResult): Failure => {
  const said = stderr.map(String).join('').split('\n').map(failureOf);
  return (
    said.findLast(({ key }) => key === WORKER_STANDSTILL) ?? {
      class: 'unknown',
      key: WORKER_EXIT,
      promise: `the process of the test ended before the test did ${how}`,
    }
  );
};

const failure = (error: TestError, result: TestResult): AttemptFailure => {
  const text = textOf(error);
  const gone = GONE.exec(text)?.[1];
  const named = gone === undefined ? failureOf(text) : ofProcess(gone, result);
  const promise = excerptOf(named.promise);
  if (named.class === 'unknown' && result.status === 'timedOut')
    return { class: 'deadline', key: 'test.timeout', promise, excerpt: excerptOf(text) };
  return { ...named, promise, excerpt: excerptOf(text) };
};

const described = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What this attempt of this test says that it did; of another one it is no evidence. */
const ownOf = (title: string, { annotations, retry }: TestResult): Attempt['own'] => {
  for (const { type, description = '' } of annotations) {
    if (type !== ANNOTATION.own) continue;
    const said = ownExchanges.safeParse(described(description)).data;
    if (said === undefined || said.test !== idOf(title) || said.attempt !== retry) continue;
    const { requests, sockets, pages } = said;
    return { requests, sockets, pages };
  }
  return null;
};

export const attemptOf = (title: string, result: TestResult): Attempt => ({
  retry: result.retry,
  status: result.status,
  startedAt: result.startTime.toISOString(),
  durationMs: Math.max(0, Math.round(result.duration)),
  worker: result.workerIndex,
  failures: result.errors.slice(0, FAILURES).map((error) => failure(error, result)),
  own: ownOf(title, result),
});
