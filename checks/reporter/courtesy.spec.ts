/** Files that a run can do without, and the one that it cannot: the record. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL } from './rows.ts';
import { expect, test } from './project.ts';
import { failing } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

const warnings = (output: string): string[] => output.split('\n').filter((line) => line.includes('warning:'));

const SUMMARIES: readonly (readonly [string, string])[] = [
  ['in a folder that does not exist', '/nowhere/step_summary'],
  ['that is a folder', 'reports-of-others'],
  ['below a file', 'playwright.config.ts/step_summary'],
  ['on a full disk', '/dev/full'],
];
for (const [where, file] of SUMMARIES)
  test(`a job summary ${where} - one line of warning, REHEARSAL GO, exit 0, gate 0`, async ({ project }) => {
    const mini = project();
    mkdirSync(join(mini.folder, 'reports-of-others'));
    const ran = await mini.test([], { GITHUB_STEP_SUMMARY: file });
    expect(warnings(ran.output)).toHaveLength(1);
    expect(warnings(ran.output)[0]).toMatch(
      /^goldenpath: warning: the job summary \(GITHUB_STEP_SUMMARY\) cannot be written: E[A-Z]+/,
    );
    expect(ran.output).toContain('REHEARSAL GO');
    expect(ran.exitCode).toBe(0);
    expect((await mini.gate()).exitCode).toBe(0);
  });

test('reports and a history that cannot be written - a warning each, verdict and exit code stay', async ({
  project,
}) => {
  const mini = project({ tests: { 'P1-07': failing('http-status', 'thread.create', 'POST /api/threads -> 500') } });
  for (const name of ['junit.xml', 'ctrf.json', 'history.jsonl'])
    mkdirSync(join(mini.folder, 'reports', name), { recursive: true });
  const ran = await mini.test();
  for (const name of ['junit.xml', 'ctrf.json', 'history'])
    expect(warnings(ran.output).filter((line) => line.includes(name)).length, name).toBeGreaterThan(0);
  expect(ran.output).not.toMatch(/goldenpath {2}now|Outside the tests/);
  expect(mini.impact.verdict).toBe('HOLD');
  expect((await mini.gate()).exitCode).toBe(1);
});

test('a history of garbage - passed over, REHEARSAL GO, and the run is added', async ({ project }) => {
  const mini = project({ files: { 'reports/history.jsonl': '\u0000\ufffd{"version":1\n[]\nnull\n{"version":2}' } });
  const ran = await mini.test();
  expect(ran.exitCode, ran.output).toBe(0);
  expect(mini.read('reports/history.jsonl').trim().split('\n')).toHaveLength(5);
});

test('a record that cannot be written - the run stops before the tests with one clear message, exit 1', async ({
  project,
}) => {
  const mini = project({ files: { reports: 'a file' } });
  const ran = await mini.test();
  expect(ran.exitCode).toBe(1);
  expect(ran.output).toMatch(
    /the record \S+run\.json cannot be written \(E[A-Z]+: .*\)\. Without it there is no verdict: make that folder writable/,
  );
  expect(ran.output).not.toContain('P1-01');
  expect((await mini.gate()).exitCode).toBe(5);
});

for (const reader of ['head -1', 'true'])
  test(`output read by \`${reader}\` - the record is whole, exit codes stay`, async ({ project }) => {
    const mini = project();
    expect((await mini.piped('test', reader)).exitCode).toBe(0);
    expect(mini.impact.verdict).toBe('GO');
    const gate = await mini.piped('gate', reader);
    expect(gate.output).not.toContain('EPIPE');
    expect(gate.exitCode).toBe(0);
  });

test('a run started in another folder - model, waivers, .env and reports are those beside the configuration', async ({
  project,
}, info) => {
  const mini = project({
    options: `modelFile: 'impact.model.json'`,
    files: { 'impact.model.json': JSON.stringify(MODEL), '.env': 'E2E_RECORD_KEY=key-of-the-configuration\n' },
  });
  const elsewhere = info.outputPath('elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  const ran = await mini.testFrom(elsewhere);
  expect(ran.output).toContain('REHEARSAL GO');
  expect(ran.exitCode).toBe(0);
  expect(mini.record.seal).not.toBeNull();
  expect(mini.record.lastRun?.path).toBe('../../test-results/.last-run.json');
  expect(mini.has('reports/junit.xml')).toBe(true);
  expect((await mini.gate()).exitCode).toBe(0);
});
