/** pnpm and Yarn hand the `--` of `pnpm run gate -- --release` on to the program; npm does not. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';

const ROOT = resolve(import.meta.dirname, '../..');

const start = (file: string, args: readonly string[]): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, ['--import', 'tsx', file, ...args], { cwd: ROOT }, (_error, stdout, stderr) =>
      done(stdout + stderr),
    );
  });

for (const [file, args, says] of [
  ['src/reporter/gate.ts', ['--help'], /^npm run gate -- \[options\]/],
  ['src/nightly/nightly.ts', ['--help'], /^npm run nightly -- STEP/],
  ['src/nightly/nightly.ts', ['nowhere', '--', '--rehearsal'], /^nightly: nowhere is not a step/],
  ['src/doctor/main.ts', ['--help'], /^npm run doctor: what is missing/],
  ['src/doctor/main.ts', ['--fix'], /^doctor: .*--fix/],
  ['src/standin/main.ts', ['--list'], /^scenarios:/],
  ['checks/matrix/main.ts', ['--help'], /npm run matrix/],
  ['checks/matrix/mutation/main.ts', ['--help'], /^Usage: npm run mutation/],
  ['checks/bench/main.ts', ['--only', 'nothing'], /^bench: no part nothing/],
  ['checks/soak/main.ts', ['--on', 'nothing'], /^soak: --on nothing: there are/],
  ['checks/run.ts', ['--list'], /^lint$/m],
] as const)
  test(`${file} -- ${args.join(' ')} - read as without the first --`, async () => {
    expect(await start(file, ['--', ...args])).toMatch(says);
  });
