import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { CATALOGUE, idsOf } from '../../src/contract/catalogue.ts';
import { readingsOf } from '../../src/reporter/readings.ts';
import { idsWith, runSuite } from './suite-run.ts';

const ALL = idsOf('P1');
const SOCKET_TESTS = ['P1-01', 'P1-02', 'P1-03', 'P1-04'];
const P1_ONLY = ['--project=preflight', '--project=p1-critical'];
const LOCK = { lock: '-exclusive-' } as const;

test('healthy - all tests are verified, every report is there, the run exits 0', async ({}, info) => {
  const run = await runSuite(info.outputPath('reports'), {});
  expect(
    run.record.rows.filter(({ result }) => result !== 'verified').map(({ id }) => id),
    run.output,
  ).toEqual([]);
  expect(run.record.rows).toHaveLength(CATALOGUE.length);
  expect(run.exitCode, run.output).toBe(0);
  for (const file of ['html/index.html', 'results.json', 'junit.xml', 'impact/run.json', 'impact/impact.md'])
    expect(existsSync(join(run.reports, file)), file).toBe(true);
  const summary = run.output.slice(run.output.indexOf('goldenpath  REHEARSAL'));
  expect(summary).toContain('REHEARSAL GO');
  expect(summary.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

test('session-5 - exactly the four socket tests are red, 18 of 22 verified', async ({}, info) => {
  const run = await runSuite(info.outputPath('reports'), { STANDIN_SCENARIO: 'session-5' }, P1_ONLY);
  expect(idsWith(run.record, 'failed'), run.output).toEqual(SOCKET_TESTS);
  expect(idsWith(run.record, 'verified')).toEqual(ALL.filter((id) => !SOCKET_TESTS.includes(id)));
  const readings = readingsOf(run.record.rows);
  expect({ passRate: readings.passRate.passed, tolerant: readings.tolerant.passed }).toEqual({
    passRate: 18,
    tolerant: 20,
  });
  expect(run.record.rows.find(({ id }) => id === 'P1-16')?.notes.join()).toContain('cleanly refused');
  expect(run.exitCode).toBe(1);
  expect(run.output).toContain('HOLD');
});

test('session-5 with E2E_DEGRADATION=annotate - 20 of 22 green, P1-03 and P1-04 degraded', async ({}, info) => {
  const variables = { STANDIN_SCENARIO: 'session-5', E2E_DEGRADATION: 'annotate' };
  const run = await runSuite(info.outputPath('reports'), variables, P1_ONLY);
  expect(idsWith(run.record, 'failed'), run.output).toEqual(['P1-01', 'P1-02']);
  expect(idsWith(run.record, 'degraded')).toEqual(['P1-03', 'P1-04']);
  const findings = run.record.rows.flatMap(({ degraded }) => degraded);
  expect(new Set(findings)).toEqual(new Set(['ws-clean-refusal: 1011 Internal error']));
  const readings = readingsOf(run.record.rows);
  expect({ passRate: readings.passRate.passed, tolerant: readings.tolerant.passed }).toEqual({
    passRate: 18,
    tolerant: 20,
  });
});

test('session-5-immediate - the same four, whoever wins the race against the close', async ({}, info) => {
  const args = [...P1_ONLY, '--grep', 'preflight|P1-0[1-4]', '--repeat-each=5', '--workers=2'];
  const run = await runSuite(info.outputPath('reports'), { STANDIN_SCENARIO: 'session-5-immediate' }, args);
  const failures = /(\d+) failed/.exec(run.output)?.[1];
  expect(failures, run.output).toBe('20');
  const classes = run.record.rows.flatMap(({ attempts }) =>
    attempts.flatMap((one) => one.failures.map((failure) => failure.class)),
  );
  expect(new Set(classes)).toEqual(new Set(['ws-clean-refusal']));
});

test('dead host - one diagnosis within 10 s, no test is verified', LOCK, async ({}, info) => {
  const run = await runSuite(info.outputPath('reports'), { STANDIN_SCENARIO: 'dead-host' });
  expect(idsWith(run.record, 'unverified'), run.output).toEqual(ALL);
  expect(run.output).toContain('DOWN');
  expect(run.exitCode).toBe(1);
  // The run's own share of the 10 s that a dead target may cost; starting Node is the machine's.
  expect(run.record.preflight[0]?.warmUp.ms).toBeLessThan(5_000);
});

test('dead host without preflight - each of the 22 fails by itself', async ({}, info) => {
  const run = await runSuite(info.outputPath('reports'), { STANDIN_SCENARIO: 'dead-host' }, [
    '--no-deps',
    '--project=p1-critical',
  ]);
  expect(idsWith(run.record, 'failed'), run.output).toEqual(ALL);
  expect(run.exitCode).toBe(1);
});
