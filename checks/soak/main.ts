/**
 * `npm run soak`: the 22 again and again on correct servers, also under pressure, to find what is not steady. Ends with
 * the flake rate and its upper bound, and looks for what runs leave behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { jsonPieces, writeWhole } from '../../src/reporter/files.ts';
import { readArguments } from '../../src/environment/arguments.ts';
import { catalogue } from '../../src/standin/switchboard/switchboard.ts';
import { upperBound } from '../matrix/statistics.ts';
import { runSuite } from '../suite/suite-run.ts';
import { leftovers } from './leftovers.ts';

const USAGE = `Usage: npm run soak -- [options]
  --runs N       runs of the 22 (default 100)
  --on LIST      what they meet in turn: healthy, controls, jitter, pressure (default: all of them)
  --p2           the P2 tests as well
  --resume       add to the runs that an earlier command left
  --out DIR      where the reports go (default reports/soak)`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A run that has its surroundings against it; none of them is a defect of the platform. */
interface Setting {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Processes that compute all the time beside the run. */
  readonly burners: number;
}

const setting = (name: string, faults = '', burners = 0): Setting => ({
  name,
  variables: faults === '' ? {} : { STANDIN_FAULTS: faults },
  burners,
});

const SETTINGS: Readonly<Record<string, readonly Setting[]>> = {
  healthy: [setting('healthy')],
  controls: catalogue().controls.map((id) => setting(id, id)),
  jitter: [setting('jitter', 'control-latency:delay=40:jitter=40')],
  pressure: [setting('pressure', '', 1)],
};

const run = z.strictObject({
  at: z.iso.datetime(),
  on: z.string(),
  seconds: z.number(),
  verified: z.int(),
  of: z.int(),
  /** Tests that were not verified, with their first line. */
  flakes: z.array(z.strictObject({ id: z.string(), result: z.string(), why: z.string() })),
  left: z.array(z.string()),
});
type Run = z.infer<typeof run>;

const options = () => {
  const { values } = readArguments({
    options: {
      runs: { type: 'string' },
      on: { type: 'string' },
      p2: { type: 'boolean' },
      resume: { type: 'boolean' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.runs !== undefined && !/^[1-9]\d{0,4}$/.test(values.runs))
    throw new Error(`--runs ${values.runs}: expected a number from 1 to 99999`);
  const on = (values.on ?? Object.keys(SETTINGS).join(',')).split(',').map((name) => name.trim());
  const unknown = on.filter((name) => !(name in SETTINGS));
  if (unknown.length > 0) throw new Error(`--on ${unknown.join(', ')}: there are ${Object.keys(SETTINGS).join(', ')}`);
  return {
    runs: Number(values.runs ?? 100),
    // One after the other, so that a short soak meets each of them too.
    settings: on.flatMap((name) => SETTINGS[name] ?? []),
    p2: values.p2 === true,
    resume: values.resume === true,
    out: resolve(values.out ?? 'reports/soak'),
    help: values.help === true,
  };
};

const burn = (): ChildProcess => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });

const oneRun = async (chosen: Setting, folder: string, p2: boolean): Promise<Run> => {
  const temporary = join(folder, '..', 'tmp');
  mkdirSync(temporary, { recursive: true });
  const burners = Array.from({ length: chosen.burners }, burn);
  try {
    const projects = ['--project=preflight', '--project=p1-critical', ...(p2 ? ['--project=p2-high'] : [])];
    const variables = { ...chosen.variables, TMPDIR: temporary, TEMP: temporary };
    const { record, seconds } = await runSuite(folder, variables, [...projects, '--retries=0']);
    const rows = record.rows.filter(({ priority }) => priority === 'P1' || p2);
    return {
      at: new Date().toISOString(),
      on: chosen.name,
      seconds,
      verified: rows.filter(({ result }) => result === 'verified').length,
      of: rows.length,
      flakes: rows
        .filter(({ result }) => result !== 'verified')
        .map(({ id, result, reason }) => ({ id, result, why: (reason ?? '').split('\n', 1)[0] ?? '' })),
      left: leftovers(temporary),
    };
  } finally {
    for (const burner of burners) burner.kill('SIGKILL');
  }
};

const earlier = (file: string): Run[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => run.parse(JSON.parse(line)))
    : [];

const summary = (runs: readonly Run[], out: string): number => {
  const flaky = runs.filter(({ flakes }) => flakes.length > 0);
  const left = runs.flatMap((one) => one.left);
  const bound = upperBound(flaky.length, runs.length);
  const times = runs.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
  for (const one of flaky)
    for (const { id, result, why } of one.flakes) say(`  ${one.at} on ${one.on}: ${id} ${result}: ${why}`);
  for (const name of left) say(`  left behind: ${name}`);
  say(
    `soak: ${runs.length} runs, ${runs.reduce((sum, each) => sum + each.of, 0)} tests, ${flaky.length} runs with a flake ` +
      `(at most ${(100 * bound).toFixed(2)} % with 95 % confidence), median ${times[Math.floor(times.length / 2)]?.toFixed(1) ?? '–'} s a run, ${left.length} things left behind`,
  );
  writeWhole(
    join(out, 'soak.json'),
    jsonPieces({ version: 1, runs: runs.length, flaky: flaky.length, upperBound: bound, left, flakes: flaky }),
  );
  return flaky.length + left.length === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  const { runs, settings, p2, resume, out } = options();
  mkdirSync(out, { recursive: true });
  const file = join(out, 'runs.jsonl');
  if (!resume) rmSync(file, { force: true });
  const state = { stopped: false };
  process.once('SIGINT', () => {
    say('interrupted: this run is finished and counted; again to leave at once');
    state.stopped = true;
    process.once('SIGINT', () => process.exit(130));
  });
  const begun = performance.now();
  for (let index = 0; index < runs && !state.stopped; index++) {
    const chosen = settings[index % settings.length];
    if (chosen === undefined) break;
    const folder = join(out, 'reports');
    const result = await oneRun(chosen, folder, p2);
    appendFileSync(file, `${JSON.stringify(result)}\n`);
    const minutes = ((performance.now() - begun) / (index + 1)) * ((runs - index - 1) / 60_000);
    say(
      `[${index + 1}/${runs}] ${result.flakes.length === 0 ? 'ok   ' : 'FLAKE'} ${chosen.name} ${result.seconds.toFixed(1)} s · ${Math.ceil(minutes)} min left` +
        (result.flakes.length === 0
          ? ''
          : ` · ${result.flakes.map(({ id }) => id).join(', ')}, kept in ${join(out, `flake-${index + 1}`)}`),
    );
    // The reports of a run that flaked are what has to be explained.
    if (result.flakes.length > 0) cpSync(folder, join(out, `flake-${index + 1}`), { recursive: true });
  }
  return summary(earlier(file), out);
};

if (process.argv.includes('--help')) say(USAGE);
else {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exitCode = 2;
  }
}
