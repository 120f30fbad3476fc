/** The record of an earlier run is never evidence for a later one, however the later one ends. */
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealed } from '../../src/reporter/record.ts';
import { failing, preflightOf, STAGING } from './samples.ts';
import { expect, test, type MiniProject } from './project.ts';
import { Workspace, type Variables } from '../workspace.ts';

test.describe.configure({ timeout: 600_000 });

const RED = failing('http-status', 'thread.create', 'POST /api/threads -> 500 in 12 ms, expected 201');

interface Later {
  readonly title: string;
  /** A shell script in a copy of the project that has a good record. */
  readonly script: string;
  readonly variables?: Variables;
  /** Exit code of the gate; default: 5. */
  readonly gate?: number;
}

/** None of them gets to the end of a run with our reporter in the folder of the good record. */
const LATER: readonly Later[] = [
  { title: 'a misspelled variable', script: 'npx playwright test', variables: { E2E_BASE_ULR: 'http://127.0.0.1:1' } },
  { title: 'a wrong project', script: 'npx playwright test --project=p1-crticial' },
  { title: 'a production URL', script: 'npx playwright test', variables: { E2E_BASE_URL: 'https://api.example.com' } },
  { title: 'a broken .env', script: `echo 'E2E_BASE_URL' > .env; npx playwright test` },
  { title: 'a broken model', script: `echo '{' > impact.model.json; npx playwright test` },
  { title: 'a missing module of ours', script: 'rm src/contract/limits.ts; npx playwright test' },
  { title: 'another reporter', script: 'npx playwright test --grep P1-05 --reporter=line' },
  {
    title: 'another reporter, killed before it leaves anything',
    script: `echo 'export default class { onBegin() { process.kill(process.pid, "SIGKILL"); } }' > kill.ts; npx playwright test --grep P1-05 --reporter=./kill.ts; rm -rf test-results`,
  },
  { title: 'another output folder', script: 'npx playwright test --grep P1-05 --reporter=line --output=elsewhere' },
  {
    title: 'another reports folder',
    script: 'npx playwright test --grep P1-05',
    variables: { GOLDENPATH_REPORTS: 'elsewhere' },
  },
  {
    title: 'a reports folder that is a link',
    script:
      'mv reports kept; mkdir new; ln -s new reports; npx playwright test --grep P1-05; rm reports; mv kept reports',
  },
  { title: 'a value that looks like --list', script: 'npx playwright test --grep P1-05 --grep-invert --list', gate: 3 },
  {
    title: 'another configuration, of the same tests',
    script: `mkdir own; echo "export default { testDir: '../tests', grep: /P1-05/ };" > own/playwright.config.ts; npx playwright test --config own`,
  },
  { title: 'a merge of nothing', script: 'mkdir none; npx playwright merge-reports -c merge.config.ts none' },
  {
    title: 'a red merge with another configuration',
    script: `PLAYWRIGHT_BLOB_OUTPUT_FILE=b/1.zip npx playwright test --grep P1-05 --reporter=blob; npx playwright merge-reports --reporter=line b`,
  },
  { title: 'a shard', script: 'GOLDENPATH_REPORTS=s1 npx playwright test --grep P1-05 --shard=1/2' },
];

const STATE = ['reports', 'test-results', '.goldenpath-runs.jsonl'];

class Kept {
  readonly #folder = mkdtempSync(join(tmpdir(), 'goldenpath-kept-'));
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    for (const name of STATE.filter((each) => existsSync(workspace.path(each))))
      cpSync(workspace.path(name), join(this.#folder, name), { recursive: true, preserveTimestamps: true });
  }

  /** The copy of the project as it was right after its good run. */
  restore(): void {
    this.#workspace.git('reset', '--quiet', '--hard');
    this.#workspace.git('clean', '--quiet', '-fdx', '--exclude=node_modules');
    for (const name of STATE.filter((each) => existsSync(join(this.#folder, each))))
      cpSync(join(this.#folder, name), this.#workspace.path(name), { recursive: true, preserveTimestamps: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

test('a good record, then a run that tests nothing - gate 5; a list or a report that is shown - it stays good', async () => {
  test.setTimeout(1_800_000);
  const workspace = new Workspace();
  const good = await workspace.shell('npx playwright test && npm run gate');
  expect(good.exitCode, good.output).toBe(0);
  const kept = new Kept(workspace);
  for (const script of ['npx playwright test --list', 'npx playwright test --project p1-critical --list']) {
    expect((await workspace.shell(script)).exitCode, script).toBe(0);
    expect(await workspace.shell('npm run gate'), script).toMatchObject({ exitCode: 0 });
  }
  for (const { title, script, variables, gate: exitCode = 5 } of LATER) {
    kept.restore();
    await workspace.shell(`set +e; ${script}`, variables);
    workspace.git('checkout', '--quiet', '.');
    rmSync(workspace.path('.env'), { force: true });
    const gate = await workspace.shell('npm run gate');
    expect
      .soft(gate, title)
      .toMatchObject({ exitCode, output: expect.stringMatching(/stale|no run record|INCONCLUSIVE/) });
  }

  // The gate finds the trace from wherever it is started.
  kept.restore();
  const gate = (folder: string) =>
    workspace.shell(
      `cd ${folder}; "${process.execPath}" --import "${workspace.path('node_modules/tsx/dist/loader.mjs')}" ` +
        [
          'src/reporter/gate.ts',
          '--record reports/impact/run.json',
          '--model impact.model.json',
          '--waivers waivers.json',
        ]
          .map((word) => word.replace(/(\S+\/?\S*\.(?:ts|json))/, (path) => `"${workspace.path(path)}"`))
          .join(' '),
    );
  expect(await gate('/')).toMatchObject({ exitCode: 0 });
  await workspace.shell('npx playwright test --grep P1-05 --reporter=line');
  expect(await gate('/')).toMatchObject({ exitCode: 5, output: expect.stringContaining('stale') });
  kept.remove();
  workspace.remove();
});

test('the files of a sealed record brought back after a red run - gate 5', async ({ project }) => {
  const mini = project({ tests: { 'P1-07': `if (process.env.BREAK) ${RED}` } });
  const key = { E2E_RECORD_KEY: 'key of the nightly job' };
  await mini.test([], key);
  expect((await mini.gate([], key)).exitCode).toBe(0);
  const kept = join(mini.folder, 'kept');
  const copy = (from: string, to: string): void => {
    for (const name of ['reports', 'test-results'])
      cpSync(join(from, name), join(to, name), { recursive: true, preserveTimestamps: true });
  };
  copy(mini.folder, kept);
  await mini.test([], { ...key, BREAK: '1' });
  expect((await mini.gate([], key)).exitCode).toBe(1);

  for (const name of ['reports/impact/run.json', 'reports/results.json', 'test-results/.last-run.json'])
    cpSync(join(kept, name), join(mini.folder, name), { preserveTimestamps: true });
  expect(await mini.gate([], key)).toMatchObject({ exitCode: 5, output: expect.stringContaining('a later run began') });
  for (const name of ['reports', 'test-results']) rmSync(join(mini.folder, name), { recursive: true });
  copy(kept, mini.folder);
  expect(await mini.gate([], key)).toMatchObject({ exitCode: 5, output: expect.stringContaining('a later run began') });
});

/** Calls `change` with the parsed file and writes what it returns. */
const rewrite = (mini: MiniProject, name: string, change: (text: string) => string): void =>
  mini.write(name, change(mini.read(name)));

test('a trace that is gone, moved or of another run - gate 5', async ({ project }) => {
  const mini = project();
  await mini.test();
  expect((await mini.gate()).exitCode).toBe(0);
  const refused = async (says: string): Promise<void> => {
    expect(await mini.gate(), says).toMatchObject({ exitCode: 5, output: expect.stringContaining(says) });
  };
  const whole = Object.fromEntries(
    ['reports/results.json', 'reports/impact/run.json'].map((name) => [name, mini.read(name)]),
  );
  const restore = (): void => {
    for (const [name, content] of Object.entries(whole)) mini.write(name, content);
  };

  rmSync(join(mini.folder, 'reports/results.json'));
  await refused('results.json is not there, although the run left one');
  restore();
  expect(await mini.gate(['--results', 'elsewhere.json'])).toMatchObject({ exitCode: 5 });
  for (const step of [-1, 1]) {
    rewrite(mini, 'reports/results.json', (text) =>
      text.replace(/("stats": \{\s*"startTime": ")([^"]+)/, (_all, head: string, at: string) => {
        return `${head}${new Date(Date.parse(at) + step).toISOString()}`;
      }),
    );
    await refused(step < 0 ? 'is of an earlier run' : 'is of a later run');
    restore();
  }
  const { rowsHash: _rows, hash: _hash, seal: _seal, ...body } = mini.record;
  mini.write('reports/impact/run.json', JSON.stringify(sealed({ ...body, durationMs: 1 }, undefined)));
  await refused('has another hash of it');
  restore();
  expect((await mini.gate()).exitCode).toBe(0);

  const lastRun = join(mini.folder, 'test-results/.last-run.json');
  cpSync(lastRun, join(mini.folder, 'kept.json'), { preserveTimestamps: true });
  rmSync(lastRun);
  await refused('.last-run.json, which Playwright left at the end of the run, is not there any more');
  cpSync(join(mini.folder, 'kept.json'), lastRun, { preserveTimestamps: true });
  expect((await mini.gate()).exitCode).toBe(0);

  cpSync(join(mini.folder, 'reports'), join(mini.folder, 'deeper/reports'), { recursive: true });
  expect(await mini.gate(['--record', 'deeper/reports/impact/run.json'])).toMatchObject({ exitCode: 5 });
  const ledger = join(mini.folder, '.goldenpath-runs.jsonl');
  const noted = readFileSync(ledger);
  appendFileSync(ledger, '{"run":"torn by a ki');
  await refused('a later run began');
  rmSync(ledger);
  await refused('where its project notes every run, is not there');
  writeFileSync(ledger, noted);
  expect((await mini.gate()).exitCode).toBe(0);
});

test('runs at the same time - each is judged in its own folder; two in one folder - gate 5', async ({ project }) => {
  const wait = `const { existsSync, writeFileSync } = await import('node:fs');
    if (process.env.WAITS) { writeFileSync('waiting', ''); while (!existsSync('go')) await new Promise((done) => setTimeout(done, 50)); }`;
  const mini = project({
    tests: { 'P1-07': wait },
    options: `outputDir: process.env.OWN ?? 'reports'`,
    config: 'timeout: 0,',
  });
  const during = async (first: Record<string, string>, second: Record<string, string>): Promise<void> => {
    for (const name of ['waiting', 'go']) rmSync(join(mini.folder, name), { force: true });
    const slow = mini.test(['--output', 'slow'], { WAITS: '1', ...first });
    await expect.poll(() => mini.has('waiting'), { timeout: 200_000 }).toBe(true);
    await mini.test([], second);
    mini.write('go', '');
    await slow;
  };
  const of = (folder: string) => mini.gate(['--record', `${folder}/impact/run.json`]);
  await during({ OWN: 'first' }, { OWN: 'second' });
  expect((await of('first')).exitCode).toBe(0);
  expect((await of('second')).exitCode).toBe(0);
  await during({}, {});
  expect(await mini.gate()).toMatchObject({ exitCode: 5, output: expect.stringContaining('at the same time') });
  expect((await of('first')).exitCode).toBe(5);
});

test('a release has to name its run or commit - gate 5 without', async ({ project }) => {
  const mini = project({ preflight: preflightOf(STAGING) });
  await mini.test([], { E2E_RUN_ID: 'run-17' });
  const release = ['--release', '--target', STAGING.api];
  expect(await mini.gate(release)).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('a release has to name the run that it judges'),
  });
  expect((await mini.gate(release, { E2E_RUN_ID: 'run-16' })).exitCode).toBe(5);
  expect((await mini.gate([...release, '--run-id', 'run-17'])).exitCode).toBe(0);
  expect((await mini.gate(release, { E2E_RUN_ID: 'run-17' })).exitCode).toBe(0);
  expect(await mini.gate([...release, '--commit', mini.record.git.commit ?? ''])).toMatchObject({ exitCode: 0 });
});

test('another reporter says passed, or leaves early - the run does not exit 0', async ({ project }) => {
  const mini = project({
    tests: { 'P1-07': RED },
    files: {
      'passed.ts': `export default class Passed { printsToStdio() { return false; } onEnd() { return { status: 'passed' }; } }`,
      'leaves.ts': `export default class Leaves { onBegin() { process.exit(0); } }`,
    },
  });
  for (const name of ['passed.ts', 'leaves.ts']) {
    const reporter = join(mini.folder, name);
    expect((await mini.test([], { PW_TEST_REPORTER: reporter })).exitCode, name).toBe(1);
    expect((await mini.test(['--add-reporter', reporter])).exitCode, name).toBe(1);
  }
  expect((await mini.gate()).exitCode).toBe(5);
  expect((await mini.test(['--list'], { PW_TEST_REPORTER: join(mini.folder, 'passed.ts') })).exitCode).toBe(0);
  mini.write('tests/p1.spec.ts', mini.read('tests/p1.spec.ts').replace(RED, ''));
  expect((await mini.test([], { PW_TEST_REPORTER: join(mini.folder, 'passed.ts') })).exitCode).toBe(0);
});
