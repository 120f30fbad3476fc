/** Compares what a case showed with what FAULTS.md says that it has to show. */
import type { FailureClass } from '../../src/evidence/failure.ts';
import { judgeCauses, type CauseJudgement } from './causes.ts';
import { fits } from './classes.ts';
import { idsOf } from '../../src/contract/catalogue.ts';
import type { Case } from './expectation.ts';
import type { CaseResult, Observed, ObservedRow } from './result.ts';

export const EXPECTED = ['red', 'one-of', 'degraded', 'green', 'free'] as const;
export type Expected = (typeof EXPECTED)[number];

export const FITS = [
  'as-expected',
  'free',
  /** Had to be red or degraded, and was not. */
  'wrongly-green',
  /** Red, but its class belongs to another layer. */
  'wrong-reason',
  'wrongly-red',
  'wrongly-degraded',
  /** Flaky, or without evidence although the run was not stopped. */
  'no-evidence',
] as const;
export type Fit = (typeof FITS)[number];

export interface Cell {
  readonly test: string;
  readonly expected: Expected;
  readonly result: ObservedRow['result'];
  readonly red: boolean;
  readonly fit: Fit;
  readonly class: string | null;
  readonly key: string | null;
  readonly message: string | null;
  readonly ms: number;
}

export interface Judgement {
  readonly case: Case;
  /** `missed`: not every test that has to see it did; `inexact`: all did, and others were coloured too. */
  readonly outcome: 'as-expected' | 'inexact' | 'missed' | 'error';
  /** What is wrong, in sentences. */
  readonly problems: readonly string[];
  readonly cells: readonly Cell[];
  readonly causes: CauseJudgement;
  readonly ms: number;
  readonly suiteMs: number | null;
  readonly startedAt: string;
  readonly verdict: string | null;
}

const expectedOf = (one: Case, test: string): Expected =>
  one.red.includes(test)
    ? 'red'
    : one.oneOf.includes(test)
      ? 'one-of'
      : one.degraded.includes(test)
        ? 'degraded'
        : one.free.includes(test)
          ? 'free'
          : 'green';

const fitOf = (one: Case, expected: Expected, row: ObservedRow, red: boolean, failureClass: string | null): Fit => {
  if (expected === 'free' || expected === 'one-of') return 'free';
  if (row.result === 'flaky' || (row.result === 'unverified' && !red)) return 'no-evidence';
  if (expected === 'red')
    return !red ? 'wrongly-green' : fits(failureClass as FailureClass, one) ? 'as-expected' : 'wrong-reason';
  if (red) return 'wrongly-red';
  if (row.result === (expected === 'degraded' ? 'degraded' : 'verified')) return 'as-expected';
  return expected === 'degraded' ? 'wrongly-green' : 'wrongly-degraded';
};

const cellOf = (one: Case, observed: Observed, test: string): Cell => {
  const row = observed.rows.find(({ id }) => id === test);
  if (row === undefined) throw new Error(`${one.id}: the record has no row ${test}`);
  // A test is red for the right reason where one of its parts is.
  const failure = row.failures.find((each) => fits(each.class, one)) ?? row.failures[0];
  const stopped = row.result === 'unverified' ? observed.stopped : null;
  const red = row.result === 'failed' || stopped !== null;
  const expected = expectedOf(one, test);
  const failureClass = failure?.class ?? stopped?.class ?? null;
  return {
    test,
    expected,
    result: row.result,
    red,
    fit: fitOf(one, expected, row, red, failureClass),
    class: failureClass,
    key: failure?.key ?? null,
    message: failure?.excerpt ?? stopped?.message ?? (row.degraded.join('; ') || row.reason),
    ms: row.ms,
  };
};

const MISSES: readonly Fit[] = ['wrongly-green', 'wrong-reason', 'no-evidence'];

const runProblems = (one: Case, observed: Observed): string[] => {
  const { verdict, readings, within } = one;
  const wrong: string[] = [];
  if (verdict !== undefined && observed.verdict !== verdict)
    wrong.push(`the verdict is ${observed.verdict}, expected ${verdict}`);
  if (readings !== undefined && (observed.passRate !== readings.passRate || observed.tolerant !== readings.tolerant))
    wrong.push(
      `the readings are ${observed.passRate} and ${observed.tolerant}, expected ${readings.passRate} and ${readings.tolerant}`,
    );
  if (within !== undefined && observed.ms > within)
    wrong.push(`the verdict took ${(observed.ms / 1_000).toFixed(1)} s, expected at most ${within / 1_000} s`);
  return [
    ...wrong,
    ...observed.errors.filter((error) => !error.startsWith('preflight:')).map((each) => `run: ${each}`),
  ];
};

/** Tests that say the same stand together: a wall of 22 equal lines hides the twenty-third. */
const grouped = (cells: readonly Cell[], all: number): string[] => {
  const saying = ({ fit, result, class: failed, key }: Cell): string =>
    `${fit.replace('-', ' ')}: ${result}${failed === null ? '' : ` [${failed}]`}${key === null ? '' : ` ${key}`}`;
  return [...new Set(cells.map(saying))].map((said) => {
    const ids = cells.filter((cell) => saying(cell) === said).map(({ test }) => test);
    return `${ids.length === all ? `all ${all}` : ids.join(', ')} ${said}`;
  });
};

export const judge = (one: Case, result: CaseResult): Judgement => {
  const { observed } = result;
  const common = { case: one, ms: result.ms, startedAt: result.startedAt };
  if (observed === null)
    return {
      ...common,
      outcome: 'error',
      problems: [result.error ?? 'nothing was observed'],
      cells: [],
      causes: judgeCauses(one, undefined),
      suiteMs: null,
      verdict: null,
    };
  const cells = idsOf(one.priority).map((test) => cellOf(one, observed, test));
  const noneOf = one.oneOf.length > 0 && !cells.some((cell) => one.oneOf.includes(cell.test) && cell.red);
  const wrong = runProblems(one, observed);
  const missed = noneOf || cells.some(({ fit }) => MISSES.includes(fit));
  const coloured = cells.some(({ fit }) => fit === 'wrongly-red' || fit === 'wrongly-degraded');
  const problems = [
    ...grouped(
      cells.filter(({ fit }) => fit !== 'as-expected' && fit !== 'free'),
      cells.length,
    ),
    ...(noneOf ? [`none of ${one.oneOf.join(', ')} is red`] : []),
    ...wrong,
  ];
  return {
    ...common,
    outcome: missed ? 'missed' : coloured ? 'inexact' : wrong.length > 0 ? 'missed' : 'as-expected',
    problems,
    cells,
    causes: judgeCauses(one, observed),
    suiteMs: observed.ms,
    verdict: observed.verdict,
  };
};
