/** For secrets.spec.ts: the suite as it is, and the leaky cases, against a target that the check has started. */
import { join, resolve } from 'node:path';
import { defineConfig } from '@playwright/test';
import suite from '../../playwright.config.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** These lie beside the configuration of the suite, not beside this one. */
const DECLARATIONS = { modelFile: join(ROOT, 'impact.model.json'), waiversFile: join(ROOT, 'waivers.json') };
const { webServer: _webServer, projects = [], reporter, outputDir, ...rest } = suite;

export default defineConfig({
  ...rest,
  outputDir: resolve(ROOT, outputDir ?? 'test-results'),
  testDir: ROOT,
  projects: [
    ...projects.map(({ dependencies: _dependencies, testDir, ...project }) => ({
      ...project,
      testDir: resolve(ROOT, testDir ?? 'tests'),
    })),
    { name: 'cases', testDir: './cases', testMatch: '*.case.ts' },
  ],
  reporter: Array.isArray(reporter)
    ? reporter.map(([name, options]: readonly [string, unknown?]): [string, unknown] =>
        name.startsWith('.') ? [resolve(ROOT, name), Object.assign({}, options, DECLARATIONS)] : [name, options],
      )
    : [],
});
