/** `npm run gate --release` without `--`: npm keeps the option, and the program must not go on as if it had not been given. */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@playwright/test';

const PROGRAMS: readonly (readonly [file: string, option: string, exitCode: number])[] = [
  ['src/reporter/gate.ts', 'release', 5],
  ['src/reporter/gate.ts', 'run-id', 5],
  ['src/reporter/gate.ts', 'target', 5],
  ['src/nightly/nightly.ts', 'rehearsal', 64],
  ['checks/matrix/main.ts', 'all', 2],
  ['checks/matrix/mutation/main.ts', 'resume', 2],
  ['checks/bench/main.ts', 'pairs', 2],
  ['checks/soak/main.ts', 'runs', 2],
  ['checks/run.ts', 'list', 2],
];

for (const [file, option, exitCode] of PROGRAMS)
  test(`${file} whose --${option} npm kept - says so, exit ${exitCode}`, () => {
    const ran = spawnSync(process.execPath, ['--import', 'tsx', file], {
      encoding: 'utf8',
      timeout: 50_000,
      env: { PATH: process.env['PATH'], [`npm_config_${option.replaceAll('-', '_')}`]: 'true' },
    });
    expect(ran.stdout + ran.stderr).toContain(`npm kept --${option} for itself`);
    expect(ran.status).toBe(exitCode);
  });

test('doctor with an option, which it does not know - exit 2', () => {
  const ran = spawnSync(process.execPath, ['--import', 'tsx', 'src/doctor/main.ts', '--release'], { encoding: 'utf8' });
  expect(ran.stderr).toContain(`Unknown option '--release'`);
  expect(ran.status).toBe(2);
});
