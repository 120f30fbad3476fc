import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { strToU8, zipSync } from 'fflate';
import { tornBlob } from '../../src/nightly/blob.ts';

const WHOLE = zipSync({
  'report.jsonl': strToU8('{"method":"onBegin"}\n{"method":"onEnd"}\n'),
  'a.png': strToU8('x'.repeat(500)),
});

const REPORTS: readonly [title: string, content: Uint8Array, torn: boolean][] = [
  ['a whole report', WHOLE, false],
  ['a report that was cut off', WHOLE.slice(0, WHOLE.length - 60), true],
  ['an empty file', new Uint8Array(), true],
  ['a page of a proxy in place of the report', strToU8('<html>502 Bad Gateway</html>'), true],
  ['an archive without a report', zipSync({ 'a.png': strToU8('x') }), true],
  [
    'a report whose last line was never finished',
    zipSync({ 'report.jsonl': strToU8('{"method":"onBegin"}\n{"meth') }),
    true,
  ],
];
for (const [title, content, torn] of REPORTS)
  test(`${title} - ${torn ? 'torn, and why' : 'whole'}`, ({}, info) => {
    const file = info.outputPath('shard-1-of-1.zip');
    writeFileSync(file, content);
    expect(typeof tornBlob(file)).toBe(torn ? 'string' : 'undefined');
  });

test('the merge of nothing but a torn report - names the file and keeps it', ({}, info) => {
  const blobs = info.outputPath('reports', 'blob');
  mkdirSync(blobs, { recursive: true });
  writeFileSync(`${blobs}/shard-1-of-1.zip`, 'torn');
  const merge = () =>
    spawnSync(process.execPath, ['--import', 'tsx', 'src/nightly/nightly.ts', 'merge'], {
      encoding: 'utf8',
      env: { ...process.env, GOLDENPATH_REPORTS: info.outputPath('reports') },
    });
  const first = merge();
  expect(first.stdout).toContain('shard-1-of-1.zip is torn');
  expect(first.stdout).toContain('no shard left a whole report');
  expect(first.status).toBe(1);
  expect(existsSync(`${blobs}/shard-1-of-1.zip.torn`)).toBe(true);
  expect(merge().stdout).toContain('counts as missing: shard-1-of-1.zip.torn');
});
