/** The pages of the documentation, and what they say that can be checked. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'reports', 'test-results', '.git']);

const markdownUnder = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdownUnder(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });

export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

export interface Command {
  readonly page: string;
  readonly text: string;
}

export const PAGES = markdownUnder('.').toSorted();
export const textOf = (page: string): string => readFileSync(page, 'utf8');

const FENCE = /^(`{3,})(\w*)\n([^]*?)\n\1$/gm;

export const blocksOf = (page: string): Block[] =>
  [...textOf(page).matchAll(FENCE)].map(([, , language = '', text = '']) => ({ page, language, text }));

/** A shell block is a command a line; a comment behind it is not part of it. */
const shellLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');

/** What begins like this in a sentence or a table is a command too. */
const COMMAND = /^(?:[A-Z][A-Z0-9_]*=\S+ )*(?:npm |npx |node |ci\/nightly\.sh)/;
/** Words that name a command without its options, or a part of one. */
const NAMES = new Set(['npm test', 'npm run']);

const spans = (text: string): string[] =>
  [...text.replace(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span.replaceAll('\\|', '|').trim());

export const commandsOf = (page: string): Command[] =>
  [
    ...blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => shellLines(text)),
    ...spans(textOf(page)).filter((span) => COMMAND.test(span) && !NAMES.has(span)),
  ].map((text) => ({ page, text }));

export const spansOf = (page: string): string[] => spans(textOf(page));
export const COMMANDS: readonly Command[] = PAGES.flatMap(commandsOf);
