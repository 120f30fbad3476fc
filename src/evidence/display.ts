/** What people and runners are shown of a text from outside: no secret, no command, and no more than a page of it. */
import { abridged } from './bounds.ts';
import { inert, inertError } from './inert.ts';
import { redact, redactError } from './redaction.ts';

export const displayed = (text: string): string => inert(abridged(redact(text)));

/** The first line of an error. */
export const firstLineOf = (error: unknown): string =>
  displayed(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error));

/** An error and what caused it, in place. */
export const displayError = (error: unknown): void => {
  redactError(error);
  inertError(error);
};
