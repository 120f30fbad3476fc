/** `reports/history.jsonl`: one line a run, only ever appended to. */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VERDICTS } from './assess.ts';
import type { Assessment } from './assess.ts';
import { RESULTS } from './record.ts';
import type { Result, RunRecord } from './record.ts';

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

export interface Trend {
  /** The last runs against the same target, this one last. */
  readonly runs: readonly HistoryEntry[];
  /** Ids that failed now and did not in the last run that had evidence of them. */
  readonly newlyFailed: readonly string[];
  readonly recovered: readonly string[];
  /** Start of the first run of an unbroken row of failures, by id. */
  readonly failingSince: ReadonlyMap<string, { readonly startedAt: string; readonly runs: number }>;
  /** Flaky runs among those shown, by id. */
  readonly flaky: ReadonlyMap<string, number>;
  readonly unreadable: number;
}

export const trendOf = (
  { entries, unreadable }: { entries: readonly HistoryEntry[]; unreadable: number },
  now: HistoryEntry,
): Trend => {
  const before = entries.filter(
    (each) => each.target === now.target && !(each.runId === now.runId && each.startedAt === now.startedAt),
  );
  const runs = [...before.filter((each) => each.startedAt <= now.startedAt), now].slice(-RUNS_SHOWN);
  const newlyFailed: string[] = [];
  const recovered: string[] = [];
  const failingSince = new Map<string, { startedAt: string; runs: number }>();
  const flaky = new Map<string, number>();
  for (const [id, result] of Object.entries(now.results)) {
    // Runs without evidence of a test say neither that it was fixed nor that it broke.
    const shown: readonly { startedAt: string; result: Result }[] = [...before, now].flatMap((each) => {
      const found = each.results[id];
      return found === undefined || found === 'unverified' ? [] : [{ startedAt: each.startedAt, result: found }];
    });
    const previous = shown.at(-2);
    if (result === 'failed') {
      const firstGood = shown.findLastIndex((each) => each.result !== 'failed');
      const row = shown.slice(firstGood + 1);
      failingSince.set(id, { startedAt: row[0]?.startedAt ?? now.startedAt, runs: row.length });
      if (previous !== undefined && previous.result !== 'failed') newlyFailed.push(id);
    } else if (result === 'verified' && previous?.result === 'failed') recovered.push(id);
    const count = runs.filter((each) => each.results[id] === 'flaky').length;
    if (count > 0) flaky.set(id, count);
  }
  return { runs, newlyFailed, recovered, failingSince, flaky, unreadable };
};
