/** One observation that points at one cause. Findings are collected, then chosen from and grouped. */
import type { FailureClass } from '../evidence/failure.ts';
import type { CauseId } from './causes.ts';
import type { Confidence, Phase } from './result.ts';

export interface Finding {
  readonly cause: CauseId;
  readonly phase: Phase;
  /** What the signal and the probes allow; one observation alone is never high. */
  readonly signal: Confidence;
  readonly fact: string;
  readonly source: string;
  /** Id of the red test; empty when a probe made the observation. */
  readonly test: string;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Tells observations apart: two on one connection count once. */
  readonly connection: string;
  /** Splits groups of one cause that have nothing to do with each other. */
  readonly facet: string;
  /** What the group says; findings of a group add up their details. */
  readonly detail: string;
  /** 0: the suite's own expectation failed here. 1: the content tells. 2: seen in passing. */
  readonly rank: 0 | 1 | 2;
  /** Failure classes that this observation explains beyond those of its phase. */
  readonly fits: readonly FailureClass[];
  /** Text by which a failure's message names this exchange or socket. */
  readonly mention: string;
}

export type FindingDraft = Pick<Finding, 'cause' | 'phase' | 'signal' | 'fact'> &
  Partial<Pick<Finding, 'facet' | 'detail' | 'rank' | 'fits'>>;

/** Where a draft was observed. */
export interface Place {
  readonly test: string;
  readonly attempt: number;
  readonly source: string;
  readonly at: number;
  readonly connection: string;
  readonly mention?: string;
}

export const finding = (place: Place, draft: FindingDraft): Finding => ({
  facet: '',
  detail: '',
  rank: 0,
  fits: [],
  ...draft,
  test: place.test,
  attempt: place.attempt,
  source: place.source,
  at: place.at,
  connection: place.connection,
  mention: place.mention ?? '',
});
