/**
 * (a) The 22 against 22 empty tests, in pairs, and against the critical path that the claims leave; (f) what recording
 * costs; (g) how the run grows when every reply takes longer.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { RunRecord } from '../../src/reporter/record.ts';
import { CATALOGUE } from '../../src/contract/catalogue.ts';
import { runPlaywright } from '../matrix/run-case.ts';
import { runSuite } from '../suite/suite-run.ts';
import { median, timed, type Bar, type Figure, type Part } from './measure.ts';

const P1 = ['--project=preflight', '--project=p1-critical', '--retries=0'];
/** Tests that hold Playwright's exclusive lock: nothing else runs beside them. */
const LOCKED = ['P1-11', 'P1-17', 'P1-18'];
const LIMIT_MS = 120_000;

const scratch = (): string => mkdtempSync(join(tmpdir(), 'goldenpath-bench-'));

/** The same stand-in and the same two generations of workers, with nothing in the tests. */
const SAME_SHAPE = `webServer: { command: 'node --import tsx src/standin/main.ts --port 0 --quiet', cwd: ${JSON.stringify(resolve('.'))}, wait: { stdout: /standin ready/ }, gracefulShutdown: { signal: 'SIGTERM', timeout: 2000 } },
  projects: [{ name: 'first', testMatch: /first/ }, { name: 'then', testMatch: /empty/, dependencies: ['first'] }],`;

/** Seconds of 22 empty tests with the same runner, workers and reporters of Playwright. */
const empty = async (folder: string, shape = ''): Promise<number> => {
  const project = join(folder, 'empty');
  mkdirSync(project, { recursive: true });
  // Inside the repository the installed runner is found; nothing of the suite is loaded.
  const runner = JSON.stringify(resolve('node_modules/@playwright/test/index.mjs'));
  const tests = Array.from({ length: 22 }, (_, index) => `test('empty ${index}', () => {});`);
  writeFileSync(join(project, 'empty.spec.mjs'), `import { test } from ${runner};\n${tests.join('\n')}\n`);
  writeFileSync(join(project, 'first.spec.mjs'), `import { test } from ${runner};\ntest('first', () => {});\n`);
  writeFileSync(
    join(project, 'playwright.config.mjs'),
    `export default { testMatch: /empty/, ${shape} fullyParallel: true, workers: ${availableParallelism()}, reporter: [['list'], ['html', { open: 'never' }], ['json', { outputFile: 'results.json' }]] };\n`,
  );
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const run = { tree: project, signal: AbortSignal.timeout(LIMIT_MS) };
  const { seconds, result } = await timed(() => runPlaywright([], run, env, join(folder, 'empty.txt'), LIMIT_MS));
  if (result !== undefined) throw new Error(`the empty tests did not end: ${result}; see ${join(folder, 'empty.txt')}`);
  return seconds;
};

const the22 = async (folder: string, variables: Record<string, string> = {}, node: readonly string[] = []) => {
  const run = await runSuite(join(folder, 'reports'), variables, P1, node);
  const verified = run.record.rows.filter(({ priority, result }) => priority === 'P1' && result === 'verified');
  if (verified.length !== 22) throw new Error(`only ${verified.length} of 22 were verified:\n${run.output}`);
  return run;
};

/** Seconds of each test, by id. */
const durations = (record: RunRecord): ReadonlyMap<string, number> =>
  new Map(
    record.rows
      .filter(({ priority }) => priority === 'P1')
      .map(({ id, attempts }) => [id, attempts.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000]),
  );

/** The shortest schedule of these tests: the locked ones alone, the others on all workers, the longest first. */
export const criticalPath = (seconds: ReadonlyMap<string, number>, workers: number): number => {
  const alone = [...seconds].filter(([id]) => LOCKED.includes(id)).reduce((sum, [, each]) => sum + each, 0);
  const others = [...seconds].filter(([id]) => !LOCKED.includes(id)).map(([, each]) => each);
  const lanes = Array.from({ length: workers }, () => 0);
  for (const each of others.toSorted((a, b) => b - a)) {
    const lane = lanes.indexOf(Math.min(...lanes));
    lanes[lane] = (lanes[lane] ?? 0) + each;
  }
  return alone + Math.max(...lanes);
};

const barsOf = (record: RunRecord): readonly Bar[] => {
  const begun = Date.parse(record.startedAt);
  return record.rows
    .filter(({ priority }) => priority === 'P1')
    .flatMap(({ id, attempts }) =>
      attempts.map(({ startedAt, durationMs }) => {
        const from = (Date.parse(startedAt) - begun) / 1_000;
        const kind = LOCKED.includes(id) ? ('locked' as const) : ('test' as const);
        return {
          row: id,
          label: CATALOGUE.find((entry) => entry.id === id)?.name ?? id,
          from,
          to: from + durationMs / 1_000,
          kind,
        };
      }),
    );
};

export const suiteAgainstEmpty = async (pairs: number, say: (line: string) => void): Promise<Part> => {
  const folder = scratch();
  try {
    const measured: { empty: number; shaped: number; suite: number; record: RunRecord }[] = [];
    // Whatever is read from disk for the first time is read before anything is measured.
    await empty(folder);
    for (let pair = 1; pair <= pairs; pair++) {
      const nothing = await empty(folder);
      const shaped = await empty(folder, SAME_SHAPE);
      const { seconds, record } = await the22(folder);
      measured.push({ empty: nothing, shaped, suite: seconds, record });
      say(
        `pair ${pair} of ${pairs}: the 22 ${seconds.toFixed(1)} s, empty ${nothing.toFixed(1)} s, empty with stand-in and preflight ${shaped.toFixed(1)} s`,
      );
    }
    const workers = availableParallelism();
    const least = new Map<string, number>();
    for (const { record } of measured)
      for (const [id, seconds] of durations(record)) least.set(id, Math.min(seconds, least.get(id) ?? Infinity));
    const path = criticalPath(least, workers);
    const [suite, nothing] = [median(measured.map((one) => one.suite)), median(measured.map((one) => one.empty))];
    const shaped = median(measured.map((one) => one.shaped));
    return {
      figures: [
        { name: '22 tests on healthy', value: suite, unit: 's' },
        { name: '22 empty tests', value: nothing, unit: 's' },
        {
          name: 'the 22 against empty (median of the pairs)',
          value: median(measured.map((one) => one.suite / one.empty)),
          unit: 'x',
          atMost: 2,
        },
        { name: 'critical path of the claims', value: path, unit: 's' },
        { name: 'the 22 against empty run + critical path', value: suite / (nothing + path), unit: 'x', atMost: 1.2 },
        { name: '22 empty tests with the stand-in and a project before them', value: shaped, unit: 's' },
        { name: 'the 22 against those + critical path', value: suite / (shaped + path), unit: 'x' },
      ],
      bars: barsOf(measured.at(-1)?.record as RunRecord),
      note: `${pairs} pairs, ${workers} workers. The critical path is the shortest schedule of the tests' own times: ${LOCKED.join(', ')} run alone, the others on all workers.`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const PEOPLE = [20, 100, 300, 1_000] as const;

export const peopleAtOnce = async (say: (line: string) => void): Promise<Part> => {
  const folder = scratch();
  try {
    const figures: Figure[] = [];
    for (const count of PEOPLE) {
      const only = [...P1, '--grep', 'preflight|P1-17'];
      const { record } = await runSuite(join(folder, 'reports'), { E2E_CONCURRENT_USERS: String(count) }, only);
      const row = record.rows.find(({ id }) => id === 'P1-17');
      if (row === undefined) throw new Error('P1-17 did not run');
      say(`${count} people: ${row.result}${[row.reason, ...row.notes].map((text) => ` · ${text ?? ''}`).join('')}`);
      const seconds = row.attempts.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000;
      figures.push(
        { name: `${count} people: P1-17`, value: seconds, unit: 's' },
        { name: `${count} people: red`, value: row.result === 'failed' ? 1 : 0, unit: '', atMost: 0 },
      );
    }
    return { figures, note: 'One process, all people at once, each with five requests; log-in and clean-up included.' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const latencyGrowth = async (say: (line: string) => void): Promise<Part> => {
  const folder = scratch();
  try {
    const workers = availableParallelism();
    const runs = [];
    for (const delay of [0, 100, 300]) {
      const variables: Record<string, string> =
        delay === 0 ? {} : { STANDIN_FAULTS: `control-latency:delay=${delay}:jitter=0` };
      const { seconds, record } = await the22(folder, variables);
      runs.push({ delay, seconds, times: durations(record) });
      say(`+${delay} ms: ${seconds.toFixed(1)} s`);
    }
    const [base] = runs;
    if (base === undefined) throw new Error('nothing was measured');
    const last = runs.at(-1) ?? base;
    const trips = [...base.times].map(([id, seconds]) => ({ id, count: ((last.times.get(id) ?? 0) - seconds) / 0.3 }));
    const longest = trips.toSorted((a, b) => b.count - a.count).slice(0, 3);
    return {
      figures: runs.flatMap(({ delay, seconds, times }) => [
        { name: `22 tests with ${delay} ms on every reply`, value: seconds, unit: 's' as const },
        ...(delay === 0
          ? []
          : [
              {
                name: `growth against the critical path, ${delay} ms`,
                value: (seconds - base.seconds) / (criticalPath(times, workers) - criticalPath(base.times, workers)),
                unit: 'x' as const,
                atMost: 1.3,
              },
            ]),
      ]),
      note: `Longest chains of replies that wait for each other: ${longest.map(({ id, count }) => `${id} ${Math.round(count)}`).join(', ')}.`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const profile = z.looseObject({
  nodes: z.array(
    z.looseObject({
      id: z.int(),
      callFrame: z.looseObject({ functionName: z.string(), url: z.string() }),
      children: z.array(z.int()).optional(),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});

const EVIDENCE = /\/(?:fixtures\/(?:recorder|transcript|evidence|probing)|evidence\/redaction|diagnosis\/[\w-]+)\.ts$/;
const RESTING = new Set(['(idle)', '(program)', '(garbage collector)']);

/** Microseconds of a profile: in code that records, masks or diagnoses (and what it calls), and at work at all. */
const workOf = (file: string): { evidence: number; busy: number } => {
  const { nodes, samples, timeDeltas } = profile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parent = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const records = new Map<number, boolean>();
  const isEvidence = (id: number | undefined): boolean => {
    if (id === undefined) return false;
    const known = records.get(id);
    if (known !== undefined) return known;
    const found = EVIDENCE.test(byId.get(id)?.callFrame.url ?? '') || isEvidence(parent.get(id));
    records.set(id, found);
    return found;
  };
  let [evidence, busy] = [0, 0];
  for (const [index, id] of samples.entries()) {
    const { functionName = '' } = byId.get(id)?.callFrame ?? {};
    if (RESTING.has(functionName)) continue;
    const spent = timeDeltas[index] ?? 0;
    busy += spent;
    if (isEvidence(id)) evidence += spent;
  }
  return { evidence, busy };
};

export const costOfEvidence = async (): Promise<Part> => {
  const folder = scratch();
  try {
    const profiles = join(folder, 'profiles');
    await the22(folder, {}, ['--cpu-prof', `--cpu-prof-dir=${profiles}`]);
    const found = readdirSync(profiles).map((name) => workOf(join(profiles, name)));
    // Only processes that record count: workers, not the runner and not the stand-in.
    const workers = found.filter(({ evidence }) => evidence > 0);
    const sum = (of: 'evidence' | 'busy') => workers.reduce((total, one) => total + one[of], 0);
    return {
      figures: [
        {
          name: 'recording, masking and diagnosis of a green run',
          value: (100 * sum('evidence')) / sum('busy'),
          unit: '%',
          atMost: 5,
        },
        { name: 'time at work in the workers', value: sum('busy') / 1e6, unit: 's' },
      ],
      note: `Share of the processor time of ${workers.length} workers, by sampling profile: everything in or below recorder, redaction, transcript, evidence, probing and diagnosis.`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
