/** Whether a record is what the newest run of its project left, by the ledger that every run writes. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { LedgerEntry } from '../evidence/ledger.ts';
import { oneLine } from '../evidence/one-line.ts';
import { instant } from './format.ts';
import type { RunRecord } from './record.ts';

const entry: z.ZodType<LedgerEntry> = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begun'), run: z.string(), at: z.iso.datetime() }),
  z.object({ event: z.literal('reporting'), run: z.string(), at: z.iso.datetime(), reports: z.string() }),
  z.object({ event: z.literal('recorded'), run: z.string(), at: z.iso.datetime(), hash: z.string() }),
]);

/** `undefined` stands for a line that a killed run left torn. */
const readLedger = (file: string): (LedgerEntry | undefined)[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return entry.parse(JSON.parse(line));
      } catch {
        return undefined;
      }
    });

export const ledgerProblems = (record: RunRecord, recordFile: string): string[] => {
  const folder = dirname(recordFile);
  const file = join(folder, record.ledger.path);
  const why = 'run the suite again';
  if (!existsSync(file))
    return [`the record is stale: ${file}, where its project notes every run, is not there; ${why} in this folder`];
  const { id } = record.ledger;
  const entries = readLedger(file);
  const begun = entries.findIndex((each) => each?.run === id && each.event === 'begun');
  const recorded = entries.findLastIndex((each) => each?.run === id && each.event === 'recorded');
  const own = entries[recorded];
  if (begun < 0 || own?.event !== 'recorded') return [`the record is stale: ${file} does not know its run; ${why}`];
  const found: string[] = [];
  if (own.hash !== record.hash) found.push(`the record was edited: ${file} has another hash of it`);
  const later = entries.slice(recorded + 1).find((each) => each === undefined || each.event === 'begun');
  if (later !== undefined || entries.slice(recorded + 1).includes(undefined))
    found.push(
      `the record is stale: a later run began${later === undefined ? '' : ` at ${instant(later.at)}`} in this project, whatever became of it; ${why}`,
    );
  // Runs side by side are judged by the folder of each; in one folder they overwrite each other.
  const reports = realpathSync(folder);
  const beside = entries
    .slice(begun)
    .find((each) => each?.event === 'reporting' && each.run !== id && each.reports === reports);
  if (beside !== undefined)
    found.push(
      `another run wrote into ${oneLine(folder, 200)} at the same time; give each its own folder with GOLDENPATH_REPORTS`,
    );
  return found;
};
