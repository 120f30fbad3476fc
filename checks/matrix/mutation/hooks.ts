/**
 * Copied into the instrumented tree. Registers each test once per defect that it is tried on, gives each of them a
 * stand-in of its own, and stands around every assertion: the first one that fails is reported and lets its part go on,
 * each further one is reported and ends its part. So one run tells which assertion sees a defect first, in which parts,
 * and whether the test is blind without it. Not part of the suite.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { test, type TestInfo } from '@playwright/test';
import { z } from 'zod';
import { currentPart } from '../../../fixtures/part.ts';

const environment = z.object({
  GOLDENPATH_ASSERTIONS: z.string(),
  GOLDENPATH_TRIALS: z.string(),
  STANDIN_ORIGIN: z.url().optional(),
});
const { GOLDENPATH_ASSERTIONS: log, GOLDENPATH_TRIALS: list, STANDIN_ORIGIN: host } = environment.parse(process.env);

const trials = z
  .array(z.object({ number: z.int(), test: z.string(), defect: z.string() }))
  .parse(JSON.parse(readFileSync(list, 'utf8')));

type Register = (title: string, details: object, body: unknown) => void;

export const each =
  (register: Register): Register =>
  (title, details, body) => {
    for (const { number } of trials.filter((trial) => title.startsWith(trial.test)))
      register(`${title} [${number}]`, details, body);
  };

const numberOf = ({ title }: TestInfo): number => Number(/\[(\d+)\]$/.exec(title)?.[1]);

const ask = async (path: string, body: unknown): Promise<unknown> => {
  const answer = await fetch(new URL(path, host), { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the host of the stand-ins says ${answer.status}: ${await answer.text()}`);
  return answer.json();
};

const started = z.object({ id: z.int(), port: z.int(), apiOrigin: z.url(), authOrigin: z.url() });

/** Starts the stand-in of this test and lets the suite find it; returns how to end it. */
export const serve = async (info: TestInfo): Promise<() => Promise<unknown>> => {
  const defect = trials.find(({ number }) => number === numberOf(info))?.defect ?? '';
  const { id, port, apiOrigin, authOrigin } = started.parse(await ask('/start', { defect }));
  // The P1 tests open no page.
  delete process.env['STANDIN_APP_ORIGIN'];
  Object.assign(process.env, { STANDIN_PORT: port, STANDIN_ORIGIN: apiOrigin, STANDIN_AUTH_ORIGIN: authOrigin });
  return () => ask('/stop', { id });
};

/** Failures that an assertion further in has already answered for. */
const attributed = new WeakSet<object>();
/** The assertion that failed first, of the test that runs in this process. */
let first: { readonly trial: number; readonly site: number } | undefined;

/** Reports a failure; true = the test goes on without it. */
const tolerated = (site: number): boolean => {
  const trial = numberOf(test.info());
  if (first?.trial === trial && first.site === site) return true;
  const mayGoOn = first?.trial !== trial;
  if (mayGoOn) first = { trial, site };
  const part = currentPart()?.name ?? null;
  appendFileSync(log, `${JSON.stringify({ event: 'failed', trial, site, part })}\n`);
  return mayGoOn;
};

/** Stands for a value that a failed assertion cannot give: has every property, and means nothing. */
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
  if (tolerated(site)) return instead();
  attributed.add(error);
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

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
};

/** Of a reply the body stays readable, whatever its status and shape. */
export const reply = (
  number: number,
  received: { readonly text: string },
  body: (received: unknown) => unknown,
): unknown =>
  around(
    number,
    () => body(received),
    () => jsonOf(received.text),
  );

/** Of a frame as well. */
export const frame = (number: number, received: { readonly json: unknown }, body: () => unknown): unknown =>
  around(number, body, () => received.json);

/** Before a `throw` of the test itself: false = not this time. */
export const stands = (number: number): boolean => !tolerated(number);

export const secondary = (
  number: number,
  original: (check: string, holds: boolean, observed: string) => void,
  check: string,
  holds: boolean,
  observed: string,
): void => {
  original(check, holds || tolerated(number), observed);
};
