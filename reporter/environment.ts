/** The one place of the reporter that reads `process.env`. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import { z } from 'zod';

/** Folder of the suite that this file belongs to. */
export const SUITE = resolve(import.meta.dirname, '..');

const filled = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

const shape = z.object({
  /** Key of the record's seal; it stays out of the options because Playwright's JSON report prints those. */
  E2E_RECORD_KEY: filled,
  E2E_RUN_ID: filled,
  E2E_BASE_URL: filled,
  E2E_IMPACT_MODEL: filled,
  GOLDENPATH_REPORTS: filled,
  GITHUB_STEP_SUMMARY: filled,
  GITHUB_SHA: filled,
  CI_COMMIT_SHA: filled,
  BUILD_SOURCEVERSION: filled,
  BITBUCKET_COMMIT: filled,
  CIRCLE_SHA1: filled,
  GIT_COMMIT: filled,
  TERM: filled,
  LC_ALL: filled,
  LC_CTYPE: filled,
  LANG: filled,
});

export interface ReporterEnvironment {
  readonly recordKey: string | undefined;
  readonly runId: string | undefined;
  readonly baseUrl: string | undefined;
  readonly modelFile: string | undefined;
  /** Folder of all reports. */
  readonly reports: string;
  readonly stepSummary: string | undefined;
  /** The commit that a CI service builds; it may be another repository's. */
  readonly ciCommit: string | undefined;
  /** Whether the terminal can be expected to show more than ASCII. */
  readonly unicode: boolean;
}

/** `.env` fills what the shell leaves unset, as it does for the tests; nothing is written back to `process.env`. */
const withFile = (): Record<string, string | undefined> => ({
  ...(existsSync('.env') ? parse(readFileSync('.env')) : {}),
  ...process.env,
});

export const readEnvironment = (source: Record<string, string | undefined> = withFile()): ReporterEnvironment => {
  const env = shape.parse(source);
  const locale = env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? 'C';
  return {
    recordKey: env.E2E_RECORD_KEY,
    runId: env.E2E_RUN_ID,
    baseUrl: env.E2E_BASE_URL,
    modelFile: env.E2E_IMPACT_MODEL,
    reports: env.GOLDENPATH_REPORTS ?? 'reports',
    stepSummary: env.GITHUB_STEP_SUMMARY,
    ciCommit:
      env.GITHUB_SHA ??
      env.CI_COMMIT_SHA ??
      env.BUILD_SOURCEVERSION ??
      env.BITBUCKET_COMMIT ??
      env.CIRCLE_SHA1 ??
      env.GIT_COMMIT,
    unicode: env.TERM !== 'dumb' && /utf-?8/i.test(locale),
  };
};
