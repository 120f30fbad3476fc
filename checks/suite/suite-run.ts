/** Runs the real suite through the real command line, with reports of its own, and reads its record. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { runRecord, type RunRecord } from '../../src/reporter/record.ts';

export interface SuiteRun {
  readonly exitCode: number | null;
  readonly output: string;
  readonly seconds: number;
  readonly reports: string;
  readonly record: RunRecord;
}

/** `variables`: environment of the run, on top of a clean one; `node`: options of Node, which the workers inherit. */
export const runSuite = async (
  reports: string,
  variables: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  node: readonly string[] = [],
): Promise<SuiteRun> => {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(?:E2E|STANDIN|PLAYWRIGHT|PW)_|^CI$|^TEST_/.test(name),
  );
  const begun = performance.now();
  const child = spawn(process.execPath, [...node, 'node_modules/@playwright/test/cli.js', 'test', ...args], {
    env: { ...Object.fromEntries(clean), FORCE_COLOR: '0', GOLDENPATH_REPORTS: reports, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const record = runRecord.parse(JSON.parse(readFileSync(join(reports, 'impact', 'run.json'), 'utf8')));
  return {
    exitCode,
    output: Buffer.concat(chunks).toString('utf8'),
    seconds: (performance.now() - begun) / 1_000,
    reports,
    record,
  };
};

/** Ids of the P1 rows with this result. */
export const idsWith = (record: RunRecord, result: RunRecord['rows'][number]['result']): string[] =>
  record.rows.filter((row) => row.priority === 'P1' && row.result === result).map(({ id }) => id);
