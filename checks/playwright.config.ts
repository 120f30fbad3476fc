import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

/** The suite's own checks. `suite` runs the real command line; what measures time there holds the exclusive lock. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/checks',
  fullyParallel: true,
  // Most of them wait for a server or a child process.
  workers: availableParallelism(),
  forbidOnly: true,
  // `GOLDENPATH_CHECKS=all npm test` is what the nightly job runs; the rest has to end within CI's patience.
  ...(process.env['GOLDENPATH_CHECKS'] === 'all'
    ? {}
    : { grepInvert: /fooling\.spec\.ts .*, merged - gate|all of Artillery/ }),
  retries: 0,
  timeout: 60_000,
  // Mini projects of the reporter's checks are no checks.
  testIgnore: '**/test-results/**',
  reporter: [['list'], ['json', { outputFile: '../test-results/checks.json' }]],
  projects: [
    { name: 'unit', testIgnore: ['**/suite/**', '**/test-results/**'] },
    { name: 'suite', testMatch: '**/suite/*.spec.ts', dependencies: [], timeout: 240_000 },
  ],
});
