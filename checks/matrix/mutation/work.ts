/** Which tests to run against which defect. */
import { CASES } from '../expectations.ts';
import { TESTS } from '../expectation.ts';
import { DEFECTS } from './defects.ts';
import type { Work } from './trial.ts';

/** `P1-07+P1-11 expectSuccess *.status expect`: one of them is enough. */
const testOf = (assertion: string): string => assertion.slice(0, 5);

/** Every defect of the table, with the test of the assertion that it is for. */
export const workOfTable = (): Work[] => {
  const all = Object.entries(DEFECTS).map(([assertion, defect]) => ({ defect, test: testOf(assertion) }));
  return all.filter(
    (one, index) => all.findIndex(({ defect, test }) => defect === one.defect && test === one.test) === index,
  );
};

/** Every fault of the catalogue, with the tests that it has to colour. */
export const workOfCatalogue = (): Work[] =>
  CASES.filter(({ kind, nightly, standin }) => kind === 'fault' && !nightly && standin === 'of-the-suite').flatMap(
    ({ id, red, oneOf, degraded }) => {
      const tests = [...red, ...oneOf, ...degraded];
      // Where nothing at all can be reached, no assertion of a test is asked.
      return tests.length < TESTS.length ? tests.map((test) => ({ defect: id, test })) : [];
    },
  );
