/**
 * `.goldenpath-runs.jsonl` beside package.json: every run that began here, and the record that it left. A record counts
 * only while no other run has begun after it. Written before anything that may fail, so it needs nothing but Node.
 */
import { appendFileSync, existsSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isRun } from './runner-arguments.ts';

const FILE = '.goldenpath-runs.jsonl';
const LONGEST = 1_000_000;
const KEPT_LINES = 1_000;

export type LedgerEntry =
  | { readonly run: string; readonly event: 'begun'; readonly at: string }
  | { readonly run: string; readonly event: 'reporting'; readonly at: string; readonly reports: string }
  | { readonly run: string; readonly event: 'recorded'; readonly at: string; readonly hash: string };

export interface LedgerRun {
  readonly id: string;
  readonly file: string;
}

/** The project of a configuration: reports and working directory change from run to run, this folder does not. */
const projectOf = (folder: string): string => {
  for (let at = folder; ; at = dirname(at)) {
    if (['package.json', '.git'].some((name) => existsSync(join(at, name)))) return at;
    if (dirname(at) === at) return folder;
  }
};

const append = (file: string, entry: LedgerEntry): void => {
  try {
    // A line of its own, whatever a killed run left behind.
    appendFileSync(file, `\n${JSON.stringify(entry)}\n`);
  } catch (cause) {
    throw new Error(
      `goldenpath notes each run in ${file}, which cannot be written. Make that folder writable: without the note the record of an earlier run could be taken for this one's.`,
      { cause },
    );
  }
};

/** A line that another run adds meanwhile may get lost; its record is then refused, never trusted. */
const shorten = (file: string): void => {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < LONGEST) return;
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, readFileSync(file, 'utf8').split('\n').slice(-KEPT_LINES).join('\n'));
  renameSync(temporary, file);
};

let current: LedgerRun | undefined;

/** Notes once per process that a run begins, whoever asks first: the configuration, or the reporter of another one. */
export const beginRun = (configFolder: string): LedgerRun => {
  if (current !== undefined) return current;
  const run = { id: randomUUID(), file: join(realpathSync(projectOf(configFolder)), FILE) };
  if (!isRun(process.argv)) return run;
  shorten(run.file);
  append(run.file, { run: run.id, event: 'begun', at: new Date().toISOString() });
  current = run;
  return run;
};

export const noteReports = ({ id, file }: LedgerRun, folder: string): void =>
  append(file, { run: id, event: 'reporting', at: new Date().toISOString(), reports: realpathSync(folder) });

export const noteRecord = ({ id, file }: LedgerRun, hash: string): void =>
  append(file, { run: id, event: 'recorded', at: new Date().toISOString(), hash });
