/** Which tests to run against which defect. */
import { CASES } from '../expectations.ts';
import { TESTS } from '../expectation.ts';
import { DEFECTS, CHECKED_ELSEWHERE } from './defects.ts';
import type { Site } from './inventory.ts';
import type { Trial, Work } from './trial.ts';

/** `P1-07+P1-11 expectSuccess *.status expect`: one of them is enough. */
const testOf = (assertion: string): string => assertion.slice(0, 5);

const HEALTHY = '';

/** Every defect of the table with the test of the assertion that it is for, and each test without any. */
export const workOfTable = (): Work[] => {
  const all = [
    ...TESTS.map((test) => ({ defect: HEALTHY, test })),
    ...Object.entries(DEFECTS).map(([assertion, defect]) => ({ defect, test: testOf(assertion) })),
  ];
  return all.filter(
    (one, index) => all.findIndex(({ defect, test }) => defect === one.defect && test === one.test) === index,
  );
};

/** Every fault of the catalogue, with the tests that it has to colour. */
export const workOfCatalogue = (): Work[] =>
  CASES.filter(({ kind, nightly, standin }) => kind === 'fault' && !nightly && standin === 'of-the-suite').flatMap(
    ({ id, red, oneOf, degraded }) => {
      const tests = TESTS.filter((test) => [...red, ...oneOf, ...degraded].includes(test));
      // Where nothing at all can be reached, no assertion of a test is asked.
      return tests.length < TESTS.length ? tests.map((test) => ({ defect: id, test })) : [];
    },
  );

/** Whether these trials have to say something about the assertion: its own one is among them. */
export const isSubject = ({ id, tests }: Site, asked: readonly Work[], ofCatalogue: boolean): boolean =>
  !(id in CHECKED_ELSEWHERE) &&
  asked.some(({ test, defect }) =>
    ofCatalogue || DEFECTS[id] === undefined ? tests.includes(test) : defect === DEFECTS[id] && test === testOf(id),
  );

/** Where the table and the trials disagree. */
export const contradictions = (trials: readonly Trial[]): string[] => [
  ...trials
    .filter(({ defect, failed, verified }) => defect === HEALTHY && (failed.length > 0 || !verified))
    .map(({ test, failed, message }) => `${test} fails without any defect: ${failed[0] ?? message}`),
  ...Object.entries(DEFECTS).flatMap(([assertion, defect]) => {
    const trial = trials.find((one) => one.defect === defect && one.test === testOf(assertion));
    return trial === undefined || trial.failed[0] === assertion
      ? []
      : [`${assertion}: under ${defect} the first to fail is ${trial.failed[0] ?? 'none'}`];
  }),
];
