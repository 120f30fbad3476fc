/** What Playwright tells about one attempt, as the record keeps it. */
import { stripVTControlCharacters } from 'node:util';
import type { TestError, TestResult } from '@playwright/test/reporter';
import { ANNOTATION, ownExchanges } from '../evidence/annotations.ts';
import { failureOf } from '../evidence/failure.ts';
import { inert } from '../evidence/inert.ts';
import { redact } from '../evidence/redaction.ts';
import { idOf } from '../contract/catalogue.ts';
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
  failures: result.errors.slice(0, FAILURES).map((error) => failure(error, result.status === 'timedOut')),
  own: ownOf(title, result),
});
