/** From the attempts of one test to its result: a pass is evidence, everything else needs a reason. */
import { ANNOTATION } from '../evidence/annotations.ts';
import { failureText } from './attempts.ts';
import { partsWith, withoutParts, type PartResult } from './parts.ts';
import type { Attempt, OutsideParts, Result, RowPart } from './record.ts';

export interface Annotation {
  readonly type: string;
  readonly description?: string | undefined;
}

/** What one Playwright test showed. */
export interface Shown {
  readonly attempts: readonly Attempt[];
  /** Annotations by attempt, in the order of `attempts`. */
  readonly annotations: readonly (readonly Annotation[])[];
  readonly expectedStatus: Attempt['status'];
}

export interface Ruling {
  readonly result: Result;
  readonly reason: string | null;
}

const described = (annotations: readonly Annotation[], ...types: string[]): string | undefined => {
  const found = annotations.find((annotation) => types.includes(annotation.type));
  return found === undefined ? undefined : (found.description ?? `marked ${found.type}, no reason given`);
};

const firstFailure = (attempt: Attempt): string => {
  const failure = attempt.failures[0];
  if (failure !== undefined) return failureText(failure);
  return attempt.status === 'timedOut' ? 'ran into its time-out' : 'failed without an error';
};

/** Why a pass says nothing; undefined = it is evidence. */
const withoutEvidence = ({ own }: Attempt): string | undefined =>
  own !== null && own.requests + own.sockets + own.pages > 0
    ? undefined
    : 'no evidence: it passed without a request, a socket or a page of its own';

const red = (attempt: Attempt): boolean => attempt.status === 'failed' || attempt.status === 'timedOut';

const firstRed = ({ attempts, annotations }: Shown): Attempt | undefined =>
  attempts.find(
    (attempt, index) => red(attempt) && described(annotations[index] ?? [], ANNOTATION.unverified) === undefined,
  );

/** @param silence why a test that left no attempt did not run */
export const ruling = (shown: Shown, silence: string): Ruling => {
  const last = shown.attempts.at(-1);
  const annotations = shown.annotations.at(-1) ?? [];
  if (last === undefined) return { result: 'unverified', reason: silence };

  // A mark that inverts or drops the runner's judgement leaves nothing that could count as evidence.
  if (shown.expectedStatus === 'failed')
    return red(last)
      ? { result: 'failed', reason: `expected to fail (test.fail), and did: ${firstFailure(last)}` }
      : { result: 'failed', reason: 'marked test.fail but did not fail; remove the mark' };

  const prerequisite = described(annotations, ANNOTATION.unverified);
  const failedBefore = firstRed(shown);
  if (last.status === 'passed') {
    const silent = prerequisite ?? withoutEvidence(last);
    if (silent !== undefined)
      return failedBefore === undefined
        ? { result: 'unverified', reason: silent }
        : { result: 'failed', reason: firstFailure(failedBefore) };
    const earlier = shown.attempts.slice(0, -1).find((attempt) => attempt.status !== 'passed');
    if (earlier !== undefined)
      return { result: 'flaky', reason: `passed on attempt ${shown.attempts.length}; first: ${firstFailure(earlier)}` };
    const degraded = described(annotations, ANNOTATION.degraded);
    if (degraded !== undefined) return { result: 'degraded', reason: degraded };
    return { result: 'verified', reason: null };
  }
  // A retry that found no evidence does not take back the failure before it.
  if (failedBefore !== undefined) return { result: 'failed', reason: firstFailure(red(last) ? last : failedBefore) };
  if (prerequisite !== undefined) return { result: 'unverified', reason: prerequisite };
  if (last.status === 'interrupted') return { result: 'unverified', reason: 'interrupted before it finished' };
  return { result: 'unverified', reason: described(annotations, 'skip', 'fixme') ?? silence };
};

/** What the runner holds against the test beyond its parts. */
export const outsideOf = (runner: Ruling, shown: Shown, parts: readonly RowPart[]): OutsideParts | null => {
  if (runner.result !== 'failed') return null;
  const last = shown.attempts.at(-1);
  const deciding = last !== undefined && red(last) ? last : firstRed(shown);
  const failures = withoutParts(deciding?.failures ?? [], parts);
  const explained = failures.length === 0 && partsWith({ parts }, 'failed').length > 0;
  if (explained && shown.expectedStatus !== 'failed') return null;
  const [first] = failures;
  return {
    reason: first === undefined ? (runner.reason ?? 'failed without an error') : failureText(first),
    failures,
    cause: null,
  };
};

export const SEVERITY: Readonly<Record<PartResult, number>> = {
  'not applicable': -1,
  verified: 0,
  degraded: 1,
  flaky: 2,
  unverified: 3,
  failed: 4,
};

const ofParts = (parts: readonly RowPart[]): Ruling => {
  const worstResult = parts.toSorted((a, b) => SEVERITY[b.result] - SEVERITY[a.result])[0]?.result;
  if (worstResult === undefined || worstResult === 'not applicable')
    return { result: 'unverified', reason: 'no evidence: none of its parts is applicable to the release' };
  if (worstResult === 'verified') return { result: worstResult, reason: null };
  const [first, ...more] = partsWith({ parts }, worstResult);
  const said = `${first?.name ?? ''}: ${first?.reason ?? 'no reason recorded'}`;
  return {
    result: worstResult,
    reason: more.length === 0 ? said : `${more.length + 1} of ${parts.length} parts ${worstResult}, first ${said}`,
  };
};

/** The worst of what the parts show and the runner says. */
export const together = (runner: Ruling, parts: readonly RowPart[]): Ruling => {
  const shown = ofParts(parts);
  // Why the whole test has no evidence says more than that its parts have none.
  if (shown.result === 'unverified' && runner.result === 'unverified') return runner;
  return SEVERITY[shown.result] >= SEVERITY[runner.result] ? shown : runner;
};

/** Of an id that was met more than once the worst result counts. */
export const worst = <Of extends Ruling>(rulings: readonly Of[]): Of | undefined =>
  rulings.toSorted((a, b) => SEVERITY[b.result] - SEVERITY[a.result])[0];
