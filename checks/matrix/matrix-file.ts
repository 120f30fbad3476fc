/** `matrix.json`: everything that the page and the terminal show. */
import { z } from 'zod';
import { RESULTS } from '../../src/reporter/record.ts';
import { CAUSE_OUTCOMES } from './causes.ts';
import { EXPECTED, FITS, type Judgement } from './judge.ts';
import type { Figures } from './figures.ts';

const share = z.strictObject({ count: z.int(), of: z.int() });
const problem = z.strictObject({ id: z.string(), problems: z.array(z.string()) });
const cellNote = z.strictObject({
  case: z.string(),
  test: z.string(),
  result: z.enum(RESULTS),
  class: z.string().nullable(),
  key: z.string().nullable(),
  message: z.string().nullable(),
});

const figures = z.strictObject({
  layers: z.array(z.strictObject({ layer: z.string(), ...share.shape })),
  detection: z.strictObject({ ...share.shape, lowerBound: z.number(), bound: z.string() }),
  localisation: share,
  missed: z.array(problem),
  inexact: z.array(problem),
  controls: share,
  falseAlarms: z.array(problem),
  scenarios: share,
  wrongScenarios: z.array(problem),
  wronglyGreen: z.array(cellNote),
  wrongReason: z.array(cellNote),
  wronglyColoured: z.array(cellNote),
  notJudged: z.array(problem),
  tests: z.array(
    z.strictObject({
      test: z.string(),
      sees: z.int(),
      specific: z.int(),
      most: z.array(z.strictObject({ id: z.string(), red: z.int() })),
    }),
  ),
  blindTests: z.array(z.string()),
  causes: z.record(z.enum(CAUSE_OUTCOMES), z.int()),
  causeProblems: z.array(problem.extend({ outcome: z.enum(CAUSE_OUTCOMES) })),
  blindSpots: z.array(problem.extend({ why: z.string() })),
});

const matrixCase = z.strictObject({
  id: z.string(),
  kind: z.enum(['fault', 'control', 'scenario']),
  priority: z.enum(['P1', 'P2']),
  layer: z.string().nullable(),
  origin: z.string().nullable(),
  note: z.string().nullable(),
  faults: z.array(z.string()),
  startedAt: z.iso.datetime(),
  ms: z.number(),
  suiteMs: z.number().nullable(),
  verdict: z.string().nullable(),
  outcome: z.enum(['as-expected', 'inexact', 'missed', 'error']),
  problems: z.array(z.string()),
  expectedCauses: z.array(z.string()),
  causes: z.strictObject({
    outcome: z.enum(CAUSE_OUTCOMES),
    problems: z.array(z.string()),
    groups: z.array(
      z.strictObject({
        cause: z.string(),
        confidence: z.string(),
        tests: z.array(z.string()),
        detail: z.string(),
        right: z.boolean(),
      }),
    ),
  }),
  cells: z.array(
    z.strictObject({
      test: z.string(),
      expected: z.enum(EXPECTED),
      result: z.enum(RESULTS),
      red: z.boolean(),
      fit: z.enum(FITS),
      class: z.string().nullable(),
      key: z.string().nullable(),
      message: z.string().nullable(),
      ms: z.number(),
    }),
  ),
});

export const matrixFile = z.strictObject({
  version: z.literal(1),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** Of this command; cases taken over by --resume are not in it. */
  durationMs: z.number(),
  machine: z.strictObject({ cores: z.int(), parallel: z.int(), workers: z.int(), node: z.string() }),
  selection: z.string(),
  asked: z.int(),
  /** Cases whose result an earlier command left. */
  resumed: z.int(),
  complete: z.boolean(),
  /** Empty = the matrix passed. */
  failed: z.array(z.string()),
  figures,
  cases: z.array(matrixCase),
});
export type MatrixFile = z.infer<typeof matrixFile>;

export const caseEntry = (one: Judgement): MatrixFile['cases'][number] => ({
  id: one.case.id,
  kind: one.case.kind,
  priority: one.case.priority,
  layer: one.case.layer ?? null,
  origin: one.case.origin ?? null,
  note: one.case.blindSpot ?? one.case.note ?? null,
  faults: [...one.case.faults],
  startedAt: one.startedAt,
  ms: one.ms,
  suiteMs: one.suiteMs,
  verdict: one.verdict,
  outcome: one.outcome,
  problems: [...one.problems],
  expectedCauses: [
    ...one.case.causes.right,
    ...one.case.causes.bracketed.map((cause) => `(${cause})`),
    ...Object.keys(one.case.causesOf),
  ],
  causes: {
    outcome: one.causes.outcome,
    problems: [...one.causes.problems],
    groups: one.causes.groups.map((group) => ({ ...group, tests: [...group.tests] })),
  },
  cells: one.cells.map((cell) => ({ ...cell })),
});

export const figuresEntry = (from: Figures): MatrixFile['figures'] => figures.parse(from);
