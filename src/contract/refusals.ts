/** Refusals by what they mean. A release says how one looks; that there is one is never up to it. */
import type { EnvelopeStatus } from './errors.ts';

export const MEANINGS = [
  'notAuthenticated',
  'badToken',
  'forbidden',
  'notAdministrator',
  'unknown',
  'conflict',
  'invalid',
  'tooLarge',
  'rateLimited',
] as const;
export type Meaning = (typeof MEANINGS)[number];

/** How an HTTP refusal looks; the first status is the usual one, the others are tolerated. The code follows from the status. */
export interface Refusal {
  readonly statuses: readonly [EnvelopeStatus, ...EnvelopeStatus[]];
  /** What it says at every endpoint. */
  readonly message?: string;
}
export type Refusals = Readonly<Record<Meaning, Refusal>>;

/** There is no such record, whichever release says so. */
export const isUnknown = (status: number | null): boolean => status === 404;

/** A caller is turned down for who they are, whichever form a release gives it. */
export const isAccessRefusal = (status: number | null): boolean => status === 401 || status === 403;
