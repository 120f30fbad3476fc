/** Every file that a run leaves, and who renders it. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ctrf } from './ctrf.ts';
import { jsonPieces, writeWhole } from './files.ts';
import { page } from './html/page.ts';
import { impactReport } from './impact-json.ts';
import { junit } from './junit.ts';
import type { RunRecord } from './record.ts';
import type { Report } from './report.ts';
import { sessionReport } from './session-report.ts';
import { stepSummary } from './step-summary.ts';

export const RECORD_FILE = 'run.json';

export const impactFolder = (outputDir: string): string => join(outputDir, 'impact');

/** Playwright's own JSON report, as the configuration places it. */
export const resultsFile = (outputDir: string): string => join(outputDir, 'results.json');

export const historyFile = (outputDir: string): string => join(outputDir, 'history.jsonl');

export const writeRecord = (outputDir: string, record: RunRecord): void =>
  writeWhole(join(impactFolder(outputDir), RECORD_FILE), jsonPieces(record));

export const REPORTS: Readonly<Record<string, (report: Report) => Iterable<string>>> = {
  'impact/impact.json': (report) => jsonPieces(impactReport(report)),
  'impact/impact.md': sessionReport,
  'impact/index.html': page,
  'junit.xml': junit,
  'ctrf.json': (report) => jsonPieces(ctrf(report)),
};

export const writeReports = (outputDir: string, report: Report): void => {
  for (const [name, render] of Object.entries(REPORTS)) writeWhole(join(outputDir, name), render(report));
};

export const appendStepSummary = (file: string, report: Report): void => appendFileSync(file, stepSummary(report));
