/** The documentation as text: its commands are known, its links lead somewhere, and what it quotes exists. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { CAUSES } from '../../src/diagnosis/causes.ts';
import { FAILURE_CLASSES } from '../../src/evidence/failure.ts';
import { VARIABLES } from '../../fixtures/environment.ts';
import { EXIT_CODE } from '../../src/reporter/assess.ts';
import { waiverFile } from '../../src/reporter/waivers.ts';
import { filesBelow } from '../suite/files.ts';
import { blocksOf, COMMANDS, PAGES, spansOf, textOf } from './pages.ts';
import { PROOFS } from './proofs.ts';

test('every command - is one that a check runs, and no proof is left over', () => {
  const texts = new Set(COMMANDS.map(({ text }) => text));
  expect(COMMANDS.filter(({ text }) => !(text in PROOFS))).toEqual([]);
  expect(Object.keys(PROOFS).filter((text) => !texts.has(text))).toEqual([]);
});

test('commands that another check runs - stand there', () => {
  const proofs = Object.entries(PROOFS).flatMap(([text, proof]) =>
    proof.kind === 'elsewhere' ? [{ text, proof }] : [],
  );
  expect(proofs.length).toBeGreaterThan(0);
  for (const { text, proof } of proofs) expect(readFileSync(proof.check, 'utf8'), text).toContain(proof.text);
});

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** What is wrong with the links of a page; nothing of the project leads out of it. */
const brokenLinks = (page: string): string[] =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^https?:/.test(link))
    .flatMap((link) => {
      const [path = '', anchor] = link.split('#', 2);
      const file = path === '' ? page : join(dirname(page), path);
      if (file.startsWith('..') || !existsSync(file)) return [`${link}: no such file`];
      return anchor === undefined || anchorsOf(file).includes(anchor) ? [] : [`${link}: no such heading`];
    });

for (const page of PAGES)
  test(`${page} - its links and pictures lead somewhere`, () => {
    expect(brokenLinks(page)).toEqual([]);
  });

test('the index - has every page of docs', () => {
  const listed = textOf('docs/README.md');
  const missing = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').filter(
    (page) => !listed.includes(`(${page.slice('docs/'.length)})`),
  );
  expect(missing).toEqual([]);
});

test('variables - every name exists', () => {
  const names = PAGES.flatMap((page) => textOf(page).match(/\b(?:E2E|STANDIN)_[A-Z][A-Z0-9_]*\b/g) ?? []);
  // A server's own, and the beginning of a name.
  const others = ['E2E_TESTING', 'E2E_TEST_ENV'];
  expect([...new Set(names)].filter((name) => !VARIABLES.includes(name) && !others.includes(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(50);
});

test('settings - every block of them is one that the suite takes', () => {
  const blocks = PAGES.flatMap(blocksOf).filter(({ language }) => language === 'ini');
  expect(blocks.length).toBeGreaterThan(0);
  for (const { text, page } of blocks)
    for (const line of text.split('\n')) expect(VARIABLES, page).toContain(line.split('=', 1)[0]);
});

test('the example of a waiver - is one that the reporter takes, for a cause that exists', () => {
  const examples = PAGES.flatMap(blocksOf).filter(
    ({ language, text }) => language === 'json' && text.includes('"waivers"'),
  );
  expect(examples).toHaveLength(1);
  const { waivers } = waiverFile.parse(JSON.parse(examples[0]?.text ?? ''));
  expect(Object.keys(CAUSES)).toEqual(expect.arrayContaining(waivers.map(({ cause }) => cause)));
});

const TROUBLE = 'docs/troubleshooting.md';
const rowsOf = (title: string): string[][] => {
  const section = textOf(TROUBLE).split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:message|class|-)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
};

test('troubleshooting - every message is one that the project can say', () => {
  const sources = ['src', 'fixtures']
    .flatMap(filesBelow)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const messages = ['Before the first test', 'The gate', 'The night'].flatMap((title) =>
    rowsOf(title).map((cells) => cells[1]?.replaceAll('`', '') ?? ''),
  );
  expect(messages.length).toBeGreaterThan(25);
  expect(messages.filter((message) => !sources.includes(message))).toEqual([]);
});

test('troubleshooting - has every class of failure', () => {
  const named = rowsOf('A red test').flatMap((cells) => cells[1]?.match(/[a-z0-9-]+/g) ?? []);
  expect(named.toSorted()).toEqual(FAILURE_CLASSES.filter((name) => name !== 'unknown').toSorted());
});

test('the README - has the exit codes of the gate, and every dependency', () => {
  const readme = textOf('README.md');
  for (const [verdict, code] of Object.entries(EXIT_CODE))
    expect(readme).toMatch(new RegExp(`^\\| \`${verdict}\` +\\| ${code} +\\|`, 'm'));
  const { dependencies, devDependencies } = z
    .looseObject({
      dependencies: z.record(z.string(), z.string()),
      devDependencies: z.record(z.string(), z.string()),
    })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const named = spansOf('README.md').flatMap((span) => span.split(', '));
  const all = Object.keys({ ...dependencies, ...devDependencies });
  expect(all.filter((name) => !named.includes(name))).toEqual([]);
});
