/** Escaping for Markdown: text of a server never becomes structure. */
import { oneLine } from '../evidence/one-line.ts';

export const md = (text: string, longest = 300): string =>
  oneLine(text, longest)
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    // Addresses of a server are no links, and its words call nobody: GitHub makes both of bare text.
    .replaceAll('://', ':\\/\\/')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}\\.`)
    .replaceAll('@', '@&#8203;');

/** A fence longer than any run of backticks inside. */
export const fenced = (language: string, text: string): string => {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
};

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
