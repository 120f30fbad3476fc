/** `npm run nightly`: the steps of a night, the same for GitHub, GitLab and a plain shell. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import '../evidence/closed-output.ts';
import { courtesy } from '../evidence/courtesy.ts';
import { peekEnvironment, prepareEnvironment, SetupError, type Environment } from '../../fixtures/environment.ts';
import { EXIT_CODE, VERDICTS, type Verdict } from '../reporter/assess.ts';
import { readEnvironment } from '../reporter/environment.ts';
import { readHistory } from '../reporter/history.ts';
import { fenced } from '../reporter/markdown.ts';
import { historyFile, impactFolder, RECORD_FILE } from '../reporter/outputs.ts';
import { programArguments, readArguments } from '../environment/arguments.ts';
import { filled } from '../environment/variables.ts';
import { appendStepSummary } from '../reporter/step-summary.ts';
import { tornBlob } from './blob.ts';
import { deliver, messageOf, NotDelivered } from './notify.ts';

const WRONG_USE = 64;
const NOT_TOLD = 6;
const INTERRUPTED = 130;

const USAGE = `npm run nightly -- STEP [options]

  shard N/M        runs one shard of the tests into <reports>/blob/shard-N-of-M.zip
  merge            makes one judged run of the shards in <reports>/blob
  gate             npm run gate -- --release; the answer also goes to the job's summary
  notify           tells the webhook (E2E_NOTIFY_WEBHOOK) about a changed verdict, and about any other than GO
  verdict          merge, gate, notify
  all              shards one after the other, then verdict
  eyesight         does the suite still see? its own checks, the whole matrix, the mutation of its assertions

  --release        the target of E2E_BASE_URL is to be released (default)
  --rehearsal      against the embedded stand-in, which can release nothing
  --shards M       all: how many shards (default 2)
  --projects LIST  shard, all: Playwright projects, comma-separated; default: all

exit code: shard and merge 0 when they left what the next step needs, whatever the tests said; gate, verdict and all
as npm run gate; notify ${NOT_TOLD} when nobody could be told, verdict and all too where the gate said GO`;

class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

const require = createRequire(import.meta.url);
const PLAYWRIGHT = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js');
const PROGRAM = (file: string): string[] => ['--import', 'tsx', file];

const say = (line: string): void => {
  process.stdout.write(`nightly: ${line}\n`);
};

/** Ctrl-C reaches the child by itself; it writes its reports, and what is left to do is to judge them. A second one ends all. */
let interrupted = false;
process.on('SIGINT', () => {
  if (interrupted) process.exit(INTERRUPTED);
  interrupted = true;
});

interface Ended {
  /** 143 where a signal ended it. */
  readonly code: number;
  readonly output: string;
}

/** Runs Node with these arguments; its output is passed on, or kept where `quiet`. */
const node = async (
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  quiet = false,
): Promise<Ended> => {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = (): boolean => child.kill('SIGTERM');
  process.on('SIGTERM', end);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (!quiet) process.stdout.write(chunk);
  });
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed).once('close', (status) => done(status ?? 143));
  });
  process.off('SIGTERM', end);
  return { code, output };
};

const read = (argv: readonly string[]) => {
  try {
    const { values, positionals } = readArguments(
      {
        allowPositionals: true,
        options: {
          release: { type: 'boolean', default: false },
          rehearsal: { type: 'boolean', default: false },
          shards: { type: 'string' },
          projects: { type: 'string' },
          help: { type: 'boolean', default: false },
        },
      },
      argv,
    );
    return {
      values: { ...values, shards: filled(values.shards) ?? '2', projects: filled(values.projects) ?? 'all' },
      positionals,
    };
  } catch (cause) {
    throw new WrongUse(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};
type Options = ReturnType<typeof read>['values'];

const SHARD = /^([1-9]\d?)\/([1-9]\d?)$/;

/** Put behind the name of a report that cannot be read, so that the merge leaves it out and people find it. */
const TORN = '.torn';

const blobs = ({ reports }: Environment): string => join(reports, 'blob');

const shard = async (which: string | undefined, options: Options, environment: Environment): Promise<number> => {
  const [, current, total] = SHARD.exec(which ?? '') ?? [];
  if (current === undefined || total === undefined || Number(current) > Number(total))
    throw new WrongUse(`shard ${which ?? ''}: expected one of several, such as 1/2`);
  const blob = join(blobs(environment), `shard-${current}-of-${total}.zip`);
  for (const file of [blob, `${blob}${TORN}`]) rmSync(file, { force: true });
  const projects = options.projects === 'all' ? [] : options.projects.split(',').map((name) => `--project=${name}`);
  // --add-reporter, because --reporter would drop the configured ones and with them the record.
  const args = [PLAYWRIGHT, 'test', `--shard=${current}/${total}`, '--add-reporter=blob', ...projects];
  const { code } = await node(args, {
    PLAYWRIGHT_BLOB_OUTPUT_FILE: blob,
    GOLDENPATH_REPORTS: join(environment.reports, `shard-${current}`),
    E2E_RUN_ID: environment.runId,
  });
  const left = existsSync(blob);
  say(
    left
      ? `shard ${current} of ${total} left ${blob}; Playwright exited ${code}, the merged run is what is judged`
      : `shard ${current} of ${total} left no report; Playwright exited ${code}`,
  );
  return left ? 0 : 1;
};

const merge = async (environment: Environment): Promise<number> => {
  const folder = blobs(environment);
  const left = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  for (const name of left.filter((each) => each.endsWith('.zip'))) {
    const why = tornBlob(join(folder, name));
    if (why !== undefined) {
      say(`${join(folder, name)} is torn (${why})`);
      renameSync(join(folder, name), join(folder, `${name}${TORN}`));
    }
  }
  const all = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  const found = all.filter((name) => name.endsWith('.zip'));
  const torn = all.filter((name) => name.endsWith(TORN));
  if (torn.length > 0)
    say(`left out, so the shard counts as missing: ${torn.join(', ')}. Was its upload cut off, or a disk full?`);
  // Whatever happens now, the record of another night must not be taken for this one's.
  const record = join(impactFolder(environment.reports), RECORD_FILE);
  rmSync(record, { force: true });
  if (found.length === 0) {
    say(`no shard left a ${torn.length > 0 ? 'whole ' : ''}report in ${folder}`);
    return 1;
  }
  say(`merging ${found.join(', ')}`);
  const { code } = await node([PLAYWRIGHT, 'merge-reports', '-c', 'merge.config.ts', folder]);
  if (existsSync(record)) return 0;
  say(`the merge left no record; Playwright exited ${code}`);
  return 1;
};

const askGate = ({ rehearsal }: Options, quiet: boolean): Promise<Ended> =>
  node([...PROGRAM('src/reporter/gate.ts'), ...(rehearsal ? [] : ['--release'])], {}, quiet);

const gate = async (options: Options): Promise<number> => {
  const { code, output } = await askGate(options, false);
  const { stepSummary } = readEnvironment();
  appendStepSummary(stepSummary, `## Gate\n\n${fenced('text', output.trimEnd())}\n`);
  return code;
};

const named = (code: number): Verdict => VERDICTS.find((verdict) => EXIT_CODE[verdict] === code) ?? 'MISUSE';

/** Id of the run whose record is there; undefined where none can be read, and the gate says why. */
const recordedRun = ({ reports }: Environment): string | undefined => {
  try {
    const record: unknown = JSON.parse(readFileSync(join(impactFolder(reports), RECORD_FILE), 'utf8'));
    return z.object({ runId: z.string() }).safeParse(record).data?.runId;
  } catch {
    return undefined;
  }
};

const notify = async (options: Options, environment: Environment): Promise<number> => {
  const { code, output } = await askGate(options, true);
  const verdict = named(code);
  const target = environment.baseUrl ?? 'stand-in';
  const own = recordedRun(environment);
  const history = courtesy('the history cannot be read', { entries: [], unreadable: 0 }, () =>
    readHistory(historyFile(environment.reports)),
  );
  const before = history.entries.findLast((entry) => entry.target === target && entry.runId !== own)?.verdict;
  const was = before ?? 'no verdict that is known';
  if (verdict === 'GO' && before === 'GO') {
    say('GO as before, so nobody is told');
    return 0;
  }
  if (environment.notifyWebhook === undefined) {
    say(`${verdict} after ${was}, but E2E_NOTIFY_WEBHOOK is not set, so nobody is told`);
    return 0;
  }
  try {
    await deliver(environment.notifyWebhook, messageOf({ verdict, was, answer: output, link: environment.reportUrl }));
    say(`${verdict} after ${was}: told`);
    return 0;
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error;
    const { stepSummary } = readEnvironment();
    const line = `nobody was told about ${verdict}: ${error.message}`;
    say(`NOT DELIVERED: ${line}`);
    if (stepSummary !== undefined) {
      process.stdout.write(`::error title=goldenpath notification::${line}\n`);
      appendStepSummary(stepSummary, `**Notification failed:** ${line}\n`);
    }
    return NOT_TOLD;
  }
};

const verdict = async (options: Options, environment: Environment): Promise<number> => {
  const merged = await merge(environment);
  // Just made from these blobs, so it is the run that is judged.
  const runId = merged === 0 ? recordedRun(environment) : undefined;
  if (runId !== undefined && (process.env['E2E_RUN_ID'] ?? '') === '') process.env['E2E_RUN_ID'] = runId;
  const judged = await gate(options);
  if (interrupted) return INTERRUPTED;
  const told = await notify(options, environment);
  return judged === 0 ? told : judged;
};

const all = async (options: Options, environment: Environment): Promise<number> => {
  if (!/^[1-9]\d?$/.test(options.shards))
    throw new WrongUse(`--shards ${options.shards}: expected a number, such as 2`);
  rmSync(blobs(environment), { recursive: true, force: true });
  mkdirSync(blobs(environment), { recursive: true });
  for (let current = 1; current <= Number(options.shards) && !interrupted; current += 1)
    await shard(`${current}/${options.shards}`, options, environment);
  return verdict(options, environment);
};

const eyesight = async (): Promise<number> => {
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['checks', PROGRAM('checks/run.ts')],
    ['matrix', [...PROGRAM('checks/matrix/main.ts'), '--all']],
    ['mutation', PROGRAM('checks/matrix/mutation/main.ts')],
  ];
  const failed: string[] = [];
  for (const [name, args] of steps) {
    if (interrupted) return INTERRUPTED;
    say(name);
    const { code } = await node(args, { GOLDENPATH_CHECKS: 'all' });
    if (code !== 0) failed.push(`${name} (exit ${code})`);
  }
  say(failed.length === 0 ? 'the suite sees what it is meant to see' : `FAILED: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
};

/** What is to be tested has to be said: a night that quietly tested the stand-in would be green for nothing. */
const forTarget = ({ rehearsal }: Options, environment: Environment): Environment => {
  if (!rehearsal && environment.baseUrl === undefined)
    throw new SetupError(
      'E2E_BASE_URL is not set, so there is nothing to release. Set it where this job gets its variables from, or say --rehearsal to run against the stand-in.',
    );
  if (rehearsal && environment.baseUrl !== undefined)
    throw new SetupError(
      'E2E_BASE_URL is set and so is --rehearsal, which runs against the stand-in. Leave one of them out.',
    );
  return environment;
};

const main = async (argv: readonly string[]): Promise<number> => {
  const { values: options, positionals } = read(argv);
  const [step, which, ...more] = positionals;
  if (options.release && options.rehearsal) throw new WrongUse('--release and --rehearsal exclude each other');
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (more.length > 0 || (which !== undefined && step !== 'shard'))
    throw new WrongUse(`${positionals.join(' ')}: expected one step`);
  switch (step) {
    case 'shard':
      return shard(which, options, forTarget(options, prepareEnvironment()));
    case 'merge':
      return merge(peekEnvironment());
    case 'gate':
      return gate(options);
    case 'notify':
      return notify(options, peekEnvironment());
    case 'verdict':
      return verdict(options, peekEnvironment());
    case 'all':
      return all(options, forTarget(options, prepareEnvironment()));
    case 'eyesight':
      return eyesight();
    default:
      throw new WrongUse(step === undefined ? 'which step?' : `${step} is not a step`);
  }
};

try {
  process.exitCode = await main(programArguments());
} catch (error) {
  if (!(error instanceof WrongUse || error instanceof SetupError)) throw error;
  process.stderr.write(`nightly: ${error.message}\n${error instanceof WrongUse ? `\n${USAGE}\n` : ''}`);
  process.exitCode = error instanceof WrongUse ? WRONG_USE : EXIT_CODE.MISUSE;
}
