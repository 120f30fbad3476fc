/** What a case left: the part of the suite's record that the matrix judges. One file a case, so a run can be resumed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TURNED_AWAY } from '../../src/evidence/annotations.ts';
import { causeGroup, finding } from '../../src/reporter/causes.ts';
import { jsonPieces, writeWhole } from '../../src/reporter/files.ts';
import type { Priority } from '../../src/contract/catalogue.ts';
import { attemptFailure, RESULTS, runRecord } from '../../src/reporter/record.ts';

const count = z.object({ passed: z.int(), of: z.int() });
const impact = z.object({ verdict: z.string(), readings: z.object({ passRate: count, tolerant: count }) });

const observedRow = z.strictObject({
  id: z.string(),
  result: z.enum(RESULTS),
  reason: z.string().nullable(),
  ms: z.number(),
  degraded: z.array(z.string()),
  cleanup: z.array(z.string()),
  failures: z.array(attemptFailure),
});
export type ObservedRow = z.infer<typeof observedRow>;

const observed = z.strictObject({
  ms: z.number(),
  verdict: z.string(),
  passRate: z.number(),
  tolerant: z.number(),
  /** Class and message of the preflight that stopped the run, or of the ban that stopped the rest of it. */
  stopped: z.strictObject({ class: z.string(), message: z.string() }).nullable(),
  rows: z.array(observedRow),
  causes: z.array(causeGroup),
  findings: z.array(finding),
  errors: z.array(z.string()),
});
export type Observed = z.infer<typeof observed>;

export const caseResult = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  sources: z.string(),
  startedAt: z.iso.datetime(),
  ms: z.number(),
  /** Why there is nothing to judge. */
  error: z.string().nullable(),
  observed: observed.nullable(),
});
export type CaseResult = z.infer<typeof caseResult>;

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** From `run.json` and `impact.json` of a run of the suite. */
export const observe = (reports: string, of: Priority): Observed => {
  const record = runRecord.parse(readJson(join(reports, 'impact', 'run.json')));
  const { verdict, readings } = impact.parse(readJson(join(reports, 'impact', 'impact.json')));
  const ban = record.rows.find(({ reason }) => reason?.startsWith(TURNED_AWAY) === true)?.reason;
  const stopped =
    record.preflight.find((preflight) => preflight.stopped !== null)?.stopped ??
    (typeof ban === 'string' ? { class: 'http-status', message: ban } : null);
  return {
    ms: record.durationMs,
    verdict,
    passRate: readings.passRate.passed,
    tolerant: readings.tolerant.passed,
    stopped: stopped === null ? null : { class: stopped.class, message: stopped.message },
    rows: record.rows
      .filter(({ priority }) => priority === of)
      .map(({ id, result, reason, attempts, degraded, cleanup }) => ({
        id,
        result,
        reason,
        ms: attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0),
        degraded,
        cleanup,
        failures: attempts.flatMap(({ failures }) => failures),
      })),
    causes: record.causes,
    findings: record.findings,
    errors: record.errors.map(({ kind, message }) => `${kind}: ${message}`),
  };
};

const RESULT_FILE = 'result.json';

/** A name that every file system takes. */
export const folderOf = (out: string, id: string): string => join(out, 'cases', id.replaceAll(/[^A-Za-z0-9-]+/g, '_'));

export const saveResult = (folder: string, result: CaseResult): void =>
  writeWhole(join(folder, RESULT_FILE), jsonPieces(result));

/** The stored result; undefined when there is none or an older version of the matrix wrote it. */
export const loadResult = (folder: string): CaseResult | undefined => {
  const file = join(folder, RESULT_FILE);
  return existsSync(file) ? caseResult.safeParse(readJson(file)).data : undefined;
};
