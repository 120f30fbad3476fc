/** What can be checked here about Windows and macOS: names, bytes, and programs that need no shell of one kind. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { plain } from '../../src/evidence/plain-text.ts';
import { readEnvironment } from '../../src/reporter/environment.ts';

const FILES = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((name) => name !== '');

/** What Windows refuses in a name. */
const REFUSED = /[<>:"\\|?*]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

test('names of files - every system takes them, and none differ in case alone', () => {
  expect(FILES.length).toBeGreaterThan(300);
  expect(FILES.filter((file) => file.split('/').some((part) => REFUSED.test(part)))).toEqual([]);
  const lower = FILES.map((file) => file.toLowerCase());
  expect(lower.filter((file, index) => lower.indexOf(file) !== index)).toEqual([]);
});

test('names of folders with results - hold no colon, whatever a case is called', async () => {
  const { CASES } = await import('../matrix/expectations.ts');
  const { folderOf } = await import('../matrix/result.ts');
  const folders = CASES.map(({ id }) => folderOf('reports', id).split(/[\\/]/).at(-1) ?? '');
  expect(folders.filter((name) => REFUSED.test(name))).toEqual([]);
  expect(new Set(folders).size).toBe(CASES.length);
});

test('text files - UTF-8 without a mark, lines end in LF', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const texts = FILES.filter((file) => !file.endsWith('.png')).map((file) => ({
    file,
    text: decoder.decode(readFileSync(file)),
  }));
  expect(
    texts.filter(({ text }) => text.startsWith('\ufeff') || text.includes('\r\n')).map(({ file }) => file),
  ).toEqual([]);
});

test('scripts of npm - programs and their arguments, nothing that only one shell knows', () => {
  const { scripts } = z
    .looseObject({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const one = String.raw`(?:tsx|node|eslint|prettier|tsc|npm)(?: [\w./:=-]+)*`;
  for (const [name, script] of Object.entries(scripts))
    expect(script, name).toMatch(new RegExp(`^${one}(?: && ${one})*$`));
});

test('a terminal that shows ASCII alone - is recognised, and gets nothing else', () => {
  expect(readEnvironment({ TERM: 'xterm', LANG: 'de_DE.UTF-8' }).unicode).toBe(true);
  for (const source of [{}, { TERM: 'dumb', LANG: 'en_GB.UTF-8' }, { LC_ALL: 'C', LANG: 'en_GB.UTF-8' }])
    expect(readEnvironment(source).unicode).toBe(false);
  expect(plain('4 failed · $5…€3 — ✘ ü\n')).toBe('4 failed | $5...EUR 3 - ? ?\n');
});
