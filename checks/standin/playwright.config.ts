import { defineConfig } from '@playwright/test';

/** The stand-in's own checks alone: `npx playwright test -c checks/standin/playwright.config.ts` */
export default defineConfig({
  testDir: '.',
  fullyParallel: true,
  timeout: 20_000,
  reporter: [['list']],
  outputDir: '../../test-results/standin',
});
