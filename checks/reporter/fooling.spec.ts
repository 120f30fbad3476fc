/** Attempts to get a GO out of a run that does not deserve it, through the real command line. None may end in GO. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealed } from '../../src/reporter/record.ts';
import type { RunRecord } from '../../src/reporter/record.ts';
import { expect, test, VIAS } from './project.ts';
import type { Design, MiniProject } from './project.ts';
import { failing, preflightOf, STAGING } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

const RED = failing('http-status', 'thread.create', 'POST /api/threads -> 500 in 12 ms, expected 201');

interface Attempt {
  readonly title: string;
  readonly design?: Design;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Exit code of the gate, and a word of its answer. */
  readonly gate: number;
  readonly says: RegExp;
  /** Exit code of the run itself, where Playwright leaves us a say. */
  readonly run?: number;
  readonly only?: 'direct';
}

const reporterThat = (method: string, body: string) => ({
  'other-reporter.ts': `export default class Other { printsToStdio() { return false; } ${method} { ${body} } }`,
});
const OTHER = `['./other-reporter.ts'],`;

const ATTEMPTS: readonly Attempt[] = [
  {
    title: 'all tests skipped',
    design: { prelude: `test.skip(() => true, 'not today');` },
    gate: 3,
    run: 1,
    says: /22 of 22 without evidence .*: not today/,
  },
  {
    title: '--grep of one test',
    args: ['--grep', 'P1-07'],
    gate: 3,
    run: 1,
    says: /21 of 22 without evidence .*: not part of this run/,
  },
  {
    title: 'test.only',
    design: { tests: { 'P1-07': '}); test.only("P1-07 the only one", async () => {' } },
    gate: 3,
    run: 1,
    says: /not part of this run/,
  },
  {
    title: '--last-failed after a run with one failure',
    args: ['--last-failed'],
    design: { tests: { 'P1-07': RED } },
    gate: 1,
    says: /HOLD/,
    only: 'direct',
  },
  {
    title: '--no-deps',
    args: ['--no-deps', '--project=p1-critical'],
    gate: 3,
    run: 1,
    says: /preflight did not report/,
  },
  { title: 'preflight only', args: ['--project=preflight'], gate: 3, run: 1, says: /22 of 22 without evidence/ },
  {
    title: 'no tests at all, and content with it',
    args: ['--grep', 'nothing', '--pass-with-no-tests'],
    gate: 3,
    run: 1,
    says: /22 of 22 without evidence/,
    only: 'direct',
  },
  { title: 'every test twice', args: ['--repeat-each=2'], gate: 3, run: 1, says: /P1-01 was met 2 times/ },
  {
    title: 'an id that is not in the catalogue',
    design: { tests: { 'P1-07': '}); test("P1-77 more", () => {}); test("P1-07 as ever", () => {' } },
    gate: 3,
    run: 1,
    says: /"P1-77 more" has no id of the catalogue/,
  },
  {
    title: 'a test file that is gone',
    design: { tests: { 'P1-07': null } },
    gate: 3,
    run: 1,
    says: /P1-07\): not part of this run/,
  },
  {
    title: 'a retry that hides a failure',
    design: { tests: { 'P1-07': `if (info.retry === 0) ${RED}` }, config: 'retries: 1,' },
    gate: 2,
    run: 0,
    says: /CONDITIONAL[^]*1 flaky \(P1-07\)/,
  },
  {
    title: 'test.fail on a failing test',
    design: { tests: { 'P1-07': `test.fail(); ${RED}` } },
    gate: 1,
    run: 1,
    says: /P1-07/,
  },
  {
    title: 'test.fail on a passing test',
    design: { tests: { 'P1-07': 'test.fail();' } },
    gate: 1,
    run: 1,
    says: /P1-07/,
  },
  {
    title: 'test.fixme inside a test',
    design: { tests: { 'P1-07': 'test.fixme();' } },
    gate: 3,
    run: 1,
    says: /marked fixme/,
  },
  {
    title: 'a degraded promise',
    design: { tests: { 'P1-07': "info.annotations.push({ type: 'degraded', description: 'first token: 5.2 s' });" } },
    gate: 2,
    run: 0,
    says: /1 degraded/,
  },
  {
    title: 'a passing test without its prerequisite',
    design: { tests: { 'P1-07': "info.annotations.push({ type: 'unverified', description: 'no own users' });" } },
    gate: 3,
    run: 1,
    says: /no own users/,
  },
  {
    title: 'the global time limit',
    design: { tests: { 'P1-07': 'await new Promise(() => undefined);' }, config: 'globalTimeout: 4_000,' },
    gate: 3,
    run: 1,
    says: /global time limit/,
    only: 'direct',
  },
  {
    title: 'maxFailures',
    design: { tests: { 'P1-02': RED }, config: 'maxFailures: 1,' },
    gate: 1,
    run: 1,
    says: /1 of 22 failed[^]*maxFailures/,
    only: 'direct',
  },
  {
    title: 'a crash of the worker',
    design: { tests: { 'P1-07': 'process.exit(0);' } },
    gate: 1,
    run: 1,
    says: /P1-07/,
  },
  {
    title: 'a fixture that breaks while it is taken down',
    design: {
      prelude: `const it = test.extend<object, { broken: number }>({ broken: [async ({}, use) => { await use(1); throw new Error('pool not drained'); }, { scope: 'worker', auto: true }] }); it('P1-07 beside it', () => {});`,
      tests: { 'P1-07': null },
    },
    gate: 3,
    run: 1,
    says: /outside the tests: .*pool not drained/,
  },
  {
    title: 'a reporter after ours that says passed',
    design: {
      tests: { 'P1-07': RED },
      after: OTHER,
      files: reporterThat('onEnd()', "return Promise.resolve({ status: 'passed' });"),
    },
    gate: 1,
    says: /HOLD/,
  },
  {
    title: 'a reporter before ours that says passed',
    design: {
      tests: { 'P1-07': RED },
      before: OTHER,
      files: reporterThat('onEnd()', "return Promise.resolve({ status: 'passed' });"),
    },
    gate: 1,
    run: 1,
    says: /HOLD/,
  },
  {
    title: 'a reporter that throws at the beginning',
    design: { before: OTHER, files: reporterThat('onBegin()', "throw new Error('no disk');") },
    gate: 3,
    run: 1,
    says: /outside the tests: .*no disk/,
  },
  {
    title: 'a reporter that throws in the middle',
    design: { before: OTHER, files: reporterThat('onTestEnd()', "throw new Error('no disk');") },
    gate: 3,
    run: 1,
    says: /no disk/,
  },
  {
    title: 'a reporter after ours that throws at the end',
    design: { after: OTHER, files: reporterThat('onEnd()', "throw new Error('no disk');") },
    gate: 3,
    run: 1,
    says: /no disk/,
  },
  {
    title: 'a preflight that reports nothing',
    design: { preflight: '' },
    gate: 3,
    run: 1,
    says: /preflight passed without its report/,
  },
  {
    title: 'a preflight with a malformed report',
    design: {
      preflight: "await info.attach('preflight.json', { body: '{\"version\":1}', contentType: 'application/json' });",
    },
    gate: 3,
    run: 1,
    says: /preflight.json of "preflight" cannot be read/,
  },
  {
    title: 'malformed evidence of a test',
    design: {
      tests: { 'P1-07': "await info.attach('evidence.json', { body: '[', contentType: 'application/json' });" },
    },
    gate: 3,
    run: 1,
    says: /evidence.json of "P1-07 .*cannot be read/,
  },
  {
    title: 'an expired waiver',
    design: {
      tests: { 'P1-07': RED },
      files: { 'waivers.json': waived({ opened: '2025-01-01', expires: '2025-01-20' }) },
    },
    gate: 1,
    run: 1,
    says: /1 of 22 failed \(P1-07\)/,
  },
  {
    title: 'a waiver for another cause',
    design: { tests: { 'P1-07': RED }, files: { 'waivers.json': waived({ cause: 'agent-fake-answer' }) } },
    gate: 1,
    run: 1,
    says: /1 of 22 failed \(P1-07\)/,
  },
  {
    title: 'a waiver that lasts a year',
    design: { tests: { 'P1-07': RED }, files: { 'waivers.json': waived({ expires: day(365) }) } },
    gate: 5,
    run: 1,
    says: /MISUSE/,
  },
];

function day(ahead: number): string {
  return new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
}

function waived(change: Record<string, unknown>): string {
  const waiver = {
    tests: ['P1-07'],
    cause: 'app-5xx',
    owner: 'agents team',
    reason: 'accepted until the next build',
    opened: day(0),
    expires: day(5),
  };
  return JSON.stringify({ waivers: [{ ...waiver, ...change }] });
}

for (const { title, design, args, env, gate, run, says, only } of ATTEMPTS)
  for (const via of only === undefined ? VIAS : [only])
    // `, merged -` is left out by day: merging is tried for each attempt every night, for those about shards always.
    test(`${title}, ${only === undefined ? via : `only ${via}`} - gate exits ${gate}`, async ({ project }) => {
      const mini = project(design);
      await mini.prepare(args);
      const ran = await mini.run(via, args, env);
      const judged = await mini.gate();
      expect(judged.output).toMatch(says);
      expect(judged.output).not.toMatch(/^(REHEARSAL )?GO$/m);
      expect(judged.exitCode).toBe(gate);
      expect(run === undefined ? undefined : ran.exitCode, ran.output).toBe(run);
    });

test('a good record, then a run with --reporter=line - gate 5', async ({ project }) => {
  const mini = project();
  await mini.test();
  expect((await mini.gate()).exitCode).toBe(0);
  expect((await mini.test(['--reporter=line'])).exitCode).toBe(0);
  const gate = await mini.gate();
  expect(gate.output).toContain('Playwright has run since and left no record');
  expect(gate.exitCode).toBe(5);
});

test('only a run with --reporter=line - gate 5, no record', async ({ project }) => {
  const mini = project();
  await mini.test(['--reporter=line']);
  const gate = await mini.gate();
  expect(gate.output).toContain('no run record');
  expect(gate.exitCode).toBe(5);
});

test('a good record, then a run that is killed - gate 5, what was seen is kept', async ({ project }) => {
  const mini = project({
    tests: { 'P1-09': `process.kill(process.ppid, 'SIGKILL'); await new Promise(() => undefined);` },
  });
  mini.write('reports/impact/run.json', '{}');
  await mini.test();
  const gate = await mini.gate();
  expect(gate.output).toContain('no run record');
  expect(gate.exitCode).toBe(5);
  expect(mini.read('reports/impact/attempts.jsonl').trim().split('\n').length).toBeGreaterThan(5);
});

test('a model that does not add up - the run does not start, gate 5', async ({ project }) => {
  const mini = project();
  const model = JSON.stringify({ currency: 'USD' });
  mini.write('model.json', model);
  expect((await mini.test([], { E2E_IMPACT_MODEL: 'model.json' })).exitCode).toBe(1);
  await mini.test();
  const gate = await mini.gate(['--model', 'model.json']);
  expect(gate.output).toContain('model.json is not valid');
  expect(gate.exitCode).toBe(5);
});

test('a missing shard, a shard twice, one run again, one of another run - gate 3', async ({ project }) => {
  const mini = project();
  await mini.blob('one', ['--shard=1/2']);
  const missing = await mini.merge();
  expect(missing.output).toContain('the verdict is REHEARSAL INCONCLUSIVE');
  expect(missing.exitCode).toBe(1);
  expect(mini.impact.reasons.join('\n')).toContain('shard 2 of 2 is missing');
  expect((await mini.gate()).exitCode).toBe(3);

  await mini.blob('two', ['--shard=2/2']);
  cpSync(join(mini.folder, 'blobs/one.zip'), join(mini.folder, 'blobs/one-again.zip'));
  expect((await mini.merge()).exitCode).toBe(1);
  expect(mini.impact.reasons.join('\n')).toContain('the report of shard 1 of 2 was merged 2 times');
  expect((await mini.gate()).exitCode).toBe(3);

  rmSync(join(mini.folder, 'blobs/one-again.zip'));
  expect((await mini.merge()).exitCode).toBe(0);
  expect((await mini.gate()).exitCode).toBe(0);

  await mini.blob('rerun', ['--shard=2/2']);
  expect((await mini.merge()).exitCode).toBe(1);
  expect(mini.impact.reasons.join('\n')).toContain('shard 2 of 2 was run 2 times');
  expect((await mini.gate()).exitCode).toBe(3);

  rmSync(join(mini.folder, 'blobs/rerun.zip'));
  await mini.blob('two', ['--shard=2/2'], { E2E_RUN_ID: 'run-of-yesterday' });
  expect((await mini.merge()).exitCode).toBe(1);
  expect(mini.impact.reasons.join('\n')).toContain('the shards are of different runs');
  expect((await mini.gate()).exitCode).toBe(3);
});

test('shards that never loaded the reporter - gate 3', async ({ project }) => {
  const mini = project();
  await mini.test(['--shard=1/2', '--reporter=blob'], { PLAYWRIGHT_BLOB_OUTPUT_FILE: 'blobs/one.zip' });
  await mini.test(['--shard=2/2', '--reporter=blob'], { PLAYWRIGHT_BLOB_OUTPUT_FILE: 'kept/two.zip' });
  cpSync(join(mini.folder, 'kept/two.zip'), join(mini.folder, 'blobs/two.zip'));
  expect((await mini.merge()).exitCode).toBe(1);
  expect(mini.impact.reasons.join('\n')).toContain('no shard left its stamp');
  expect((await mini.gate()).exitCode).toBe(3);
});

interface Spec {
  readonly title: string;
  readonly tests: readonly { readonly results: readonly object[] }[];
}
const isSpec = (value: unknown): value is Spec =>
  typeof value === 'object' && value !== null && 'title' in value && 'tests' in value;

const edit = (mini: MiniProject, change: (record: RunRecord) => RunRecord): void =>
  writeFileSync(join(mini.folder, 'reports/impact/run.json'), JSON.stringify(change(mini.record)));

/** What somebody would do who knows how the record is made. */
const whitewash = (record: RunRecord): RunRecord => ({
  ...record,
  rows: record.rows.map((row) => ({
    ...row,
    result: 'verified',
    reason: null,
    attempts: row.attempts.map((attempt) => ({ ...attempt, status: 'passed', failures: [] })),
  })),
});
const forged = (record: RunRecord): RunRecord => {
  const { rowsHash: _rows, hash: _hash, seal, ...body } = whitewash(record);
  return { ...sealed(body, undefined), seal };
};

test('a record edited by hand - gate 5, even with hashes made anew', async ({ project }) => {
  const mini = project({ tests: { 'P1-07': RED } });
  await mini.test([], { E2E_RECORD_KEY: 'key of the nightly job' });
  const honest = mini.record;
  expect((await mini.gate([], { E2E_RECORD_KEY: 'key of the nightly job' })).exitCode).toBe(1);

  edit(mini, whitewash);
  expect(await mini.gate()).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('its rows do not match their hash'),
  });

  edit(mini, () => forged(honest));
  const compared = await mini.gate();
  expect(compared.output).toContain('reports/results.json tells something else about P1-07');
  expect(compared.exitCode).toBe(5);

  rmSync(join(mini.folder, 'reports/results.json'));
  const keyed = await mini.gate([], { E2E_RECORD_KEY: 'key of the nightly job' });
  expect(keyed.output).toContain('its seal was not made with E2E_RECORD_KEY');
  expect(keyed.exitCode).toBe(5);
  edit(mini, () => ({ ...forged(honest), seal: null }));
  expect((await mini.gate([], { E2E_RECORD_KEY: 'key of the nightly job' })).exitCode).toBe(5);

  // A row taken out, and a result that its attempts do not carry, with hashes made anew.
  edit(mini, (record) => {
    const { rowsHash: _rows, hash: _hash, seal: _seal, ...body } = record;
    return sealed({ ...body, rows: body.rows.filter((row) => row.id !== 'P1-07') }, undefined);
  });
  expect((await mini.gate()).output).toContain('it has no row for P1-07');
});

test('a test that ends between two reporters of a stopped run - no edit; a finished one that differs is', async ({
  project,
}) => {
  const mini = project({
    tests: { 'P1-07': `process.kill(process.ppid, 'SIGINT'); await new Promise(() => undefined);` },
  });
  await mini.test();
  const results = mini.read('reports/results.json');
  const told = (id: string, status: string): void => {
    const report: unknown = JSON.parse(results, (_key, value: unknown) =>
      isSpec(value) && value.title.includes(id)
        ? {
            ...value,
            tests: value.tests.map((one) => ({ ...one, results: one.results.map((r) => ({ ...r, status })) })),
          }
        : value,
    );
    mini.write('reports/results.json', JSON.stringify(report));
  };
  for (const status of ['skipped', 'interrupted', 'timedOut']) {
    told('P1-07', status);
    expect(await mini.gate(), status).toMatchObject({
      exitCode: 3,
      output: expect.stringContaining('the run was interrupted'),
    });
  }
  told('P1-01', 'failed');
  expect(await mini.gate()).toMatchObject({ exitCode: 5, output: expect.stringContaining('about P1-01') });
});

test('an old record, one of another run, of another commit - gate 5', async ({ project }) => {
  const mini = project();
  await mini.test([], { E2E_RUN_ID: 'run-17' });
  expect((await mini.gate(['--run-id', 'run-17'])).exitCode).toBe(0);
  expect(await mini.gate(['--max-age-hours', '0.000001'])).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('stale'),
  });
  expect(await mini.gate(['--run-id', 'run-18'])).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('expected run-18'),
  });
  expect((await mini.gate([], { E2E_RUN_ID: 'run-18' })).exitCode).toBe(5);
  expect(await mini.gate(['--commit', '0000000'])).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('expected 0000000'),
  });
  expect((await mini.gate(['--max-age-hours', 'soon'])).exitCode).toBe(5);
  expect((await mini.gate(['--verdict', 'GO'])).exitCode).toBe(5);
});

test('a run on the stand-in presented as staging - gate 5', async ({ project }) => {
  const mini = project();
  await mini.test();
  for (const args of [['--target', 'http://127.0.0.1:41234'], ['--release']])
    expect(await mini.gate(args)).toMatchObject({
      exitCode: 5,
      output: expect.stringContaining('can never release anything'),
    });
  expect((await mini.gate([], { E2E_BASE_URL: 'https://api.staging.example' })).exitCode).toBe(5);
  mini.write('.env', 'E2E_BASE_URL=https://api.staging.example\n');
  expect((await mini.gate()).exitCode).toBe(5);
});

test('a stand-in that says it is remote - gate 5; staging itself - GO without rehearsal, for its own address only', async ({
  project,
}) => {
  const disguised = project({ preflight: preflightOf({ ...STAGING, standinVersion: '0.1.0' }) });
  await disguised.test();
  expect((await disguised.gate(['--target', STAGING.api])).exitCode).toBe(5);

  const staging = project({ preflight: preflightOf(STAGING) });
  await staging.test();
  const gate = await staging.gate(['--target', `${STAGING.api}/`]);
  expect(gate.output).toMatch(/^GO$/m);
  expect(gate.exitCode).toBe(0);
  expect((await staging.gate(['--target', 'https://api.example'])).output).toContain('expected https://api.example');
  expect((await staging.gate()).output).toContain('name the target you mean');
});
