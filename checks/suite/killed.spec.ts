/** A run that is killed while a page is open: no trace that is not masked stays, in the reports or elsewhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';

const ROOT = resolve(import.meta.dirname, '../..');
const JWT = /eyJ[A-Za-z0-9_-]{12,}\.eyJ/;

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
const withToken = (folder: string): string[] =>
  filesBelow(folder).filter((path) => existsSync(path) && JWT.test(readFileSync(path, 'latin1')));

for (const signal of ['SIGKILL', 'SIGTERM'] as const)
  test(`${signal} while a page holds a token - nothing of it stays on the disk`, async ({}, info) => {
    const reports = info.outputPath('reports');
    // Chromium has sockets there, whose paths have to be short.
    const temporary = mkdtempSync(join(tmpdir(), 'gp-'));
    const child = spawn(
      process.execPath,
      [
        'node_modules/@playwright/test/cli.js',
        'test',
        '--project=preflight',
        '--project=p2-high',
        '--grep',
        'preflight|P2-05',
      ],
      {
        cwd: ROOT,
        stdio: 'ignore',
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          TMPDIR: temporary,
          GOLDENPATH_REPORTS: reports,
          // Its page waits, signed in or not, for as long as a person would.
          STANDIN_FAULTS: 'page-broken:what=sign-in',
        },
      },
    );
    const traces = () => readdirSync(temporary).filter((name) => name.startsWith('goldenpath-traces-'));
    await expect
      .poll(() => traces().flatMap((name) => withToken(join(temporary, name))), { timeout: 120_000, intervals: [100] })
      .not.toEqual([]);
    child.kill(signal);
    await once(child, 'close');
    await expect.poll(traces, { timeout: 30_000 }).toEqual([]);
    expect(withToken(reports)).toEqual([]);
    rmSync(temporary, { recursive: true, force: true });
  });
