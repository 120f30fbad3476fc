/** What reporter and gate take from the variables; the reader and its rules are those of the tests. */
import { filledVariables, parseVariables, type Source } from '../settings/variables.ts';

export interface ReporterEnvironment {
  /** Key of the record's seal; it stays out of the options because Playwright's JSON report prints those. */
  readonly recordKey: string | undefined;
  readonly runId: string | undefined;
  readonly baseUrl: string | undefined;
  readonly modelFile: string | undefined;
  /** Folder of all reports. */
  readonly reports: string;
  readonly stepSummary: string | undefined;
  readonly commit: string | undefined;
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
    commit: source['GITHUB_SHA'],
    unicode: showsUnicode(source),
  };
};
