/** Who may call an endpoint, and what everybody else meets. */
import type { Meaning, Refusal, Refusals } from './refusals.ts';

export type Host = 'api' | 'auth';

/**
 * Who may call an endpoint.
 * `public`: anybody, the same response. `optional`: anybody, a personal response with a valid token.
 * `required`: a valid token. `owned`: that of the owner. `administrator`: that of an administrator.
 */
export const ACCESS = ['public', 'optional', 'required', 'owned', 'administrator'] as const;
export type Access = (typeof ACCESS)[number];

/** Somebody who must not be served as the rightful user is: without a token, with one that is none, or with another's. */
export type Intruder = 'anonymous' | 'bad-token' | 'other-user';

/** What an intruder meets; undefined = they are served, as anybody is. */
export const refusalOf = (access: Access, intruder: Intruder): Meaning | undefined => {
  if (access === 'public' || access === 'optional') return undefined;
  if (intruder === 'anonymous') return 'notAuthenticated';
  if (intruder === 'bad-token') return 'badToken';
  return access === 'required' ? undefined : 'forbidden';
};

/** The auth service has one refusal for every caller, whatever is wrong with them. */
export const refusalAt = (host: Host, refusals: Refusals, meaning: Meaning, access?: Access): Refusal => {
  if (host === 'auth' && (meaning === 'notAuthenticated' || meaning === 'forbidden')) return refusals.badToken;
  // That somebody is no administrator says nothing about whom a record belongs to.
  return meaning === 'forbidden' && access === 'administrator' ? refusals.notAdministrator : refusals[meaning];
};
