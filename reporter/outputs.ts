/** Every file that a run leaves, and who renders it. */
import { join } from 'node:path';
import type { Assessment } from './assess.ts';
import { jsonPieces, writeWhole } from './files.ts';
import { impactReport } from './impact-json.ts';
import type { RunRecord } from './record.ts';

export const RECORD_FILE = 'run.json';

export const impactFolder = (outputDir: string): string => join(outputDir, 'impact');

export const writeRecord = (outputDir: string, record: RunRecord): void =>
  writeWhole(join(impactFolder(outputDir), RECORD_FILE), jsonPieces({ ...record }));

export const writeReports = (outputDir: string, record: RunRecord, assessment: Assessment): void => {
  writeWhole(join(impactFolder(outputDir), 'impact.json'), jsonPieces({ ...impactReport(record, assessment) }));
};
