/**
 * Copied into the instrumented tree and called around every assertion: says which one failed first, and lets the ones
 * that are switched off fail without consequence. Not part of the suite.
 */
import { appendFileSync } from 'node:fs';
import { test } from '@playwright/test';

const muted = new Set(
  (process.env['GOLDENPATH_MUTED'] ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map(Number),
);
const log = process.env['GOLDENPATH_SITES'];
/** Failures that an assertion further in has already answered for. */
const attributed = new WeakSet<object>();

const say = (site: number, event: 'failed' | 'muted'): void => {
  if (log !== undefined)
    appendFileSync(log, `${JSON.stringify({ site, event, test: test.info().title.slice(0, 5) })}\n`);
};

/** Stands for a value that a switched-off assertion cannot give: has every property, and means nothing. */
const nothing: unknown = new Proxy(() => undefined, {
  get: (_target, name) => {
    if (name === 'then') return undefined;
    if (name === Symbol.toPrimitive) return () => '';
    if (name === Symbol.iterator) return () => [][Symbol.iterator]();
    return name === 'length' ? 0 : nothing;
  },
  apply: () => nothing,
});

/** Returns what the test goes on with, or throws the error again. */
const failed = (site: number, error: unknown, instead: () => unknown): unknown => {
  if (!(error instanceof Error) || attributed.has(error)) throw error;
  if (muted.has(site)) {
    say(site, 'muted');
    return instead();
  }
  attributed.add(error);
  say(site, 'failed');
  throw error;
};

const around = (site: number, body: () => unknown, instead: () => unknown): unknown => {
  try {
    const value = body();
    return value instanceof Promise ? value.catch((error: unknown) => failed(site, error, instead)) : value;
  } catch (error) {
    return failed(site, error, instead);
  }
};

export const site = (number: number, body: () => unknown): unknown => around(number, body, () => nothing);

/** Of a reply the body stays readable, whatever its status and shape. */
export const reply = (
  number: number,
  received: { readonly text: string },
  body: (received: unknown) => unknown,
): unknown =>
  around(
    number,
    () => body(received),
    () => {
      try {
        return JSON.parse(received.text) as unknown;
      } catch (error) {
        if (error instanceof SyntaxError) return nothing;
        throw error;
      }
    },
  );

export const secondary = (
  number: number,
  original: (check: string, holds: boolean, observed: string) => void,
  check: string,
  holds: boolean,
  observed: string,
): void => {
  if (!holds) say(number, muted.has(number) ? 'muted' : 'failed');
  original(check, holds || muted.has(number), observed);
};
