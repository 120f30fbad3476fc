/** `reports/history.jsonl`: one line a run, only ever appended to. */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CATALOGUE } from '../contract/catalogue.ts';
import { VERDICTS } from './assess.ts';
import type { Assessment } from './assess.ts';
import { hasParts, type PartResult } from './parts.ts';
import { RESULTS, rowPart } from './record.ts';
import type { RunRecord } from './record.ts';

const entry = z.object({
  version: z.literal(1),
  runId: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: z.number(),
  verdict: z.enum(VERDICTS),
  rehearsal: z.boolean(),
  /** What runs are compared with each other by: the origin, or `stand-in`. */
  target: z.string(),
  commit: z.string().nullable(),
  currency: z.string(),
  confirmed: z.number(),
  unverified: z.number(),
  tier: z.number(),
  results: z.record(z.string(), z.enum(RESULTS)),
  /** Parts that were not verified, by test; absent in lines from before tests had parts. */
  parts: z.record(z.string(), z.record(z.string(), rowPart.shape.result)).optional(),
  causes: z.array(z.string()),
});
export type HistoryEntry = z.infer<typeof entry>;

export const RUNS_SHOWN = 30;

export const entryOf = (record: RunRecord, assessment: Assessment): HistoryEntry => ({
  version: 1,
  runId: record.runId,
  startedAt: record.startedAt,
  durationMs: record.durationMs,
  verdict: assessment.verdict,
  rehearsal: assessment.rehearsal,
  target: record.target === null ? 'unknown' : record.target.kind === 'standin' ? 'stand-in' : record.target.api,
  commit: record.git.commit,
  currency: assessment.currency,
  confirmed: assessment.exposure.confirmed,
  unverified: assessment.exposure.unverified,
  tier: assessment.exposure.tier,
  results: Object.fromEntries(assessment.rows.map((row) => [row.id, row.result])),
  parts: Object.fromEntries(
    assessment.rows
      .filter(
        (row) => hasParts(row) && row.parts.some(({ result }) => result !== 'verified' && result !== 'unverified'),
      )
      .map((row) => [
        row.id,
        Object.fromEntries(
          row.parts.filter(({ result }) => result !== 'verified').map(({ name, result }) => [name, result]),
        ),
      ]),
  ),
  causes: record.causes.map((group) => group.cause),
});

/** Lines that are torn, or of another version, are passed over: a killed run must not cost the history before it. */
export const readHistory = (file: string): { entries: HistoryEntry[]; unreadable: number } => {
  if (!existsSync(file)) return { entries: [], unreadable: 0 };
  const entries: HistoryEntry[] = [];
  let unreadable = 0;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const parsed = entry.safeParse(jsonOf(line));
    if (parsed.success) entries.push(parsed.data);
    else unreadable += 1;
  }
  return { entries: entries.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)), unreadable };
};

const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    // The schema then refuses it, and the line counts as unreadable.
    return undefined;
  }
};

const endsTorn = (file: string): boolean => {
  if (!existsSync(file)) return false;
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    if (size === 0) return false;
    const last = Buffer.alloc(1);
    readSync(handle, last, 0, 1, size - 1);
    return last.toString() !== '\n';
  } finally {
    closeSync(handle);
  }
};

/** One write in append mode, so that lines of runs that end at the same time do not mix. */
export const appendHistory = (file: string, added: HistoryEntry): void => {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${endsTorn(file) ? '\n' : ''}${JSON.stringify(added)}\n`);
};

export interface PartTrend {
  readonly test: string;
  readonly part: string;
  readonly newlyFailed: boolean;
  readonly recovered: boolean;
  readonly failingSince: Failing | null;
  /** Flaky runs among those shown. */
  readonly flaky: number;
}

/** An unbroken row of failures. */
interface Failing {
  readonly startedAt: string;
  readonly runs: number;
}

export interface Trend {
  /** The last runs against the same target, this one last. */
  readonly runs: readonly HistoryEntry[];
  /** Ids that failed now and did not in the last run that had evidence of them. */
  readonly newlyFailed: readonly string[];
  readonly recovered: readonly string[];
  /** Start of the first run of an unbroken row of failures, by id. */
  readonly failingSince: ReadonlyMap<string, Failing>;
  /** Flaky runs among those shown, by id. */
  readonly flaky: ReadonlyMap<string, number>;
  /** Parts of which there is something to say. */
  readonly parts: readonly PartTrend[];
  readonly unreadable: number;
}

type Known = (entry: HistoryEntry) => PartResult | undefined;

/** What became of one test or part; a run without evidence of it says neither that it was fixed nor that it broke. */
const courseOf = (all: readonly HistoryEntry[], runs: readonly HistoryEntry[], resultIn: Known) => {
  const shown = all.flatMap((each) => {
    const result = resultIn(each);
    return result === undefined || result === 'unverified' || result === 'not applicable'
      ? []
      : [{ startedAt: each.startedAt, result }];
  });
  const now = all.at(-1);
  const result = now === undefined ? undefined : resultIn(now);
  const previous = shown.at(-2)?.result;
  const row = shown.slice(shown.findLastIndex((each) => each.result !== 'failed') + 1);
  const failing = result === 'failed' ? { startedAt: row[0]?.startedAt ?? '', runs: row.length } : null;
  return {
    newlyFailed: failing !== null && previous !== undefined && previous !== 'failed',
    recovered: result === 'verified' && previous === 'failed',
    failingSince: failing,
    flaky: runs.filter((each) => resultIn(each) === 'flaky').length,
  };
};

/** A part that a run does not name was verified with its test, or beside parts that were not. */
const partIn =
  (test: string, part: string): Known =>
  ({ results, parts }) => {
    const result = results[test];
    if (result === undefined || result === 'verified') return result;
    return parts?.[test] === undefined ? undefined : (parts[test][part] ?? 'verified');
  };

export const trendOf = (
  { entries, unreadable }: { entries: readonly HistoryEntry[]; unreadable: number },
  now: HistoryEntry,
): Trend => {
  const before = entries.filter(
    (each) => each.target === now.target && !(each.runId === now.runId && each.startedAt === now.startedAt),
  );
  const runs = [...before.filter((each) => each.startedAt <= now.startedAt), now].slice(-RUNS_SHOWN);
  const all = [...before, now];
  const tests = Object.keys(now.results).map((id) => ({ id, ...courseOf(all, runs, ({ results }) => results[id]) }));
  const named = new Map<string, Set<string>>();
  for (const { parts = {} } of all)
    for (const [test, own] of Object.entries(parts))
      named.set(test, new Set([...(named.get(test) ?? []), ...Object.keys(own)]));
  const parts = [...named]
    .flatMap(([test, names]) =>
      // A part that the catalogue has given up is no news.
      (CATALOGUE.find(({ id }) => id === test)?.parts ?? [])
        .filter((name) => names.has(name))
        .map((part): PartTrend => ({ test, part, ...courseOf(all, runs, partIn(test, part)) })),
    )
    .filter(
      ({ newlyFailed, recovered, failingSince, flaky }) =>
        newlyFailed || recovered || failingSince !== null || flaky > 0,
    );
  const having = (what: 'newlyFailed' | 'recovered'): string[] =>
    tests.filter((each) => each[what]).map(({ id }) => id);
  return {
    runs,
    newlyFailed: having('newlyFailed'),
    recovered: having('recovered'),
    failingSince: new Map(tests.flatMap(({ id, failingSince }) => (failingSince === null ? [] : [[id, failingSince]]))),
    flaky: new Map(tests.flatMap(({ id, flaky }) => (flaky === 0 ? [] : [[id, flaky]]))),
    parts,
    unreadable,
  };
};

/** Tests and, where a test has parts, each of them, as reports name them. */
export const labelled = (trend: Trend, tests: readonly string[], holds: (part: PartTrend) => boolean): string[] => {
  const parted = new Set(trend.parts.map(({ test }) => test));
  return [
    ...tests.filter((id) => !parted.has(id)),
    ...trend.parts.filter(holds).map(({ test, part }) => `${test} (${part})`),
  ];
};
