/** Requests are judged by zod; what it finds is told in the words of section 5.3. */
import type { z } from 'zod';
import { isObject, type HttpCall } from '../unit.ts';
import { Invalid, type ValidationItem } from './reply.ts';

const FIELD_REQUIRED = 'Field required';

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) ? value[String(key)] : undefined), input);

const itemOf = (place: 'body' | 'query' | 'path', input: unknown, issue: z.core.$ZodIssue): ValidationItem => {
  const loc = [place, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
  const value = at(input, issue.path);
  if (value === undefined)
    return { type: 'missing', loc, msg: FIELD_REQUIRED, input: issue.path.length > 0 ? input : null };
  const type =
    issue.code === 'invalid_type'
      ? `${issue.expected}_type`
      : issue.code === 'too_small'
        ? 'too_short'
        : issue.code === 'too_big'
          ? 'too_long'
          : 'value_error';
  return { type, loc, msg: issue.message, input: value };
};

/** The body, or {@link Invalid}. A missing body is one problem of its own, unless the route can do without. */
export const bodyOf = <Schema extends z.ZodType>(
  call: HttpCall,
  schema: Schema,
  bodyOptional = false,
): z.output<Schema> => {
  if (call.body.kind === 'none' && !bodyOptional) {
    throw new Invalid([{ type: 'missing', loc: ['body'], msg: FIELD_REQUIRED, input: null }]);
  }
  const value = call.body.kind === 'json' ? call.body.value : {};
  if (!isObject(value)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    throw new Invalid([{ type: 'model_attributes_type', loc: ['body'], msg, input: value }]);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Invalid(parsed.error.issues.map((issue) => itemOf('body', value, issue)));
};

const wholeNumber = (
  call: HttpCall,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number | ValidationItem => {
  const given = call.query.get(name);
  const loc = ['query', name];
  if (given === null) return fallback;
  if (!/^[+-]?\d+$/.test(given))
    return { type: 'int_parsing', loc, msg: 'Input should be a valid integer', input: given };
  const value = Number(given);
  if (value < least) {
    return { type: 'greater_than_equal', loc, msg: `Input should be greater than or equal to ${least}`, input: given };
  }
  if (value > most) {
    return { type: 'less_than_equal', loc, msg: `Input should be less than or equal to ${most}`, input: given };
  }
  return value;
};

export interface Page {
  limit: number;
  offset: number;
}

/** `limit` 1..100 and `offset` from 0. */
export const pageOf = (call: HttpCall, defaultLimit: number): Page => {
  const limit = wholeNumber(call, 'limit', defaultLimit, 1, 100);
  const offset = wholeNumber(call, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  const problems = [limit, offset].filter((value) => typeof value !== 'number');
  if (typeof limit === 'number' && typeof offset === 'number') return { limit, offset };
  throw new Invalid(problems);
};
