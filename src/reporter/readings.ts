/** The same run read in three ways, so that nobody has to guess which one a number is. */
import { CLEAN_REFUSAL } from '../evidence/annotations.ts';
import type { Row } from './record.ts';

/** Tests whose clean refusal the tolerant reading forgives. */
const FORGIVEN = ['P1-03', 'P1-04'];

export interface Reading {
  readonly passed: number;
  readonly of: number;
  readonly percent: number;
}

export interface Readings {
  /** Verified tests; the tier counts only when all of them are. */
  readonly strict: Reading & { readonly tierCounts: boolean };
  /** Verified and degraded tests, a clean refusal being a failure whatever the mode of the run. */
  readonly passRate: Reading & { readonly flaky: number };
  /** That, and each of P1-03 and P1-04 that was cleanly refused and showed nothing else wrong. */
  readonly tolerant: Reading & { readonly forgiven: readonly string[] };
}

const isRefusal = (finding: string): boolean => new RegExp(`^${CLEAN_REFUSAL}\\b`).test(finding);

const onlyRefused = (row: Row): boolean => {
  if (!FORGIVEN.includes(row.id)) return false;
  if (row.result === 'degraded') return row.degraded.every(isRefusal);
  const red = row.attempts.filter((attempt) => attempt.status !== 'passed');
  return (
    row.result === 'failed' &&
    red.length === row.attempts.length &&
    row.degraded.every(isRefusal) &&
    red.every(({ failures }) => failures.length > 0 && failures.every((failure) => failure.class === CLEAN_REFUSAL))
  );
};

const reading = (passed: number, of: number): Reading => ({
  passed,
  of,
  percent: of === 0 ? 0 : Math.round((passed / of) * 1000) / 10,
});

export const readingsOf = (rows: readonly Row[]): Readings => {
  const tier = rows.filter((row) => row.priority === 'P1');
  const verified = tier.filter((row) => row.result === 'verified').length;
  // In mode `annotate` a refused test is green in Playwright; here it counts as it would in mode `fail`.
  const degraded = tier.filter((row) => row.result === 'degraded' && !row.degraded.some(isRefusal)).length;
  const forgiven = tier.filter(onlyRefused).map((row) => row.id);
  const passed = verified + degraded;
  return {
    strict: { ...reading(verified, tier.length), tierCounts: tier.length > 0 && verified === tier.length },
    passRate: { ...reading(passed, tier.length), flaky: tier.filter((row) => row.result === 'flaky').length },
    tolerant: { ...reading(passed + forgiven.length, tier.length), forgiven },
  };
};
