/**
 * How a failure names itself: `[class] key: the promise that was broken`, as the first line of the error.
 * It survives every artifact and a blob merge, and it is what the diagnosis starts from.
 */
import { displayed, displayError } from './display.ts';

/** Where a test stopped. The cause (why) is the diagnosis' business. */
export const FAILURE_CLASSES = [
  'dns',
  'tcp-refused',
  'tcp-reset',
  'tls',
  'http-status',
  'http-body',
  'token-source',
  'auth-rejected',
  'auth-accepted',
  'deadline',
  'ws-upgrade',
  'ws-subprotocol',
  'ws-clean-refusal',
  'ws-closed-early',
  'ws-closed-late',
  'ws-silent',
  'ws-mute',
  'ws-wrong-user',
  'ws-frame',
  'events-missing',
  'events-order',
  'answer-wrong',
  'answer-failure',
  'foreign-data',
  'not-persisted',
  'pagination',
  'limit',
  'unknown',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

export interface Failure {
  readonly class: FailureClass;
  /** Stable name of the assertion, such as `thread.rename.reread`. */
  readonly key: string;
  /** The first line without class and key. */
  readonly promise: string;
}

/** Key of a test whose process stood still and was killed by the watchdog, and of one whose process ended in another way. */
export const WORKER_STANDSTILL = 'worker.standstill';
export const WORKER_EXIT = 'worker.exit';

/** The first line of a failure; given to `expect` as its message. */
export const because = (failureClass: FailureClass, key: string, promise: string) =>
  `[${failureClass}] ${key}: ${displayed(promise)}`;

const LINE = new RegExp(`\\[(${FAILURE_CLASSES.join('|')})\\] ([A-Za-z0-9_.-]+): ([^\\n]*)`);

/** Reads the failure back from an error's message; a message that names none is `unknown`. */
export const failureOf = (message: string): Failure => {
  const found = LINE.exec(message);
  return found === null
    ? { class: 'unknown', key: 'unnamed', promise: message.split('\n', 1)[0] ?? '' }
    : { class: found[1] as FailureClass, key: found[2] ?? '', promise: found[3] ?? '' };
};

/** The line of the test says more than the line of the client it called. */
const pointAtTest = (stack: string): string => {
  const lines = stack.split('\n');
  const kept = lines.filter((line) => !/^\s+at .*[\\/](?:fixtures|evidence)[\\/]/.test(line));
  return kept.some((line) => /^\s+at .*[\\/]tests[\\/]/.test(line)) ? kept.join('\n') : stack;
};

/** An error of the suite's own clients, with the same first line. */
export class ClassifiedError extends Error {
  override readonly name = 'ClassifiedError';
  readonly failureClass: FailureClass;
  readonly key: string;

  constructor(failureClass: FailureClass, key: string, promise: string, options?: { cause?: unknown }) {
    displayError(options?.cause);
    super(because(failureClass, key, promise), options);
    this.failureClass = failureClass;
    this.key = key;
    if (this.stack !== undefined) this.stack = pointAtTest(this.stack);
  }
}
