/** The numbers of the matrix, from its judgements alone. */
import { CAUSE_OUTCOMES } from './causes.ts';
import { CATALOGUE, idsOf, type CatalogueEntry } from '../../src/contract/catalogue.ts';
import { LAYERS } from './expectation.ts';
import type { Cell, Fit, Judgement } from './judge.ts';
import { lowerBound } from './statistics.ts';

/** A fault is as good as its worst variant. */
interface FaultFigure {
  readonly id: string;
  readonly layer: string;
  readonly seen: boolean;
  readonly exact: boolean;
  readonly problems: readonly string[];
}

export interface Share {
  readonly of: number;
  readonly count: number;
}

const MOST_SPECIFIC = 3;
/** "Leaves most others green": more than half of the other tests of its priority. */
const specificAtMost = (tests: number): number => Math.floor((tests - 1) / 2);

/** What P2 sees of a fault is a figure of its own. */
const faultOf = ({ case: { of, priority } }: Judgement): string => (priority === 'P1' ? of : `p2/${of}`);

const faultFigures = (judgements: readonly Judgement[]): FaultFigure[] => {
  const counted = judgements.filter((one) => one.case.kind === 'fault' && one.case.blindSpot === undefined);
  return [...new Set(counted.map((one) => faultOf(one)))].map((id) => {
    const variants = counted.filter((one) => faultOf(one) === id);
    return {
      id,
      layer: variants[0]?.case.layer ?? '',
      seen: variants.every(({ outcome }) => outcome === 'as-expected' || outcome === 'inexact'),
      exact: variants.every(({ outcome }) => outcome === 'as-expected'),
      problems: variants.flatMap((one) =>
        one.problems.map((problem) => (variants.length === 1 ? problem : `${one.case.id}: ${problem}`)),
      ),
    };
  });
};

const cellsThat = (judgements: readonly Judgement[], fits: readonly Fit[]) =>
  judgements.flatMap((one) =>
    one.cells.filter(({ fit }) => fits.includes(fit)).map((cell) => ({ case: one.case.id, ...pick(cell) })),
  );

const pick = ({ test, result, class: failed, key, message }: Cell) => ({
  test,
  result,
  class: failed,
  key,
  message: message === null ? null : (message.split('\n', 1)[0] ?? ''),
});

const share = (list: readonly boolean[]): Share => ({ count: list.filter(Boolean).length, of: list.length });

const specificOf = (judgements: readonly Judgement[], { id: test, priority }: CatalogueEntry) => {
  const sees = judgements
    .filter(({ case: { kind } }) => kind === 'fault')
    .filter(({ cells }) =>
      cells.some((cell) => cell.test === test && cell.expected === 'red' && cell.fit === 'as-expected'),
    )
    .map((one) => ({ id: one.case.id, red: one.cells.filter(({ red }) => red).length }))
    .sort((a, b) => a.red - b.red || a.id.localeCompare(b.id));
  return {
    test,
    sees: sees.length,
    specific: sees.filter(({ red }) => red <= specificAtMost(idsOf(priority).length)).length,
    most: sees.slice(0, MOST_SPECIFIC),
  };
};

/** `whole`: every case was asked for, so a test that sees nothing is a hole and not a matter of the selection. */
export const figuresOf = (judgements: readonly Judgement[], whole: boolean) => {
  const faults = faultFigures(judgements);
  const ran = judgements.filter(({ outcome }) => outcome !== 'error');
  const seen = share(faults.map((one) => one.seen));
  const green = judgements.filter(
    ({ case: { kind, red, degraded, of } }) =>
      kind === 'control' || (kind === 'scenario' && of === 'healthy' && red.length + degraded.length === 0),
  );
  const byTest = CATALOGUE.map((entry) => specificOf(ran, entry));
  const judgedCauses = judgements.map(({ causes }) => causes.outcome);
  return {
    layers: LAYERS.map((layer) => ({
      layer,
      ...share(faults.filter((one) => one.layer === layer).map((one) => one.seen)),
    })).filter(({ of }) => of > 0),
    detection: { ...seen, lowerBound: lowerBound(seen.count, seen.of), bound: 'Clopper-Pearson, one-sided, 95 %' },
    /** Of the faults that were seen: only the tests that the catalogue names were coloured. */
    localisation: share(faults.filter((one) => one.seen).map((one) => one.exact)),
    missed: faults.filter((one) => !one.seen).map(({ id, problems }) => ({ id, problems })),
    inexact: faults.filter((one) => one.seen && !one.exact).map(({ id, problems }) => ({ id, problems })),
    controls: share(green.map(({ outcome }) => outcome === 'as-expected')),
    falseAlarms: green
      .filter(({ outcome }) => outcome !== 'as-expected')
      .map((one) => ({ id: one.case.id, problems: [...one.problems] })),
    scenarios: share(
      judgements.filter(({ case: { kind } }) => kind === 'scenario').map(({ outcome }) => outcome === 'as-expected'),
    ),
    wrongScenarios: judgements
      .filter(({ case: { kind }, outcome }) => kind === 'scenario' && outcome !== 'as-expected')
      .map((one) => ({ id: one.case.id, problems: [...one.problems] })),
    wronglyGreen: cellsThat(ran, ['wrongly-green']),
    wrongReason: cellsThat(ran, ['wrong-reason']),
    wronglyColoured: cellsThat(ran, ['wrongly-red', 'wrongly-degraded', 'no-evidence']),
    notJudged: judgements
      .filter(({ outcome }) => outcome === 'error')
      .map((one) => ({ id: one.case.id, problems: [...one.problems] })),
    tests: byTest,
    /** Tests that no specific fault reddens; meaningful for a whole matrix only. */
    blindTests: whole ? byTest.filter(({ specific }) => specific === 0).map(({ test }) => test) : [],
    causes: Object.fromEntries(
      CAUSE_OUTCOMES.map((outcome) => [outcome, judgedCauses.filter((each) => each === outcome).length]),
    ) as Record<(typeof CAUSE_OUTCOMES)[number], number>,
    causeProblems: judgements
      .filter(({ causes: { outcome } }) => ['unknown', 'wrong', 'wrong-at-high'].includes(outcome))
      .map((one) => ({ id: one.case.id, outcome: one.causes.outcome, problems: [...one.causes.problems] })),
    blindSpots: judgements
      .filter(({ case: { blindSpot } }) => blindSpot !== undefined)
      .map((one) => ({
        id: one.case.id,
        why: one.case.blindSpot ?? '',
        problems: one.problems.filter((problem) => !problem.includes('verified')),
      })),
  };
};
export type Figures = ReturnType<typeof figuresOf>;

/** A missed fault, a red control, a wrong scenario, a case without a result, a test that sees nothing. */
export const failsOf = (figures: Figures): string[] => [
  ...(figures.missed.length > 0 ? [`${figures.missed.length} faults are missed`] : []),
  ...(figures.falseAlarms.length > 0 ? [`${figures.falseAlarms.length} green runs are not green`] : []),
  ...(figures.wrongScenarios.length > 0 ? [`${figures.wrongScenarios.length} scenarios end otherwise`] : []),
  ...(figures.notJudged.length > 0 ? [`${figures.notJudged.length} cases have no result`] : []),
  ...(figures.blindTests.length > 0 ? [`${figures.blindTests.join(', ')} see no specific fault`] : []),
];
