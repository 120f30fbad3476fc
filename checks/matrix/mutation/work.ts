/** Which tests to run against which defect. */
import { CASES } from '../expectations.ts';
import { TESTS } from '../expectation.ts';
import { DEFECTS, CHECKED_ELSEWHERE } from './defects.ts';
import type { Site } from './inventory.ts';
import type { Trial, Work } from './trial.ts';

const HEALTHY = '';

/** Every defect of the table with its claim, and each claim without any. */
export const workOfTable = (): Work[] => [
  ...TESTS.map((test) => ({ defect: HEALTHY, test })),
  ...Object.entries(DEFECTS).flatMap(([test, defects]) => defects.map((defect) => ({ defect, test }))),
];

/** Every fault of the catalogue, with the tests that it has to colour. */
export const workOfCatalogue = (): Work[] =>
  CASES.filter(({ kind, nightly, standin }) => kind === 'fault' && !nightly && standin === 'of-the-suite').flatMap(
    ({ id, red, oneOf, degraded }) => {
      const tests = TESTS.filter((test) => [...red, ...oneOf, ...degraded].includes(test));
      // Where nothing at all can be reached, no assertion of a test is asked.
      return tests.length < TESTS.length ? tests.map((test) => ({ defect: id, test })) : [];
    },
  );

/** Whether these trials have to say something about the assertion: every defect of one of its claims was tried. */
export const isSubject = ({ id, tests }: Site, asked: readonly Work[], ofCatalogue: boolean): boolean => {
  const tried = (test: string, defect: string): boolean =>
    asked.some((work) => work.test === test && work.defect === defect);
  return (
    !(id in CHECKED_ELSEWHERE) &&
    tests.some((test) =>
      ofCatalogue ? asked.some((work) => work.test === test) : (DEFECTS[test] ?? []).every((one) => tried(test, one)),
    )
  );
};

/** Where the table and the trials disagree. */
export const contradictions = (trials: readonly Trial[]): string[] =>
  trials.flatMap(({ test, defect, failed, verified, message }) => {
    const green = verified && failed.length === 0;
    if (defect === HEALTHY)
      return green ? [] : [`${test} fails without any defect: ${failed[0]?.assertion ?? message}`];
    return green && DEFECTS[test]?.includes(defect) === true ? [`${test} is verified although ${defect}`] : [];
  });
