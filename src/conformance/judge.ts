/** What a response has to be, by the access of its endpoint and by who asks. */
import { authError } from '../contract/auth.ts';
import { z } from 'zod';
import { refusalAt, refusalOf, type Access, type Intruder } from '../contract/access.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { envelope, ERROR_CODES, validationError } from '../contract/errors.ts';
import type { Meaning } from '../contract/refusals.ts';
import { parseBody, story, type Reply } from '../../fixtures/reply.ts';

/** `served`: as the rightful user is, though perhaps less personally. */
export type Expected = 'served' | Meaning;

/** Undefined: not asked, since it says nothing or would be in the way of later calls. */
export const expectedOf = ({ access, method }: Endpoint, intruder: Intruder): Expected | undefined => {
  if (access === 'public' && method !== 'GET') return undefined;
  if (access === 'public' || access === 'optional') return intruder === 'other-user' ? undefined : 'served';
  return access === 'administrator' && intruder === 'other-user' ? undefined : refusalOf(access, intruder);
};

export const rightfully = (access: Access): Expected => (access === 'administrator' ? 'forbidden' : 'served');

/** Request validation has a body of its own. */
const unprocessable = z.union([validationError, envelope]);

const refused = (endpoint: Endpoint, reply: Reply, expected: Meaning): string | undefined => {
  const { host } = endpoint;
  const { statuses } = refusalAt(host, reply.release.refusals, expected, endpoint.access);
  const status = statuses.find((one) => one === reply.status);
  if (status === undefined) return story(reply.answer, statuses.join(' or '));
  const schema = host === 'auth' ? authError : expected === 'invalid' ? unprocessable : envelope;
  const body = parseBody<z.ZodType<Readonly<Record<string, unknown>>>>(reply.answer, schema);
  if ('wrong' in body) return `${story(reply.answer, `${status} with the body of an error`)} — ${body.wrong}`;
  const code = body.value['error_code'];
  return code === undefined || code === ERROR_CODES[status]
    ? undefined
    : story(reply.answer, `${status} ${ERROR_CODES[status]}`);
};

/** What differs; undefined = nothing. The frames of an event stream are judged elsewhere. */
export const differenceOf = (endpoint: Endpoint, reply: Reply, expected: Expected): string | undefined => {
  if (expected !== 'served') return refused(endpoint, reply, expected);
  if (reply.status !== 200) return story(reply.answer, '200');
  if (endpoint.success === undefined) return undefined;
  const body = parseBody(reply.answer, endpoint.success);
  return 'wrong' in body ? `${story(reply.answer, "200 of the contract's shape")} — ${body.wrong}` : undefined;
};
