/** A page that floods is closed, and said to have been, before it fills the memory of the worker. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { PAGE_BOUNDS } from '../../src/evidence/bounds.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const outcome = z.object({ moreMiB: z.number(), problems: z.int(), longest: z.int(), message: z.string() });

const FLOODS = {
  'a console without end':
    "setInterval(() => { for (let each = 0; each < 5000; each++) console.error('::error::' + 'x'.repeat(1000)); })",
  'long texts in the console': "setInterval(() => console.error('x'.repeat(300000)))",
  'requests without end':
    "setInterval(() => { for (let each = 0; each < 200; each++) fetch('/' + Math.random()).catch(() => 0); })",
  'windows without end': "setInterval(() => open('about:blank'), 20)",
  'frames without end':
    "setInterval(() => { const f = document.createElement('iframe'); f.src = '/f'; document.body.append(f); f.onload = () => f.remove(); }, 1)",
  'errors without end': "setInterval(() => { setTimeout(() => { throw new Error('x'.repeat(1000)); }); })",
};

test.describe.configure({ timeout: 120_000 });

for (const [what, script] of Object.entries(FLOODS))
  test(`${what} - the page is closed within 300 MiB`, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'checks/fuzz/flooding-page.ts', script],
      { cwd: ROOT },
    );
    const met = outcome.parse(JSON.parse(stdout));
    expect(met.message).toContain('[http-body] page.flood: the page a was closed: more than');
    expect(met.problems).toBeLessThanOrEqual(PAGE_BOUNDS.problems);
    expect(met.longest).toBeLessThan(3_000);
    expect(met.moreMiB).toBeLessThan(300);
  });
