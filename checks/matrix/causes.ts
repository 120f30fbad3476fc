/** Judges the diagnosis: one case is right when the expected cause explains every test that has to be red. */
import { idsOf } from '../../src/contract/catalogue.ts';
import type { Case } from './expectation.ts';
import type { Observed } from './result.ts';

export const CAUSE_OUTCOMES = ['right', 'unknown', 'wrong', 'wrong-at-high', 'not-diagnosed', 'not-judged'] as const;

export interface CauseJudgement {
  readonly outcome: (typeof CAUSE_OUTCOMES)[number];
  readonly problems: readonly string[];
  readonly groups: readonly {
    readonly cause: string;
    readonly confidence: string;
    readonly tests: readonly string[];
    readonly detail: string;
    readonly right: boolean;
  }[];
}

type Group = Observed['causes'][number];

/** Whether this cause may stand for this test. */
const isRight = (one: Case, group: Group, test: string): boolean => {
  const byTest = one.causesOf[group.cause];
  if (byTest !== undefined) return byTest.includes(test);
  if (one.causes.right.includes(group.cause)) return true;
  return one.causes.bracketed.includes(group.cause) && group.confidence !== 'high';
};

const isJudged = (one: Case): boolean =>
  one.kind === 'control' || one.verdict === 'GO' || one.causes.right.length + Object.keys(one.causesOf).length > 0;

export const judgeCauses = (one: Case, observed: Observed | undefined): CauseJudgement => {
  const none = { problems: [], groups: [] };
  if (observed === undefined || !isJudged(one)) return { outcome: 'not-judged', ...none };
  const red = idsOf(one.priority).filter((test) => {
    const row = observed.rows.find(({ id }) => id === test);
    return row?.result === 'failed' || (row?.result === 'unverified' && observed.stopped !== null);
  });
  const must = red.filter((test) => one.red.includes(test) || one.oneOf.includes(test));
  if (red.length > 0 && observed.causes.length === 0) return { outcome: 'not-diagnosed', ...none };
  const groups = observed.causes.map(({ cause, confidence, tests, detail }, index) => ({
    cause,
    confidence,
    tests,
    detail,
    right: tests.every((test) => isRight(one, observed.causes[index] as Group, test)),
  }));
  const wrong = groups.filter(({ cause, right }) => cause !== 'unknown' && !right);
  const explained = new Map(
    groups.filter(({ right }) => right).flatMap((group) => group.tests.map((test) => [test, group])),
  );
  const open = must.filter((test) => !explained.has(test));
  const named = new Set([
    ...observed.causes.map(({ cause }) => cause),
    ...observed.causes.flatMap(({ also }) => also ?? []).map(({ cause }) => cause),
  ]);
  const unnamed = Object.keys(one.causesOf).filter((cause) => !named.has(cause));
  const problems = [
    ...wrong.map((group) => `${group.cause} (${group.confidence}) for ${group.tests.join(', ')}: ${group.detail}`),
    ...(open.length > 0 ? [`no right cause for ${open.join(', ')}`] : []),
    ...(unnamed.length > 0 ? [`not named at all: ${unnamed.join(', ')}`] : []),
    ...(red.length === 0 ? observed.findings.map(({ statement }) => `finding on a green run: ${statement}`) : []),
  ];
  const outcome = wrong.some(({ confidence }) => confidence === 'high')
    ? 'wrong-at-high'
    : wrong.length > 0 || (red.length === 0 && problems.length > 0)
      ? 'wrong'
      : open.length > 0
        ? 'unknown'
        : red.length === 0 && one.kind === 'fault'
          ? 'not-judged'
          : 'right';
  return { outcome, problems, groups };
};
