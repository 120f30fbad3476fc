/** Where a target differs from the contract: what the contract says, and what came. */
import type { z } from 'zod';

export interface Difference {
  readonly where: string;
  readonly was: string;
  readonly is: string;
}

/** So many characters of what came. */
const SHOWN = 80;
const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, SHOWN));

const expectedBy = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(String(value))).join(' or ');
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_format') return issue.format === 'regex' ? (issue.pattern ?? 'a pattern') : issue.format;
  return issue.message;
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[name] : undefined,
    value,
  );

/** What of a value is not of the schema; nothing = all of it is. */
export const differencesFrom = (
  where: string,
  schema: z.ZodType,
  value: unknown,
  show: (value: unknown) => string = shown,
): readonly Difference[] =>
  (schema.safeParse(value).error?.issues ?? []).map((issue) => ({
    where: [where, ...issue.path.map(String)].join(' '),
    was: expectedBy(issue),
    is: show(valueAt(value, issue.path)),
  }));

/** For bodies with secrets: their kind instead of their value. */
export const kindOf = (value: unknown): string =>
  value === undefined ? 'missing' : value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;

export const differenceText = ({ where, was, is }: Difference): string =>
  `differs from the contract: ${where}: was ${was}, is ${is}`;
