import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/reporter-checks',
  fullyParallel: true,
  workers: 2,
  timeout: 120_000,
  reporter: 'list',
  // Mini projects lie in test-results, and must not be taken for checks.
  testIgnore: '**/test-results/**',
});
