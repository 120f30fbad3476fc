/** Small damage that any reply or frame can take: which ones, where in them, and what becomes of the value. */
import { z } from 'zod';
import { isObject, type HttpCall } from '../unit.ts';

/** `GET /api/threads/{id}`: the braces stand for one segment of the path. */
const requestPattern = z
  .string()
  .regex(/^(?:GET|POST|PUT|DELETE) \//, 'expected a method and a path, such as "GET /api/threads/{id}"');

/** What a specification has no room for, such as a colon, stands in it percent-encoded. */
export const encodedText = z.string().transform((text) => decodeURIComponent(text));

/** Which requests: on a method and path, from whom, with a header, with or without a text in the query or the body. */
export const requestParameters = {
  on: requestPattern,
  by: z.enum(['anonymous', 'token']).optional(),
  with: z.string().min(1).optional(),
  having: encodedText.optional(),
  lacking: encodedText.optional(),
};

type Requests = z.output<z.ZodObject<typeof requestParameters>>;

const textOf = (call: HttpCall): string =>
  `${call.query.toString()} ${call.body.kind === 'json' ? JSON.stringify(call.body.value) : ''}`;

export const requestsOf = ({ on, by, with: header, having, lacking }: Requests): ((call: HttpCall) => boolean) => {
  const escaped = on.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]*\}/g, '[^/]+');
  const pattern = new RegExp(`^${escaped}$`);
  return (call) =>
    pattern.test(`${call.method} ${call.path}`) &&
    (by === undefined || (by === 'anonymous') === (call.headers.authorization === undefined)) &&
    (header === undefined || call.headers[header] !== undefined) &&
    (having === undefined || textOf(call).includes(having)) &&
    (lacking === undefined || !textOf(call).includes(lacking));
};

/** `3` is the third time only, `3-` the third and every later one. */
export const positionParameter = z
  .string()
  .regex(/^\d+-?$/, 'expected a number, such as 3, or 3- for this and every later time')
  .optional();

/** Counts how often it is asked, and is true at the position; always, where none is given. */
export const onlyThe = (position: string | undefined): (() => boolean) => {
  let count = 0;
  const first = Number.parseInt(position ?? '1');
  const last = position === undefined || position.endsWith('-') ? Infinity : first;
  return () => ++count >= first && count <= last;
};

export const OPERATIONS = ['set', 'drop', 'add', 'swap', 'reverse', 'repeat', 'pop', 'empty', 'first'] as const;

/** Where in a JSON value (`/messages/*` is each of a list), and what becomes of it. */
export const editParameters = {
  at: z.string().regex(/^(?:\/[^/]+)*$/, 'expected a JSON pointer such as /data/user_id'),
  op: z.enum(OPERATIONS).default('set'),
  from: encodedText.optional(),
  to: encodedText.optional(),
  only: positionParameter,
};

type EditParameters = z.output<z.ZodObject<typeof editParameters>>;

/** JSON where it is JSON, else the text itself: the specification of a fault has room for simple values only. */
const valueOf = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
};

const added = (old: unknown, more: unknown): unknown => {
  if (typeof old === 'number') return old + Number(more);
  if (Array.isArray(old)) return [...(old as unknown[]), more];
  return `${String(old)}${String(more)}`;
};

const emptied = (old: unknown): unknown => (Array.isArray(old) ? [] : isObject(old) ? {} : '');

const listed = (old: unknown): readonly unknown[] => (Array.isArray(old) ? (old as unknown[]) : []);

/** Changes values one after another; `first` gives every later one what the first one was. */
const changeOf = ({ op, from, to }: EditParameters): ((old: unknown) => unknown) => {
  let first: { readonly value: unknown } | undefined;
  return (old) => {
    switch (op) {
      case 'set':
        return valueOf(to);
      case 'drop':
        return undefined;
      case 'add':
        return added(old, valueOf(to));
      case 'swap':
        return String(old).replace(from ?? '', to ?? '');
      case 'reverse':
        return [...listed(old)].reverse();
      case 'repeat':
        return [...listed(old).slice(0, 1), ...listed(old)];
      case 'pop':
        return listed(old).slice(0, -1);
      case 'empty':
        return emptied(old);
      case 'first':
        first ??= { value: old };
        return first.value;
    }
  };
};

/** A copy of the value in which the one at the pointer is changed; what the pointer does not reach stays as it is. */
const changedAt = (value: unknown, path: readonly string[], change: (old: unknown) => unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.map((item, index) => (key === '*' || key === String(index) ? changedAt(item, rest, change) : item));
  }
  if (!isObject(value)) return value;
  const { [key]: old, ...others } = value;
  const changed = changedAt(old, rest, change);
  return changed === undefined ? others : { ...value, [key]: changed };
};

export const editOf = (parameters: EditParameters): ((value: unknown) => unknown) => {
  const change = changeOf(parameters);
  const isIt = onlyThe(parameters.only);
  const path = parameters.at.split('/').slice(1);
  return (value) => (isIt() ? changedAt(value, path, change) : value);
};
