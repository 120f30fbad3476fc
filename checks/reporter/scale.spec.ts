import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { z } from 'zod';

test.describe.configure({ timeout: 600_000 });

const measured = z.object({ ms: z.number(), megabytes: z.number(), files: z.record(z.string(), z.number()) });

test('10,000 tests - all reports in under 5 s and 512 MB', async ({}, info) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--max-old-space-size=512',
      '--import',
      'tsx',
      resolve(import.meta.dirname, 'scale.ts'),
      info.outputPath('reports'),
    ],
    { cwd: resolve(import.meta.dirname, '../..') },
  );
  const { ms, megabytes, files } = measured.parse(JSON.parse(stdout));
  info.annotations.push({ type: 'measured', description: `${ms} ms, ${megabytes} MB, ${JSON.stringify(files)}` });
  expect(ms).toBeLessThan(5_000);
  expect(megabytes).toBeLessThan(512);
  expect(files['impact/index.html']).toBeLessThan(2_000_000);
});
