/** What stands still is ended from outside, and nothing else is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';

const ROOT = resolve(import.meta.dirname, '../..');

const run = async (...args: string[]) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'checks/fuzz/standing.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
};

test('a worker that stands still past its time-out - killed, and told why', async () => {
  const { signal, output } = await run('stands');
  expect(signal).toBe('SIGKILL');
  expect(output).toMatch(
    /goldenpath: \[deadline\] worker\.standstill: this worker stood still for [\d.]+ s, past the time-out of its test/,
  );
  expect(output).not.toContain('ended by itself');
});

test('a worker that stands still after its run is gone - killed before its time-out', async () => {
  const { output } = await run('orphaned');
  expect(output).toMatch(/stood still for [\d.]+ s, and the run that started it is gone/);
});

for (const [mode, what] of [
  ['works', 'a test that is late, but turns'],
  ['pauses', 'pauses that are shorter than the grace'],
  ['closed', 'a worker that ends'],
] as const)
  test(`${what} - left alone`, async () => {
    expect(await run(mode)).toMatchObject({ code: 0, signal: null });
  });

test('standing still within the time-out - left alone until it is over', async () => {
  const begun = performance.now();
  const { signal } = await run('stands', '500', '4000');
  expect(signal).toBe('SIGKILL');
  expect(performance.now() - begun).toBeGreaterThan(4_000);
});
