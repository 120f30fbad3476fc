/**
 * `npm test`: lint, format, types, the checks, a sample of the detection matrix. Ends with `N passed, N failed`.
 * `npm test -- NAME...` runs these steps alone, `npm test -- --list` names them.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import '../src/evidence/closed-output.ts';
import { z } from 'zod';
import { readArguments } from '../src/environment/arguments.ts';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

const CHECKS_REPORT = 'test-results/checks.json';
const playwrightReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
});

const run = (command: string, args: readonly string[]): boolean => {
  // The runner of the machine must not leak its own settings into the suite under check.
  const ours = Object.keys(process.env).filter((name) => /^(?:E2E|STANDIN)_/.test(name));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.includes(name) && name !== 'CI'));
  const { status } = spawnSync(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  return status === 0;
};
const npx = (...args: string[]): boolean => run('npx', ['--no-install', ...args]);

const single = (ok: boolean): Outcome => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

/** Every check counts; one that was skipped or is flaky is not a pass. */
const checks = (): Outcome => {
  rmSync(CHECKS_REPORT, { force: true });
  const ok = npx('playwright', 'test', '-c', 'checks/playwright.config.ts');
  const { stats } = playwrightReport.parse(JSON.parse(readFileSync(CHECKS_REPORT, 'utf8')));
  const failed = stats.unexpected + stats.flaky + stats.skipped;
  return { passed: stats.expected, failed: ok ? failed : Math.max(1, failed) };
};

const steps: readonly (readonly [string, () => Outcome])[] = [
  ['lint', () => single(npx('eslint', '.', '--max-warnings', '0'))],
  ['format', () => single(npx('prettier', '--check', '--log-level', 'warn', '.'))],
  ['types', () => single(npx('tsc', '--noEmit'))],
  ['imports', () => single(npx('depcruise', '--config', '.dependency-cruiser.cjs', '.'))],
  ['checks', checks],
  ['matrix sample', () => single(npx('tsx', 'checks/matrix/main.ts', '--sample', '--parallel', '3'))],
];

const names = steps.map(([name]) => name);
const asked = () => {
  try {
    return readArguments({ allowPositionals: true, options: { list: { type: 'boolean', default: false } } });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
};
const { values, positionals: wanted } = asked();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no step ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(2);
}
if (values.list) {
  console.log(names.join('\n'));
  process.exit(0);
}

let total: Outcome = { passed: 0, failed: 0 };
for (const [name, step] of steps.filter(([each]) => wanted.length === 0 || wanted.includes(each))) {
  const begun = performance.now();
  console.log(`\n== ${name}`);
  const outcome = step();
  total = { passed: total.passed + outcome.passed, failed: total.failed + outcome.failed };
  const seconds = Math.round((performance.now() - begun) / 1_000);
  console.log(`== ${name}: ${outcome.passed} passed, ${outcome.failed} failed in ${seconds} s`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
