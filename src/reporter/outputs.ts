/** Every file that a run leaves, and who renders it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { courtesy, fileProblem } from '../evidence/courtesy.ts';
import { ctrf } from './ctrf.ts';
import { jsonPieces, writeWhole } from './files.ts';
import { page } from './html/page.ts';
import { impactReport } from './impact-json.ts';
import { junit } from './junit.ts';
import type { RunRecord } from './record.ts';
import type { Report } from './report.ts';
import { sessionReport } from './session-report.ts';

export const RECORD_FILE = 'run.json';

export const impactFolder = (outputDir: string): string => join(outputDir, 'impact');

/** Playwright's own JSON report, as the configuration places it. */
export const resultsFile = (outputDir: string): string => join(outputDir, 'results.json');

export const historyFile = (outputDir: string): string => join(outputDir, 'history.jsonl');

/** Of a record that cannot be kept: without it there is no verdict, so nothing goes on. */
export class RecordLost extends Error {
  override readonly name = 'RecordLost';
}

const orLost = <T>(outputDir: string, act: () => T): T => {
  try {
    return act();
  } catch (cause) {
    const why = fileProblem(cause);
    if (why === undefined) throw cause;
    throw new RecordLost(
      `goldenpath: the record ${join(impactFolder(outputDir), RECORD_FILE)} cannot be written (${why}). Without it there is no verdict: make that folder writable, or name another with GOLDENPATH_REPORTS, and run again.`,
      { cause },
    );
  }
};

/** Makes the folder of a record, and room for it: whatever happens to the run, an earlier record must not be taken for its own. */
export const clearRecord = (outputDir: string): void => {
  orLost(outputDir, () => {
    const folder = impactFolder(outputDir);
    mkdirSync(folder, { recursive: true });
    for (const name of [RECORD_FILE, 'impact.json', 'impact.md', 'index.html', 'attempts.jsonl', 'evidence'])
      rmSync(join(folder, name), { recursive: true, force: true });
    rmSync(resultsFile(outputDir), { force: true });
    const trial = join(folder, `${RECORD_FILE}.trial`);
    writeFileSync(trial, 'x');
    rmSync(trial);
  });
};

export const writeRecord = (outputDir: string, record: RunRecord): void => {
  orLost(outputDir, () => {
    writeWhole(join(impactFolder(outputDir), RECORD_FILE), jsonPieces(record));
  });
};

export const REPORTS: Readonly<Record<string, (report: Report) => Iterable<string>>> = {
  'impact/impact.json': (report) => jsonPieces(impactReport(report)),
  'impact/impact.md': sessionReport,
  'impact/index.html': page,
  'junit.xml': junit,
  'ctrf.json': (report) => jsonPieces(ctrf(report)),
};

export const writeReports = (outputDir: string, report: Report): void => {
  for (const [name, render] of Object.entries(REPORTS))
    courtesy(`${join(outputDir, name)} cannot be written`, undefined, () => {
      writeWhole(join(outputDir, name), render(report));
    });
};
