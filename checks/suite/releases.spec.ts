/** The suite against another release, against one that it was told wrong, against surprises, and without hooks. */
import { expect, test } from '@playwright/test';
import { CATALOGUE } from '../../src/contract/catalogue.ts';
import { dialect as beta9 } from '../../src/standin/dialects/beta-9.ts';
import { startStandin } from '../../src/standin/start.ts';
import { runSuite, type SuiteRun } from './suite-run.ts';

const resultsOf = ({ record }: SuiteRun, result: string): string[] =>
  record.rows.filter((row) => row.result === result).map(({ id }) => id);
const differencesOf = ({ record }: SuiteRun): readonly string[] =>
  record.preflight.flatMap(({ contract }) => contract?.differences ?? []);

test('beta-17, found by its marks - all 28 verified, and what it does not promise is counted', async ({}, info) => {
  const run = await runSuite(info.outputPath('reports'), { STANDIN_CONTRACT: 'beta-17' });
  expect(resultsOf(run, 'verified'), run.output).toEqual(CATALOGUE.map(({ id }) => id));
  expect(run.record.preflight[0]?.contract).toMatchObject({
    release: 'beta-17',
    chosen: 'fingerprint',
    differences: [],
  });
  expect(run.output).toMatch(/contract beta-17 \(by fingerprint\), (\d+) of \1 marks fit/);
  const open = run.record.rows.flatMap(({ notApplicable }) => notApplicable);
  expect(open).toContain('GET /health/agents is not offered by beta-17');
  expect(open).toContain('/health/ready core_db is not promised by beta-17');
  expect(run.output).toContain(`${open.length} not applicable in P1-01 `);
  expect(run.exitCode).toBe(0);
});

test('beta-17, said to be beta-9 - red, and the differences are named', async ({}, info) => {
  const variables = { STANDIN_CONTRACT: 'beta-17', E2E_CONTRACT: 'beta-9' };
  const run = await runSuite(info.outputPath('reports'), variables, ['--grep', 'preflight|P1-0[256]|P1-21']);
  expect(resultsOf(run, 'failed'), run.output).toEqual(['P1-02', 'P1-06', 'P1-21']);
  expect(resultsOf(run, 'verified')).toEqual(['P1-05']);
  expect(run.record.preflight[0]?.contract).toMatchObject({ release: 'beta-9', chosen: 'told' });
  const differences = differencesOf(run).join('\n');
  expect(differences).toContain('differs from the contract: GET /health status: was "healthy", is "ok"');
  expect(differences).toContain('GET /health/agents: was 200, is 404');
  expect(differences).toMatch(/token jti: was .*, is "jti_/);
  expect(differences).toContain('error_code of a socket without a token: was NO_TOKEN, is AUTH_FAILED');
  expect(run.output).toContain('! differs from the contract: ');
  expect(run.exitCode).toBe(1);
});

test('an odd jti - a note, and red only where a claim is about tokens', async ({}, info) => {
  let issued = 0;
  const standin = await startStandin({ dialect: { ...beta9, tokenId: () => `odd-${(issued += 1)}` } });
  const run = await runSuite(
    info.outputPath('reports'),
    {
      E2E_BASE_URL: standin.apiOrigin,
      E2E_AUTH_URL: standin.authOrigin,
      E2E_OAUTH_SIMULATION_KEY: standin.bypassKey,
    },
    ['--grep', 'preflight|P1-05|P1-10|P1-21'],
  ).finally(() => standin.close());
  expect(differencesOf(run), run.output).toEqual([expect.stringMatching(/token jti: was .*uuid.*, is "odd-\d+"$/i)]);
  expect(resultsOf(run, 'verified')).toEqual(['P1-05', 'P1-10']);
  expect(resultsOf(run, 'failed')).toEqual(['P1-21']);
});

test('an odd body of /health - a note, and red only where a claim is about it', async ({}, info) => {
  const variables = { STANDIN_FAULTS: 'reply-field:on=GET /health:at=/version:op=drop' };
  const run = await runSuite(info.outputPath('reports'), variables, ['--grep', 'preflight|P1-05|P1-20']);
  expect(differencesOf(run), run.output).toEqual([
    'differs from the contract: GET /health version: was string, is missing',
  ]);
  expect(resultsOf(run, 'verified')).toEqual(['P1-05']);
  expect(resultsOf(run, 'failed')).toEqual(['P1-20']);
});

test('no hooks - what needs them is unverified with the reason, nothing is red for it', async ({}, info) => {
  const args = ['--grep', 'preflight|P1-05|P1-08|P1-11|P1-19|P2-01'];
  const run = await runSuite(info.outputPath('reports'), { E2E_HOOKS: 'none' }, args);
  expect(resultsOf(run, 'failed'), run.output).toEqual([]);
  expect(resultsOf(run, 'verified')).toEqual(['P1-05']);
  const lacks = (hook: string) => `needs the hook ${hook}, which this platform lacks (E2E_HOOKS)`;
  for (const [id, hook] of [
    ['P1-08', 'simulate_delay'],
    ['P1-11', 'simulate_delay'],
    ['P1-19', 'force_failure'],
    ['P2-01', 'simulate_delay'],
  ] as const) {
    const row = run.record.rows.find((each) => each.id === id);
    expect(row?.result, id).toBe('unverified');
    expect(row?.reason, id).toContain(lacks(hook));
  }
});

test('no hooks, and a fault in the rest of a test - red, not unverified', async ({}, info) => {
  const variables = { E2E_HOOKS: 'none', STANDIN_FAULTS: 'err-html-instead-of-json' };
  const run = await runSuite(info.outputPath('reports'), variables, ['--grep', 'preflight|P1-19']);
  expect(resultsOf(run, 'failed'), run.output).toEqual(['P1-19']);
});
