/** What one run of the suite has to show: the words in which FAULTS.md is written down. */
import type { FailureClass } from '../../src/evidence/failure.ts';
import { idsOf, type Priority } from '../../src/contract/catalogue.ts';

export const LAYERS = [
  'network',
  'handshake',
  'authentication',
  'welcome',
  'messages',
  'agents',
  'rest',
  'discovery',
  'isolation',
  'limits',
  'errors',
  'sessions',
  'lifecycle',
  'health',
  'page',
] as const;
export type Layer = (typeof LAYERS)[number];

export const TESTS = idsOf('P1');

export interface Causes {
  readonly right: readonly string[];
  /** Accepted at medium or low confidence only. */
  readonly bracketed: readonly string[];
}

export interface Case {
  /** Name of the case and, for a fault or a control, what STANDIN_FAULTS is set to. */
  readonly id: string;
  readonly kind: 'fault' | 'control' | 'scenario';
  /** Of the tests that run and are judged. */
  readonly priority: Priority;
  /** The fault, control or scenario that this case is a variant of. */
  readonly of: string;
  /** Undefined where faults of several layers act, or none. */
  readonly layer: Layer | undefined;
  readonly origin: 'history' | 'realistic' | undefined;
  readonly faults: readonly string[];
  readonly scenario: string | undefined;
  readonly red: readonly string[];
  /** At least one of these has to be red; each alone is free. */
  readonly oneOf: readonly string[];
  readonly degraded: readonly string[];
  readonly free: readonly string[];
  /** For every red test; empty = not judged. */
  readonly causes: Causes;
  /** Where the tests have different causes; each of them has to be named somewhere. */
  readonly causesOf: Readonly<Record<string, readonly string[]>>;
  /** Classes that fit this fault although its layer does not lead to them. */
  readonly classes: readonly FailureClass[];
  readonly verdict: string | undefined;
  readonly readings: { readonly passRate: number; readonly tolerant: number } | undefined;
  /** The suite has said its verdict after so many milliseconds. */
  readonly within: number | undefined;
  /** Why nobody sees this fault, by design. */
  readonly blindSpot: string | undefined;
  /** Runs with --all only. */
  readonly nightly: boolean;
  /** `external`: the case starts the stand-in itself; `later`: and lets it pass through its trouble first. */
  readonly standin: 'of-the-suite' | 'external' | 'later';
  /** Of Playwright, where a run waits more than it computes; undefined = as for all. */
  readonly workers: number | undefined;
  /** Milliseconds on an idle machine, to start the longest first; measured times replace it. */
  readonly estimate: number;
  readonly note: string | undefined;
}

/** `'01–04, 16'` as ids of the catalogue. */
export const testsIn = (priority: Priority, list: string): readonly string[] =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [from = '', to = from] = part.split('–');
      return idsOf(priority).filter((id) => id >= `${priority}-${from}` && id <= `${priority}-${to}`);
    });
export const tests = (list: string): readonly string[] => testsIn('P1', list);

export const except = (...lists: readonly (readonly string[])[]): readonly string[] =>
  TESTS.filter((id) => !lists.some((list) => list.includes(id)));

const START_UP = 6_000;
const PER_RED = 2_500;

export const caseOf = (given: Pick<Case, 'id' | 'kind'> & Partial<Case>): Case => ({
  of: given.id.split(':', 1)[0] ?? given.id,
  priority: 'P1',
  layer: undefined,
  origin: undefined,
  faults: given.kind === 'scenario' ? [] : [given.id],
  scenario: given.kind === 'scenario' ? given.id : undefined,
  red: [],
  oneOf: [],
  degraded: [],
  free: [],
  causes: { right: [], bracketed: [] },
  causesOf: {},
  classes: [],
  verdict: undefined,
  readings: undefined,
  within: undefined,
  blindSpot: undefined,
  nightly: false,
  standin: 'of-the-suite',
  workers: undefined,
  estimate: START_UP + PER_RED * (given.red?.length ?? 0),
  note: undefined,
  ...given,
});
