/** P1-17 under more load than usual: a late platform is red, a suite that cannot keep up is `unverified`. */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { runSuite } from './suite-run.ts';

/** Nine tenths of the time of each worker. */
const BUSY = `setInterval(() => {
  if (process.env.TEST_WORKER_INDEX === undefined) return;
  for (const end = performance.now() + 45; performance.now() < end;);
}, 50).unref();`;
const ONLY = ['--project=preflight', '--project=p1-critical', '--grep', 'preflight|P1-17'];
const PEOPLE = 8;
/** Each logs in with two requests; from then on nothing of theirs is answered within the deadline of 3 s. */
const LATE = {
  E2E_CONCURRENT_USERS: String(PEOPLE),
  STANDIN_FAULTS: `control-latency:delay=3500:jitter=0:user=gp-*P1-17-u:after=${2 * PEOPLE}`,
};

test('answers that are late - red from an idle process, unverified from one that is busy itself', async ({}, info) => {
  info.setTimeout(150_000);
  const script = info.outputPath('busy.mjs');
  writeFileSync(script, BUSY);
  const rowOf = async (name: string, variables: Record<string, string>) => {
    const { record } = await runSuite(info.outputPath(name), { ...LATE, ...variables }, ONLY);
    return record.rows.find(({ id }) => id === 'P1-17');
  };
  const idle = await rowOf('idle', {});
  const busy = await rowOf('busy', { NODE_OPTIONS: `--import ${pathToFileURL(script).href}` });
  expect(idle?.result).toBe('failed');
  expect(idle?.reason).toContain('[deadline]');
  expect(busy?.result).toBe('unverified');
  expect(busy?.reason).toMatch(/this process was busy \d+ % of the time/);
});

test('a hundred people - right answers for each, the load of this process is told', async ({}, info) => {
  info.setTimeout(150_000);
  const { record } = await runSuite(info.outputPath('many'), { E2E_CONCURRENT_USERS: '100' }, ONLY);
  const row = record.rows.find(({ id }) => id === 'P1-17');
  expect(row?.result).toBe('verified');
  expect(row?.notes.join('\n')).toMatch(/load: slowest answer \d+ ms; this process was busy \d+ %/);
});
