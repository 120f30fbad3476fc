import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { beginRun } from './src/evidence/ledger.ts';
import { isListing, isRun, replacesReporters } from './src/evidence/runner-arguments.ts';

// From here on the record of an earlier run counts for nothing, also where what follows cannot be loaded.
beginRun(import.meta.dirname);
if (isRun(process.argv) && replacesReporters(process.argv))
  process.stderr.write(
    'goldenpath: --reporter replaces the configured reporters, so this run gives no verdict and leaves no record; --add-reporter keeps them\n',
  );

const { prepareEnvironment } = await import('./fixtures/environment.ts');
// A run may be started in another folder: everything belongs to the one of this file.
const environment = prepareEnvironment(join(import.meta.dirname, '.env'));

export default defineConfig({
  testDir: 'tests',
  outputDir: environment.reports === 'reports' ? 'test-results' : `${environment.reports}/test-results`,
  fullyParallel: true,
  workers: availableParallelism(),
  // Locally a second try would only hide a flake; CI keeps the first failure and calls the test flaky.
  retries: environment.ci ? 1 : 0,
  forbidOnly: environment.ci,
  timeout: 30_000,
  // One line of output per failure says where it was; the stack of the suite itself says nothing.
  captureGitInfo: { commit: false, diff: false },
  reporter: [
    ['list'],
    ['html', { outputFolder: `${environment.reports}/html`, open: 'never' }],
    // A list would overwrite the results of the last run, which its record is compared with.
    ...(isListing(process.argv) ? [] : [['json', { outputFile: `${environment.reports}/results.json` }] as const]),
    // Last, because the last reporter that returns a status decides the exit code.
    [
      './src/reporter/goldenpath-reporter.ts',
      { runId: environment.runId, outputDir: environment.reports, modelFile: environment.impactModel },
    ],
  ],
  projects: [
    { name: 'preflight', testMatch: /preflight\.setup\.ts$/, retries: 0 },
    { name: 'p1-critical', testDir: 'tests/p1', dependencies: ['preflight'] },
    { name: 'p2-high', testDir: 'tests/p2', dependencies: ['preflight'] },
  ],
  // Secrets go to the stand-in through the environment it inherits: whatever stood here would be in the reports.
  ...(environment.baseUrl === undefined
    ? {
        webServer: {
          command: 'node --import tsx src/standin/main.ts --port 0 --quiet',
          wait: {
            stdout:
              /standin ready: port (?<standin_port>\d+) api (?<standin_origin>\S+) auth (?<standin_auth_origin>\S+)(?: app )?(?<standin_app_origin>\S*)/,
          },
          gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 2_000 },
          stdout: 'ignore' as const,
          stderr: 'pipe' as const,
        },
      }
    : {}),
});
