/** For `npx playwright merge-reports -c merge.config.ts blobs`: the shards' blobs become one run, judged as one. */
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { beginRun } from './src/evidence/ledger.ts';

// From here on the record of an earlier run counts for nothing, also where what follows cannot be loaded.
beginRun(import.meta.dirname);

const { readEnvironment } = await import('./src/reporter/environment.ts');
const { filledVariables } = await import('./src/environment/variables.ts');
const { reports, runId, modelFile } = readEnvironment(filledVariables(process.env, join(import.meta.dirname, '.env')));

export default defineConfig({
  testDir: 'tests',
  reporter: [
    ['html', { outputFolder: `${reports}/html`, open: 'never' }],
    ['json', { outputFile: `${reports}/results.json` }],
    // Without E2E_RUN_ID the shards' own id is taken; with it, shards of another run are refused.
    ['./src/reporter/goldenpath-reporter.ts', { runId, outputDir: reports, modelFile }],
  ],
});
