/** Settings by which a verdict is worth less: recorded, named by the gate, and never enough for a GO where evidence is missing. */
import { expect, test } from '@playwright/test';
import { assess, type Assessment } from '../../src/reporter/assess.ts';
import { misuses } from '../../src/reporter/gate-checks.ts';
import { impactModel, type ImpactModel } from '../../src/reporter/model.ts';
import { sealed, type RecordBody, type Result, type Row } from '../../src/reporter/record.ts';
import { declarationOf, loadersOf, weakenings } from '../../src/reporter/settings.ts';
import { CATALOGUE } from '../../src/contract/catalogue.ts';
import { MODEL, MODEL_FILE, recordOf, rowOf } from './rows.ts';
import { preflightReport, STAGING } from './samples.ts';

const NOW = new Date('2025-09-09T18:00:00Z');

/** Every row of the catalogue. */
const rowsOf = (results: Readonly<Record<string, Result>> = {}): Row[] =>
  CATALOGUE.map(({ id }) => rowOf(id, results[id] ?? 'verified'));
const judge = (rows: Row[], model: ImpactModel = MODEL, change: Partial<RecordBody> = {}): Assessment =>
  assess(recordOf(rows, change), { model, waivers: [] }, NOW);

const withoutP2 = impactModel.parse({
  ...MODEL,
  priorities: MODEL.priorities.filter(({ id }) => id !== 'P2'),
  capabilities: MODEL.capabilities.filter(({ tests }) => tests.every((id) => id.startsWith('P1'))),
  streams: MODEL.streams.filter(({ id }) => id !== 'live'),
});
const withoutSecurity = impactModel.parse({
  ...MODEL,
  capabilities: MODEL.capabilities.map((capability) => ({ ...capability, security: false })),
});
const MODELS = { own: MODEL, 'without P2': withoutP2, 'without security': withoutSecurity };

for (const [name, model] of Object.entries(MODELS)) {
  test(`a full run, model ${name} - GO`, () => {
    expect(judge(rowsOf(), model)).toMatchObject({ verdict: 'GO' });
  });
  for (const id of ['P1-16', 'P2-06']) {
    test(`${id} failed, model ${name} - HOLD that names what is not proven`, () => {
      const { verdict, reasons } = judge(rowsOf({ [id]: 'failed' }), model);
      expect(verdict).toBe('HOLD');
      expect(reasons.join('\n')).toMatch(new RegExp(`(?:tenant-isolation|access-control) is not proven \\(${id}\\)`));
    });
    test(`${id} without evidence, model ${name} - INCONCLUSIVE`, () => {
      const missing = rowOf(id, 'unverified', { file: null, reason: 'not part of this run' });
      const { verdict, reasons } = judge(
        rowsOf().map((row) => (row.id === id ? missing : row)),
        model,
      );
      expect(verdict).toBe('INCONCLUSIVE');
      expect(reasons.join('\n')).toMatch(new RegExp(`${id}.*not part of this run`));
    });
    test(`${id} flaky, model ${name} - CONDITIONAL: the first attempt showed a breach`, () => {
      expect(judge(rowsOf({ [id]: 'flaky' }), model)).toMatchObject({ verdict: 'CONDITIONAL' });
    });
  }
}

test('a failed test of a priority that the model leaves out - CONDITIONAL, named', () => {
  const { verdict, sentence } = judge(rowsOf({ 'P2-01': 'failed' }), withoutP2);
  expect(verdict).toBe('CONDITIONAL');
  expect(sentence).toContain('does not declare (P2-01)');
});

test('a waiver for a security test, with a model that calls nothing security - HOLD', () => {
  const rows = rowsOf().map((row) =>
    row.id === 'P1-16' ? rowOf('P1-16', 'failed', { cause: { id: 'app-5xx', confidence: 'high' } }) : row,
  );
  const waiver = {
    tests: ['P1-16'],
    cause: 'app-5xx',
    owner: 'team',
    reason: 'accepted for now',
    opened: '2025-09-01',
    expires: '2025-09-12',
  };
  expect(assess(recordOf(rows), { model: withoutSecurity, waivers: [waiver] }, NOW).verdict).toBe('HOLD');
});

test('code from elsewhere in the run - INCONCLUSIVE, and the variable is named', () => {
  const settings = {
    config: 'playwright.config.ts',
    loaders: ['PW_TEST_SOURCE_TRANSFORM'],
    retries: 0,
    timeLimits: true,
  };
  const { verdict, sentence } = judge(rowsOf(), MODEL, { settings });
  expect(verdict).toBe('INCONCLUSIVE');
  expect(sentence).toContain('PW_TEST_SOURCE_TRANSFORM');
});

const process = { env: {}, execArgv: [], argv: [] };
const LOADERS: readonly [given: Partial<Parameters<typeof loadersOf>[0]>, found: readonly string[]][] = [
  [{}, []],
  [{ env: { PW_TEST_SOURCE_TRANSFORM: '/tmp/empty.cjs' } }, ['PW_TEST_SOURCE_TRANSFORM']],
  [{ env: { PWTEST_CACHE_DIR: '/tmp/cache' } }, ['PWTEST_CACHE_DIR']],
  [{ env: { PLAYWRIGHT_TRANSFORM_CACHE_DIR: '/tmp/cache' } }, ['PLAYWRIGHT_TRANSFORM_CACHE_DIR']],
  [{ env: { TS_NODE_PROJECT: 'other.json' } }, ['TS_NODE_PROJECT']],
  [{ env: { TSX_TSCONFIG_PATH: 'other.json' } }, ['TSX_TSCONFIG_PATH']],
  [{ env: { NODE_OPTIONS: '--max-old-space-size=4096 --no-warnings --enable-source-maps' } }, []],
  [{ env: { NODE_OPTIONS: '--import ./empty.mjs' } }, ['NODE_OPTIONS --import']],
  [{ env: { NODE_OPTIONS: '--no-warnings "--import=./my empty.mjs"' } }, ['NODE_OPTIONS --import']],
  [{ env: { NODE_OPTIONS: '-r ./empty.cjs' } }, ['NODE_OPTIONS -r']],
  [{ env: { NODE_OPTIONS: '--require=./empty.cjs' } }, ['NODE_OPTIONS --require']],
  [{ env: { NODE_OPTIONS: '--loader ./empty.mjs' } }, ['NODE_OPTIONS --loader']],
  [{ env: { NODE_OPTIONS: '--experimental_loader=./empty.mjs' } }, ['NODE_OPTIONS --experimental-loader']],
  [{ env: { NODE_OPTIONS: '--conditions=empty' } }, ['NODE_OPTIONS --conditions']],
  [
    { env: { NODE_OPTIONS: '--experimental-default-config-file' } },
    ['NODE_OPTIONS --experimental-default-config-file'],
  ],
  [{ execArgv: ['--import', './empty.mjs'] }, ['node --import']],
  [{ argv: ['node', 'playwright', 'test', '--tsconfig=other.json'] }, ['playwright --tsconfig']],
  [{ env: { NODE_PATH: '/app/node_modules/.pnpm/node_modules:/app/node_modules' } }, []],
  [{ env: { NODE_PATH: '/tmp/other' } }, ['NODE_PATH']],
];
for (const [given, found] of LOADERS)
  test(`loaders of ${JSON.stringify(given)} - ${found.join(', ') || 'none'}`, () => {
    expect(loadersOf({ ...process, ...given })).toEqual(found);
  });

test('weaker settings - each named by the gate, the usual ones not', () => {
  const own = { model: declarationOf(MODEL_FILE), waivers: declarationOf('waivers.json') };
  const usual = recordOf(rowsOf(), { declarations: own });
  expect(weakenings(usual, own)).toEqual([]);
  const settings = { config: 'other.config.ts', loaders: [], retries: 5, timeLimits: false };
  const weak = { concurrentUsers: 2, degradation: 'annotate', pace: 'off' } as const;
  const preflight = [preflightReport(STAGING), preflightReport(STAGING, null, weak)];
  const other = { model: declarationOf('package.json'), waivers: declarationOf('tsconfig.json') };
  const lines = weakenings({ ...usual, settings, preflight }, other).join('\n');
  for (const named of [
    'E2E_CONCURRENT_USERS is 2',
    'E2E_DEGRADATION is annotate',
    'E2E_PACE is off',
    'time limits',
    '5 retries',
    'other.config.ts',
    'the impact model is package.json',
    'the waiver file is tsconfig.json',
    'the impact model of the run was',
    'the waiver file of the run was',
  ])
    expect(lines).toContain(named);
});

test('one shard of three days ago in a merge of today - stale', () => {
  const today = new Date('2025-09-12T17:40:00Z');
  const rows = rowsOf().map((row) => ({
    ...row,
    attempts: row.attempts.map((attempt) => ({
      ...attempt,
      startedAt: row.id === 'P1-02' ? attempt.startedAt : '2025-09-12T17:35:00.000Z',
    })),
  }));
  const merged = recordOf(rows, { startedAt: '2025-09-12T17:34:00.000Z', endedAt: '2025-09-12T17:36:00.000Z' });
  const expectation = {
    recordFile: 'run.json',
    commitIsNamed: true,
    now: today,
    maxAgeHours: 24,
    runId: undefined,
    commit: undefined,
    target: STAGING.api,
    release: true,
    allowDirty: false,
    recordKey: undefined,
  };
  expect(misuses(sealed(merged, undefined), expectation, { commit: null, dirty: null, detail: null })).toContainEqual(
    expect.stringContaining('its oldest evidence is 72 h old'),
  );
});
