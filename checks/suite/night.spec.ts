/** The nightly workflow, run for real on the stand-in: its shell steps as they stand, shard by shard, and the plain shell. */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { runRecord } from '../../src/reporter/record.ts';
import { filesBelow } from './files.ts';
import { runJob, workflowOf, type Store } from '../ci/workflow.ts';
import { startWebhook } from '../webhook.ts';
import { Workspace } from '../workspace.ts';

test.describe.configure({ timeout: 600_000 });

const NIGHTLY = workflowOf('.github/workflows/nightly.yml');

/** A manual start on the stand-in, in two shards. */
const REHEARSAL: Readonly<Record<string, string>> = {
  "inputs.rehearsal && '--rehearsal' || '--release'": '--rehearsal',
  "inputs.projects || 'all'": 'p1-critical,p2-high',
  "inputs.target || 'staging'": 'staging',
  'strategy.job-total': '2',
  'github.run_id': '4711',
  'github.run_attempt': '1',
  'github.server_url': 'https://git.example.com',
  'github.repository': 'team/goldenpath',
  ...Object.fromEntries(
    ['BASE_URL', 'WS_URL', 'AUTH_URL'].map((name) => [`!inputs.rehearsal && vars.E2E_${name} || ''`, '']),
  ),
  ...Object.fromEntries(
    [
      'FRONTEND_URL',
      'ENVIRONMENT',
      'TOKEN_SOURCE',
      'ALLOWED_HOSTS',
      'CA_FILE',
      'DEGRADATION',
      'CONTRACT',
      'HOOKS',
      'CONCURRENT_USERS',
      'REQUEST_BUDGET',
      'SOCKET_BUDGET',
    ].map((name) => [`vars.E2E_${name}`, '']),
  ),
  ...Object.fromEntries(
    ['OAUTH_SIMULATION_KEY', 'TOKEN_A', 'TOKEN_B', 'NOTIFY_WEBHOOK'].map((name) => [`secrets.E2E_${name}`, '']),
  ),
  'secrets.E2E_RECORD_KEY': 'key-of-the-night',
};

/** A night as the schedule starts it, in a repository where nobody has named a staging. */
const UNCONFIGURED = {
  ...REHEARSAL,
  "inputs.rehearsal && '--rehearsal' || '--release'": '--release',
  "inputs.projects || 'all'": 'all',
};

const message = (body: string | undefined): string =>
  z.strictObject({ text: z.string() }).parse(JSON.parse(body ?? '')).text;

test('the nightly workflow - two shards, merge, gate, message; then a shard is missing; then a fault, from a plain shell', async ({}, info) => {
  const store: Store = { folder: info.outputPath('github') };
  const webhook = await startWebhook();
  const values = { ...REHEARSAL, 'secrets.E2E_NOTIFY_WEBHOOK': webhook.url };
  const runner = (name: string, sha: string) => ({
    GITHUB_SHA: sha,
    GITHUB_STEP_SUMMARY: info.outputPath(`${name}.md`),
  });

  const commit = new Workspace();
  for (const shard of ['1', '2']) {
    const workspace = new Workspace(commit);
    const ran = await runJob(NIGHTLY, 'shard', {
      workspace,
      store,
      values: { ...values, 'matrix.shard': shard },
      runner: runner(`shard-${shard}`, workspace.git('rev-parse', 'HEAD')),
    });
    expect(ran.conclusion, ran.steps.map(({ output }) => output).join('')).toBe('success');
    workspace.remove();
  }

  const whole = new Workspace(commit);
  const verdict = await runJob(NIGHTLY, 'verdict', {
    workspace: whole,
    store,
    values,
    runner: runner('verdict', whole.git('rev-parse', 'HEAD')),
  });
  const output = verdict.steps.map((step) => step.output).join('');
  expect(verdict.conclusion, output).toBe('success');
  expect(output).toContain('merged from 2 of 2 shards');
  expect(output).toMatch(/^REHEARSAL GO$/m);
  const record = runRecord.parse(JSON.parse(readFileSync(whole.path('reports/impact/run.json'), 'utf8')));
  expect(record.runId).toBe('gh-4711');
  expect(record.shards.seen.map(({ current }) => current)).toEqual([1, 2]);
  expect(record.rows.filter(({ priority, result }) => priority === 'P1' && result === 'verified')).toHaveLength(22);
  const summary = readFileSync(info.outputPath('verdict.md'), 'utf8');
  expect(summary).toContain('## goldenpath: REHEARSAL GO');
  expect(summary).toContain('## Gate');
  const kept = join(store.folder, 'artifacts', 'reports');
  expect(readdirSync(kept)).toEqual(
    expect.arrayContaining(['ctrf.json', 'html', 'impact', 'junit.xml', 'history.jsonl']),
  );
  expect(readdirSync(kept)).not.toContain('blob');
  // Names that Windows refuses would break the download of the whole artifact.
  expect(filesBelow(kept).filter((file) => /[<>:"|?*]|[. ]$/.test(file.slice(kept.length)))).toEqual([]);
  expect(readdirSync(join(store.folder, 'caches'))).toEqual(['history-staging-4711-1']);
  expect(webhook.received.map(message)).toEqual([
    expect.stringMatching(/^\*goldenpath: REHEARSAL GO\* \(before: no verdict that is known\)\n/),
  ]);
  expect(message(webhook.received[0])).toContain('<https://git.example.com/team/goldenpath/actions/runs/4711|report>');

  // GO, and nobody could be told: the code says so, the verdict stands.
  webhook.answers.push(404);
  const untold = await whole.shell('npm run nightly -- verdict --rehearsal', { E2E_NOTIFY_WEBHOOK: webhook.url });
  expect(untold.output).toMatch(/^REHEARSAL GO$/m);
  expect(untold.output).toContain('NOT DELIVERED: nobody was told about GO: the webhook answered 404');
  expect(untold.exitCode).toBe(6);
  webhook.received.pop();

  // The next night loses a shard: its job was killed before it could upload anything.
  const poorer: Store = { folder: info.outputPath('poorer') };
  cpSync(store.folder, poorer.folder, { recursive: true });
  rmSync(join(poorer.folder, 'artifacts', 'shard-2'), { recursive: true });
  const second = new Workspace(commit);
  const incomplete = await runJob(NIGHTLY, 'verdict', {
    workspace: second,
    store: poorer,
    values: { ...values, 'github.run_attempt': '2' },
    runner: runner('incomplete', second.git('rev-parse', 'HEAD')),
  });
  expect(incomplete.conclusion).toBe('failure');
  expect(incomplete.steps.find(({ name }) => name === 'Gate')).toMatchObject({
    exitCode: 3,
    output: expect.stringContaining('shard 2 of 2 is missing'),
  });
  expect(readdirSync(join(poorer.folder, 'caches'))).toHaveLength(2);
  expect(message(webhook.received[1])).toMatch(/^\*goldenpath: REHEARSAL INCONCLUSIVE\*/);
  expect(readFileSync(info.outputPath('incomplete.md'), 'utf8')).toContain('INCONCLUSIVE');
  second.remove();

  // The same suite from a plain shell, on the machine that has the history, against a server that breaks.
  const plain = await whole.shell('ci/nightly.sh --rehearsal --shards 2 --projects p1-critical', {
    STANDIN_FAULTS: 'rest-500-route:route=tools',
    E2E_NOTIFY_WEBHOOK: webhook.url,
  });
  expect(plain.exitCode, plain.output).toBe(1);
  expect(plain.output).toContain('merged from 2 of 2 shards');
  expect(plain.output).toMatch(/^REHEARSAL HOLD$/m);
  expect(message(webhook.received[2])).toMatch(/^\*goldenpath: REHEARSAL HOLD\* \(before: GO\)\n/);
  expect(webhook.received).toHaveLength(3);
  expect(output + plain.output).not.toContain(webhook.secret);
  await webhook.close();
  for (const workspace of [whole, commit]) workspace.remove();
});

test('a night without a staging - says what is missing, tests nothing, and is MISUSE, told to the webhook', async ({}, info) => {
  const store: Store = { folder: info.outputPath('github') };
  const webhook = await startWebhook();
  const workspace = new Workspace();
  const run = {
    workspace,
    store,
    values: { ...UNCONFIGURED, 'matrix.shard': '1', 'secrets.E2E_NOTIFY_WEBHOOK': webhook.url },
    runner: { GITHUB_STEP_SUMMARY: info.outputPath('summary.md') },
  };
  const shard = await runJob(NIGHTLY, 'shard', run);
  expect(shard.steps.find(({ name }) => name === 'Test')).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('E2E_BASE_URL is not set, so there is nothing to release'),
  });
  const verdict = await runJob(NIGHTLY, 'verdict', run);
  expect(verdict.conclusion).toBe('failure');
  expect(verdict.steps.find(({ name }) => name === 'Gate')).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('no run record'),
  });
  expect(webhook.received.map(message)).toEqual([expect.stringMatching(/^\*goldenpath: MISUSE\*/)]);
  expect(readFileSync(info.outputPath('summary.md'), 'utf8')).toContain('MISUSE');
  await webhook.close();
  workspace.remove();
});
