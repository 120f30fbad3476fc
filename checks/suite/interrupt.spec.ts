/** Ctrl-C in the middle of long work: what ran is reported whole, what did not is no pass, and nothing is left running. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test as base } from '@playwright/test';
import { z } from 'zod';
import { runRecord } from '../../src/reporter/record.ts';
import { Workspace } from '../workspace.ts';

base.describe.configure({ timeout: 300_000 });

const test = base.extend<{ workspace: Workspace }>({
  workspace: async ({}, use) => {
    const workspace = new Workspace();
    await use(workspace);
    workspace.remove();
  },
});

const json = (workspace: Workspace, file: string): unknown => JSON.parse(readFileSync(workspace.path(file), 'utf8'));

test('npx playwright test - every report is there, the rest is unverified, gate 3', async ({ workspace }) => {
  const running = workspace.start('npx playwright test --workers=1');
  await expect.poll(running.output, { timeout: 100_000 }).toMatch(/✓.*P1-0/);
  await running.stop();

  const record = runRecord.parse(json(workspace, 'reports/impact/run.json'));
  expect(record.status).toBe('interrupted');
  const results = record.rows.filter(({ priority }) => priority === 'P1').map(({ result }) => result);
  expect(results).toHaveLength(22);
  expect(results).toContain('verified');
  expect(results).toContain('unverified');
  for (const file of ['html/index.html', 'impact/index.html', 'impact/impact.md', 'junit.xml', 'ctrf.json'])
    expect(existsSync(workspace.path('reports', file)), file).toBe(true);
  const gate = await workspace.shell('npm run gate || echo "exit $?"');
  expect(gate.output).toContain('exit 3');
  // The stand-in went with the run.
  const { target } = record;
  await expect(fetch(`${target?.api ?? ''}/health`)).rejects.toThrow('fetch failed');
});

test('npm run matrix - the cases that ran are reported, and taken over by --resume', async ({ workspace }) => {
  const running = workspace.start('npm run matrix -- --only net-refused --only net-reset --parallel 1');
  await expect.poll(running.output, { timeout: 200_000 }).toMatch(/^\[1\/2\] .* left/m);
  await running.stop();
  expect(running.output()).toContain('INCOMPLETE');
  const matrix = z
    .looseObject({ complete: z.boolean(), asked: z.int(), cases: z.array(z.looseObject({ id: z.string() })) })
    .parse(json(workspace, 'reports/matrix/matrix.json'));
  expect(matrix).toMatchObject({ complete: false, asked: 2 });
  expect(matrix.cases).toHaveLength(1);
  const resumed = await workspace.shell(
    'npm run matrix -- --only net-refused --only net-reset --resume --report || true',
  );
  expect(resumed.output).toContain('INCOMPLETE');
});
