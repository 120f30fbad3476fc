/** The end of a matrix run, as lines for the terminal. */
import { failsOf, type Figures, type Share } from './figures.ts';

const percent = ({ count, of }: Share): string => (of === 0 ? '–' : `${((100 * count) / of).toFixed(1)} %`);
const ratio = (share: Share): string => `${share.count}/${share.of}`;

const listed = (title: string, entries: readonly { readonly id: string; readonly problems: readonly string[] }[]) =>
  entries.length === 0
    ? []
    : [
        '',
        title,
        ...entries.flatMap(({ id, problems }) => [`  ${id}`, ...problems.map((problem) => `    ${problem}`)]),
      ];

/** So many messages of one case say the same. */
const WALL = 22;

/** The messages of tests that stand out; a whole run that does is said above already. */
const cells = (title: string, list: Figures['wronglyGreen']): string[] => {
  const whole = (id: string): boolean => list.filter((cell) => cell.case === id).length >= WALL;
  const told = list.filter((cell) => cell.message !== null && !whole(cell.case));
  return told.length === 0
    ? []
    : [
        '',
        `${title}: ${list.length}`,
        ...told.map((cell) => `  ${cell.case}  ${cell.test} ${cell.result}: ${cell.message ?? ''}`),
      ];
};

const causeLines = (figures: Figures): string[] => {
  const { right, unknown, wrong } = figures.causes;
  const high = figures.causes['wrong-at-high'];
  const judged = right + unknown + wrong + high;
  if (judged === 0 || (right === 0 && figures.causes['not-diagnosed'] > 0)) return ['causes         not diagnosed yet'];
  return [
    `causes         ${right} right · ${unknown} unknown · ${wrong} wrong · ${high} wrong at high confidence, of ${judged} (${percent({ count: right, of: judged })} right)`,
  ];
};

export const summary = (figures: Figures, complete: boolean): string[] => {
  const { detection, localisation } = figures;
  return [
    ...listed('Without a result', figures.notJudged),
    ...listed('Missed faults', figures.missed),
    ...listed('Seen, but other tests were coloured too', figures.inexact),
    ...listed('False alarms', figures.falseAlarms),
    ...listed('Scenarios that end otherwise', figures.wrongScenarios),
    ...cells('Tests wrongly green', figures.wronglyGreen),
    ...cells('Right failure, wrong reason', figures.wrongReason),
    ...cells('Tests wrongly red or degraded', figures.wronglyColoured),
    ...listed(
      'Causes to look at',
      figures.causeProblems.map(({ id, outcome, problems }) => ({ id: `${id}: ${outcome}`, problems })),
    ),
    '',
    'Most specific faults of each test (red tests of the run)',
    ...figures.tests.map(
      ({ test, sees, most }) =>
        `  ${test}  sees ${String(sees).padStart(2)}: ${most.map(({ id, red }) => `${id} (${red})`).join(', ') || 'NOTHING'}`,
    ),
    '',
    `matrix${complete ? '' : '         INCOMPLETE: only what ran is counted'}`,
    ...figures.layers.map((layer) => `  ${layer.layer.padEnd(14)} ${ratio(layer)}`),
    `faults seen    ${ratio(detection)} (${percent(detection)}), lower bound ${(100 * detection.lowerBound).toFixed(1)} % (${detection.bound})`,
    `localisation   ${ratio(localisation)} (${percent(localisation)}): of the faults seen, only the expected tests are coloured`,
    `green          ${ratio(figures.controls)} controls and healthy runs with every test verified`,
    `scenarios      ${ratio(figures.scenarios)}`,
    `tests          ${figures.wronglyGreen.length} wrongly green · ${figures.wrongReason.length} for the wrong reason · ${figures.wronglyColoured.length} wrongly red or degraded`,
    ...causeLines(figures),
    ...figures.blindSpots.map(({ id, why }) => `blind spot     ${id}: not seen by design, ${why}`),
    ...failsOf(figures).map((fail) => `FAILED         ${fail}`),
  ];
};
