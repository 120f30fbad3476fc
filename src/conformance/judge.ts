/** What a response has to be, by the access of its endpoint and by who asks. */
import { authError } from '../contract/auth.ts';
import { refusalAt, type Access } from '../contract/access.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { envelope, ERROR_CODES } from '../contract/errors.ts';
import type { Meaning } from '../contract/refusals.ts';
import { parseBody, story, type Reply } from '../../fixtures/reply.ts';

/** `served`: as the rightful user is, though perhaps less personally. */
export type Expected = 'served' | 'anonymous-refused' | 'token-refused' | 'forbidden';
export type Intruder = 'anonymous' | 'bad-token' | 'other-user';

/** Undefined: not asked, since it says nothing or would be in the way of later calls. */
export const expectedOf = ({ access, method }: Endpoint, intruder: Intruder): Expected | undefined => {
  if (access === 'public' && method !== 'GET') return undefined;
  if (access === 'public' || access === 'optional') return intruder === 'other-user' ? undefined : 'served';
  if (intruder === 'anonymous') return 'anonymous-refused';
  if (intruder === 'bad-token') return 'token-refused';
  return access === 'owned' ? 'forbidden' : undefined;
};

export const rightfully = (access: Access): Expected => (access === 'administrator' ? 'forbidden' : 'served');

const MEANING = {
  'anonymous-refused': 'notAuthenticated',
  'token-refused': 'badToken',
  forbidden: 'forbidden',
} as const satisfies Record<Exclude<Expected, 'served'>, Meaning>;

const refused = (endpoint: Endpoint, reply: Reply, expected: Exclude<Expected, 'served'>): string | undefined => {
  const ofAuth = endpoint.host === 'auth';
  const allowed = refusalAt(endpoint.host, reply.release.refusals, MEANING[expected], endpoint.access).statuses;
  const status = allowed.find((one) => one === reply.status);
  if (status === undefined) return story(reply.answer, allowed.join(' or '));
  const body = parseBody(reply.answer, ofAuth ? authError : envelope);
  if ('wrong' in body) return `${story(reply.answer, `${status} with the body of an error`)} — ${body.wrong}`;
  const code = 'error_code' in body.value ? body.value.error_code : undefined;
  return ofAuth || code === ERROR_CODES[status] ? undefined : story(reply.answer, `${status} ${ERROR_CODES[status]}`);
};

/** What differs; undefined = nothing. The frames of an event stream are judged elsewhere. */
export const differenceOf = (endpoint: Endpoint, reply: Reply, expected: Expected): string | undefined => {
  if (expected !== 'served') return refused(endpoint, reply, expected);
  if (reply.status !== 200) return story(reply.answer, '200');
  if (endpoint.success === undefined) return undefined;
  const body = parseBody(reply.answer, endpoint.success);
  return 'wrong' in body ? `${story(reply.answer, "200 of the contract's shape")} — ${body.wrong}` : undefined;
};
