/** Shards that were not one run: what differs between them is never hidden by the merge. */
import type { PreflightReport } from '../../src/evidence/preflight.ts';
import { differentSettings, differentTargets, disagreements, type ShardStamp } from '../../src/reporter/shards.ts';
import { expect, test } from './project.ts';
import { preflightReport, STAGING } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

/** A preflight report with some facts from the variables of the shard. */
const PREFLIGHT = `const report = ${JSON.stringify(preflightReport(STAGING))};
  report.target.ws = process.env.MINI_WS ?? report.target.ws;
  report.settings.concurrentUsers = Number(process.env.MINI_PEOPLE ?? 20);
  await info.attach('preflight.json', { body: JSON.stringify(report), contentType: 'application/json' });`;

const SECOND: readonly [title: string, env: Record<string, string>, args: readonly string[], says: RegExp][] = [
  ['another socket URL', { MINI_WS: 'wss://elsewhere.example/ws' }, [], /different targets, ws: .*elsewhere/],
  ['2 people', { MINI_PEOPLE: '2' }, [], /different E2E_CONCURRENT_USERS: 20, 2/],
  ['no preflight', {}, ['--no-deps', '--project=p1-critical'], /shard 2 of 2 ran without preflight/],
  ['a transformed source', { PW_TEST_SOURCE_TRANSFORM: './none.cjs' }, [], /PW_TEST_SOURCE_TRANSFORM/],
];

const OTHER_TARGETS: readonly (keyof PreflightReport['target'])[] = [
  'api',
  'ws',
  'auth',
  'frontend',
  'environment',
  'standinVersion',
];
for (const part of OTHER_TARGETS)
  test(`shards of one run with two values of ${part} - named`, () => {
    const [one, two] = [STAGING, { ...STAGING, [part]: 'https://elsewhere.example' }].map((target) =>
      preflightReport(target),
    );
    expect(differentTargets({ preflight: [one, two].filter((each) => each !== undefined) })).toEqual([
      { kind: 'shards', message: expect.stringMatching(new RegExp(`different targets, ${part}: .*elsewhere`)) },
    ]);
  });

const OTHER_SETTINGS: readonly [change: Partial<PreflightReport['settings']>, says: string][] = [
  [{ concurrentUsers: 2 }, 'E2E_CONCURRENT_USERS: 20, 2'],
  [{ degradation: 'annotate' }, 'E2E_DEGRADATION: fail, annotate'],
  [{ pace: 'off' }, 'E2E_PACE: default, off'],
  [{ tokenSource: 'provided' }, 'E2E_TOKEN_SOURCE: auth-service, provided'],
  [{ budget: { requests: 5, sockets: 110 } }, 'E2E_REQUEST_BUDGET: 1230, 5'],
  [{ budget: { requests: 1_230, sockets: 5 } }, 'E2E_SOCKET_BUDGET: 110, 5'],
];
for (const [change, says] of OTHER_SETTINGS)
  test(`shards of one run with different ${says} - named`, () => {
    const preflight = [preflightReport(STAGING), preflightReport(STAGING, null, change)];
    expect(differentSettings({ preflight })).toEqual([{ kind: 'shards', message: `the shards had different ${says}` }]);
  });

const OTHER_RUNS: readonly [change: Partial<ShardStamp['settings']>, says: RegExp][] = [
  [{ retries: 3 }, /different retries: 0, 3/],
  [{ timeLimits: false }, /different time limits: on, off/],
  [{ config: 'other.config.ts' }, /different configurations: playwright.config.ts, other.config.ts/],
  [{ loaders: ['NODE_PATH'] }, /different loaders of code: none, NODE_PATH/],
];
for (const [change, says] of OTHER_RUNS)
  test(`shards of one run with ${JSON.stringify(change)} in one - named`, () => {
    const usual = { config: 'playwright.config.ts', loaders: [], retries: 0, timeLimits: true };
    const stamp = (current: number, settings: ShardStamp['settings']): ShardStamp => ({
      nonce: `n-${current}`,
      current,
      total: 2,
      runId: 'run',
      git: { commit: 'c', dirty: false, detail: null },
      settings,
      playwright: '1',
      selected: [],
    });
    expect(disagreements([stamp(1, usual), stamp(2, { ...usual, ...change })])).toEqual([
      { kind: 'shards', message: expect.stringMatching(says) },
    ]);
  });

test('a second shard with other settings - INCONCLUSIVE, and what differs is named', async ({ project }) => {
  const mini = project({ preflight: PREFLIGHT });
  await mini.blob('one', ['--shard=1/2']);
  for (const [title, env, args, says] of SECOND)
    await test.step(title, async () => {
      await mini.blob('two', [...args, '--shard=2/2'], env);
      await mini.merge();
      const gate = await mini.gate(['--target', STAGING.api]);
      expect(gate.output, title).toMatch(says);
      expect(gate.output, title).toMatch(/^INCONCLUSIVE$/m);
      expect(gate.exitCode, title).toBe(3);
    });

  await mini.blob('two', ['--shard=2/2']);
  await mini.merge();
  const same = await mini.gate(['--target', STAGING.api]);
  expect(same.output).toMatch(/^GO$/m);

  const file = mini.read('tests/p1.spec.ts');
  mini.write('tests/p1.spec.ts', `${file}\n// changed\n`);
  await mini.blob('two', ['--shard=2/2']);
  mini.write('tests/p1.spec.ts', file);
  await mini.merge();
  const dirty = await mini.gate(['--target', STAGING.api]);
  expect(dirty.output).toContain('uncommitted changes (shard 2: tests/p1.spec.ts)');
  expect(dirty.exitCode).toBe(5);
});

test('tests that pass without a request of their own - INCONCLUSIVE, no evidence', async ({ project }) => {
  const mini = project({ silent: true });
  expect((await mini.test()).exitCode).toBe(1);
  const gate = await mini.gate();
  expect(gate.output).toMatch(/22 of 22 without evidence .*no evidence: it passed without a request/);
  expect(gate.exitCode).toBe(3);
});

test('exchanges of another test, of another attempt, or in prose - no evidence', async ({ project }) => {
  const said = (change: object): string => {
    const own = { test: 'P1-07', attempt: 0, requests: 3, sockets: 0, pages: 0, ...change };
    return `info.annotations.push({ type: 'own-exchanges', description: ${JSON.stringify(JSON.stringify(own))} });`;
  };
  const mini = project({
    silent: true,
    tests: {
      'P1-07': said({}),
      'P1-08': said({}),
      'P1-09': said({ test: 'P1-09', attempt: 1 }),
      'P1-10': said({ test: 'P1-10', requests: 0 }),
      'P1-12': "info.annotations.push({ type: 'spent', description: '12 requests, 2 sockets' });",
    },
  });
  await mini.test();
  expect(mini.record.rows.filter(({ result }) => result === 'verified').map(({ id }) => id)).toEqual(['P1-07']);
});
