/** Which test, under which fault, is worth a look: from the stored runs of the matrix. */
import { CASES } from '../expectations.ts';
import type { Case } from '../expectation.ts';
import { folderOf, loadResult } from '../result.ts';

export interface Pair {
  readonly test: string;
  /** Key of its first failure; null where it is degraded. */
  readonly key: string | null;
}

export interface Work {
  readonly one: Case;
  readonly pairs: readonly Pair[];
}

/** Faults under which tests ran and were coloured as they have to be, the most specific first. */
export const workFrom = (out: string): Work[] =>
  CASES.filter(({ kind, nightly, standin }) => kind === 'fault' && !nightly && standin === 'of-the-suite')
    .flatMap((one) => {
      const observed = loadResult(folderOf(out, one.id))?.observed;
      // Where preflight ended the run, no assertion of a test was asked.
      if (observed === undefined || observed === null || observed.stopped !== null) return [];
      const pairs = observed.rows
        .filter(({ id, result }) =>
          one.degraded.includes(id)
            ? result === 'degraded'
            : [...one.red, ...one.oneOf].includes(id) && result === 'failed',
        )
        .map(({ id, failures }) => ({ test: id, key: failures[0]?.key ?? null }));
      return pairs.length === 0 ? [] : [{ one, pairs }];
    })
    .sort((a, b) => a.pairs.length - b.pairs.length || a.one.id.localeCompare(b.one.id));
