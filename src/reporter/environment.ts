/** What reporter and gate take from the variables; the reader and its rules are those of the tests. */
import { resolve } from 'node:path';
import { filled, filledVariables, parseVariables, type Source } from '../environment/variables.ts';

/** Folder of the suite that this file belongs to. */
export const SUITE = resolve(import.meta.dirname, '../..');

/** Where CI services say which commit they build. */
const CI_COMMITS = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'BUILD_SOURCEVERSION',
  'BITBUCKET_COMMIT',
  'CIRCLE_SHA1',
  'GIT_COMMIT',
] as const;

export interface ReporterEnvironment {
  /** Key of the record's seal; it stays out of the options because Playwright's JSON report prints those. */
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

const locale = ({ LC_ALL, LC_CTYPE, LANG }: Source): string =>
  [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? 'C';

/** Also for programs whose variables may be wrong: they have to say so. */
export const showsUnicode = (source: Source = process.env): boolean =>
  source['TERM'] !== 'dumb' && /utf-?8/i.test(locale(source));

export const readEnvironment = (source: Source = filledVariables()): ReporterEnvironment => {
  const variables = parseVariables(source);
  return {
    recordKey: variables.E2E_RECORD_KEY,
    runId: variables.E2E_RUN_ID,
    baseUrl: variables.E2E_BASE_URL,
    modelFile: variables.E2E_IMPACT_MODEL,
    reports: source['GOLDENPATH_REPORTS'] ?? 'reports',
    stepSummary: source['GITHUB_STEP_SUMMARY'],
    ciCommit: CI_COMMITS.map((name) => filled(source[name])).find((commit) => commit !== undefined),
    unicode: showsUnicode(source),
  };
};
