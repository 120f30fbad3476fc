/** Compares a record with Playwright's own JSON report: who edits one has to edit the other in the same way. */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { CATALOGUE, idOf } from '../contract/catalogue.ts';
import { ATTACHMENT } from '../evidence/annotations.ts';
import { partsReport, type PartsReport } from '../evidence/parts.ts';
import { isOf, partsFrom } from './parts.ts';
import type { Row, RunRecord } from './record.ts';

/** Small attachments stand in the report itself, in base64. */
const attachment = z.object({ name: z.string(), body: z.string().optional() });
const result = z.object({
  retry: z.int(),
  status: z.string().optional(),
  startTime: z.string(),
  duration: z.number(),
  attachments: z.array(attachment).default([]),
});
const spec = z.object({
  title: z.string(),
  tests: z.array(z.object({ projectName: z.string(), results: z.array(result) })),
});
interface SuiteNode {
  specs: z.infer<typeof spec>[];
  suites?: SuiteNode[] | undefined;
}
const suite: z.ZodType<SuiteNode> = z.object({
  specs: z.array(spec),
  get suites() {
    return z.array(suite).optional();
  },
});
const report = z.object({ suites: z.array(suite), stats: z.object({ startTime: z.string() }) });

const specsOf = (node: SuiteNode): SuiteNode['specs'] => [...node.specs, ...(node.suites ?? []).flatMap(specsOf)];

interface Told {
  readonly retry: number;
  readonly status?: string | undefined;
  readonly startedAt: string;
}

interface ToldWithParts extends Told {
  /** Undefined where it attached none, null where it cannot be read here. */
  readonly parts: PartsReport | null | undefined;
}

const jsonIn = (base64: string): unknown => {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    // The schema then refuses it, as it did in the run.
    return undefined;
  }
};

const partsIn = (id: string, { attachments, retry }: z.infer<typeof result>): ToldWithParts['parts'] => {
  const found = attachments.filter(({ name }) => name === ATTACHMENT.parts);
  if (found.some(({ body }) => body === undefined)) return null;
  const [report, more] = found.flatMap(({ body = '' }) => partsReport.safeParse(jsonIn(body)).data ?? []);
  return report === undefined || more !== undefined || !isOf(report, id, retry) ? undefined : report;
};

const partsDiffer = ({ id, parts }: Row, attempts: readonly ToldWithParts[]): boolean => {
  const entry = CATALOGUE.find((candidate) => candidate.id === id);
  const reports = attempts.toSorted((a, b) => a.retry - b.retry).map((attempt) => attempt.parts);
  if (entry === undefined || entry.parts.length === 0 || reports.some((report) => report === null)) return false;
  const told = partsFrom(
    entry,
    reports.map((report) => report ?? undefined),
    '',
  );
  return told.some(({ result: said }, index) => said !== parts[index]?.result);
};

const fingerprint = (attempts: readonly Told[]): string =>
  attempts
    .map((attempt) => `${attempt.retry} ${attempt.status ?? ''} ${attempt.startedAt}`)
    .sort()
    .join('\n');

/** A test that has begun is `skipped` until its end is reported. */
const unfinished = (attempts: readonly Told[]): boolean =>
  attempts.length === 0 || attempts.some(({ status }) => status === 'skipped' || status === 'interrupted');

export interface CrossCheck {
  readonly misuses: string[];
  /** Said when nothing could be compared. */
  readonly note: string | null;
}

export const crossCheck = (record: RunRecord, file: string): CrossCheck => {
  if (!existsSync(file))
    return record.hasResults
      ? {
          misuses: [`${file} is not there, although the run left one: the record cannot be compared with it`],
          note: null,
        }
      : { misuses: [], note: `the run left no ${file}, so the record was not compared with it` };
  const read = report.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) return { misuses: [`${file} is not a report of Playwright`], note: null };
  const { suites, stats } = read.data;
  const specs = suites.flatMap(specsOf);
  // What `--list` leaves when a JSON report is configured.
  if (specs.every(({ tests }) => tests.every((test) => test.results.length === 0)))
    return { misuses: [], note: `${file} has no results, so the record was not compared with it` };
  const apart = Date.parse(stats.startTime) - Date.parse(record.startedAt);
  if (apart > 0) return { misuses: [`the record is stale: ${file} is of a later run`], note: null };
  if (apart < 0) return { misuses: [`${file} is of an earlier run than the record`], note: null };

  const told = new Map<string, ToldWithParts[]>();
  for (const { title, tests } of specs) {
    const id = idOf(title);
    if (id === undefined) continue;
    const attempts = tests.flatMap((test) =>
      test.results.map((each) => ({
        retry: each.retry,
        status: each.status,
        startedAt: each.startTime,
        parts: partsIn(id, each),
      })),
    );
    told.set(id, [...(told.get(id) ?? []), ...attempts]);
  }
  // Playwright does not wait for the workers of a run that it stops: a test may end between two reporters.
  const stopped = record.status === 'timedout' || record.status === 'interrupted';
  const differ = record.rows
    .filter((row) => {
      const { id, attempts } = row;
      const others = told.get(id) ?? [];
      if (stopped && (unfinished(attempts) || unfinished(others))) return false;
      if (fingerprint(attempts) !== fingerprint(others)) return true;
      // Of an id that was met twice the parts of one test alone are in the record.
      return new Set(attempts.map(({ retry }) => retry)).size === attempts.length && partsDiffer(row, others);
    })
    .map((row) => row.id);
  return differ.length === 0
    ? { misuses: [], note: null }
    : { misuses: [`the record was edited: ${file} tells something else about ${differ.join(', ')}`], note: null };
};
