/** Runs the real suite through the real command line against one case. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CATALOGUE, SECURITY, type Priority } from '../../src/contract/catalogue.ts';
import type { Case } from './expectation.ts';
import { startExternal } from './external-standin.ts';
import { folderOf, observe, saveResult, type CaseResult, type Observed } from './result.ts';

const require = createRequire(import.meta.url);
const PLAYWRIGHT = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js');

/** Far above the sum of what the tests may take, so that only a run that hangs meets it. */
const LIMIT_MS = 300_000;
/** What a run gets to write its reports after it was asked to end. */
const GRACE_MS = 4_000;
const EXCERPT = 600;
const PROJECT = { P1: 'p1-critical', P2: 'p2-high' } as const;

export interface RunSettings {
  readonly tree: string;
  readonly out: string;
  readonly workers: number;
  readonly signal: AbortSignal;
}

/** Neither this machine's settings nor those of a surrounding run reach the case. */
export const cleanEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !/^(?:E2E|STANDIN|PLAYWRIGHT|PW|GOLDENPATH|GITHUB)_|^CI$|^TEST_|^NODE_OPTIONS$/.test(entry[0]),
    ),
  );

/** Runs `playwright test` with these arguments; undefined when it came to its end, else why it did not. */
export const runPlaywright = async (
  args: readonly string[],
  { tree, signal }: Pick<RunSettings, 'tree' | 'signal'>,
  env: Record<string, string>,
  log: string,
  limitMs: number,
): Promise<string | undefined> => {
  const output = openSync(log, 'w');
  // A group of its own, so that nothing of it survives the limit.
  const child = spawn(process.execPath, [PLAYWRIGHT, 'test', ...args], {
    cwd: tree,
    env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const { pid } = child;
  const kill = (how: NodeJS.Signals): void => {
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-pid, how);
  };
  let ended: string | undefined;
  const end = (why: string) => (): void => {
    ended = why;
    // Only the runner: it stops its workers and the stand-in itself.
    child.kill('SIGINT');
    setTimeout(() => kill('SIGKILL'), GRACE_MS).unref();
  };
  const interrupt = end('interrupted');
  const limit = setTimeout(end(`no end after ${limitMs / 1_000} s`), limitMs);
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    await new Promise<void>((done, failed) => child.once('error', failed).once('exit', () => done()));
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', interrupt);
  }
  return ended;
};

const tail = (log: string): string => (existsSync(log) ? readFileSync(log, 'utf8').trim().slice(-EXCERPT) : '');

const elsewhere = (priority: Priority): string[] => {
  const security = CATALOGUE.filter((entry) => entry.priority !== priority && SECURITY.includes(entry.capability));
  return [
    ...new Set(security.map((entry) => `--project=${PROJECT[entry.priority]}`)),
    `--grep=preflight|${[`${priority}-`, ...security.map(({ id }) => id)].join('|')}`,
  ];
};

const attempt = async (one: Case, settings: RunSettings, folder: string): Promise<Observed | string> => {
  const reports = resolve(folder, 'reports');
  const log = join(folder, 'output.txt');
  const selection = {
    ...(one.scenario === undefined ? {} : { STANDIN_SCENARIO: one.scenario }),
    ...(one.faults.length === 0 ? {} : { STANDIN_FAULTS: one.faults.join(',') }),
  };
  const base = { ...cleanEnvironment(), FORCE_COLOR: '0', GOLDENPATH_REPORTS: reports };
  const external =
    one.standin === 'of-the-suite'
      ? undefined
      : await startExternal(settings.tree, folder, { ...base, ...selection }, one.standin === 'later');
  try {
    const variables = external === undefined ? selection : external.variables;
    const args = [
      '--project=preflight',
      `--project=${PROJECT[one.priority]}`,
      // No run is a GO without evidence for the security capabilities of the other priority.
      ...(one.verdict === 'GO' ? elsewhere(one.priority) : []),
      '--retries=0',
      `--workers=${one.workers ?? settings.workers}`,
    ];
    const ended = await runPlaywright(args, settings, { ...base, ...variables }, log, LIMIT_MS);
    if (ended !== undefined) return `${ended}; see ${log}`;
  } finally {
    await external?.stop();
  }
  if (!existsSync(join(reports, 'impact', 'run.json'))) return `the run left no record:\n${tail(log)}`;
  return observe(reports, one.priority);
};

export const runCase = async (one: Case, sources: string, settings: RunSettings): Promise<CaseResult> => {
  const folder = folderOf(settings.out, one.id);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [startedAt, begun] = [new Date().toISOString(), performance.now()];
  const outcome = await attempt(one, settings, folder).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  const result: CaseResult = {
    version: 1,
    id: one.id,
    sources,
    startedAt,
    ms: Math.round(performance.now() - begun),
    ...(typeof outcome === 'string' ? { error: outcome, observed: null } : { error: null, observed: outcome }),
  };
  // An interrupted case was not run; the next --resume takes it up.
  if (!settings.signal.aborted) saveResult(folder, result);
  return result;
};
