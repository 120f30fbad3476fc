/** Reads a `.env` file. dotenv reads the values; what it would cut off or overwrite without a word is an error with its line. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { SetupError } from './setup-error.ts';

const COMMENT = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
/** NAME=value as dotenv reads it: a quoted value may span lines, and a quote that opens one has to close. */
const ASSIGNMENT =
  /[^\S\n]*(?:export[^\S\n]+)?(?<name>[A-Za-z_]\w*)[^\S\n]*=[^\S\n]*(?:(?<quoted>'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)|[^'"`#\n][^#\n]*)?(?<rest>[^\n]*)(?:\n|$)/y;

const matchAt = (pattern: RegExp, text: string, index: number): RegExpExecArray | null => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/** As text; a file that is none is an error that says how such a file comes about. */
const textOf = (path: string): string => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new SetupError(
      `${path} cannot be read (${why}); expected a file of NAME=value lines. Fix it, or remove ${path}.`,
      { cause },
    );
  }
  // Text of ours has no NUL; UTF-16 has one beside every ASCII character.
  if (bytes.includes(0) || /^(?:\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2)))
    throw new SetupError(
      `${path} is UTF-16, as PowerShell's > and Notepad's "Unicode" write it. Save it as UTF-8, for example with Set-Content -Encoding utf8.`,
    );
  try {
    // Drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n');
  } catch (cause) {
    throw new SetupError(`${path} is not UTF-8. Save it as UTF-8.`, { cause });
  }
};

const list = (lines: readonly number[]): string => lines.join(', ');

/** The values of a `.env` file; a mistake is an error with its line, never with its text. */
export const readDotenv = (path: string): Record<string, string> => {
  if (!existsSync(path)) return {};
  const text = textOf(path);
  const malformed: number[] = [];
  const cut: number[] = [];
  const set = new Map<string, { readonly value: string; readonly lines: number[] }>();
  let line = 1;
  for (let index = 0; index < text.length;) {
    const comment = matchAt(COMMENT, text, index);
    const found = comment ?? matchAt(ASSIGNMENT, text, index);
    const { name = '', quoted, rest = '' } = comment?.groups ?? found?.groups ?? {};
    let taken = found?.[0] ?? '';
    if (comment === null) {
      const [before = '', ...after] = quoted === undefined ? taken.split('#') : [];
      if (found === null || !/^[^\S\n]*(?:#|$)/.test(rest)) {
        malformed.push(line);
        taken = text.slice(index, text.indexOf('\n', index) + 1 || text.length);
      } else if (after.length > 0 && !/\s$/.test(before)) cut.push(line);
      else {
        const value = parse(taken)[name] ?? '';
        const earlier = set.get(name);
        // Blank counts as unset: a line of the template may stay beside the one that was added.
        if (value.trim() !== '') set.set(name, { value, lines: [...(earlier?.lines ?? []), line] });
        else if (earlier === undefined) set.set(name, { value: '', lines: [] });
      }
    }
    index += taken.length;
    line += taken.split('\n').length - 1;
  }
  const problems = [
    ...(malformed.length === 0
      ? []
      : [`${path} is malformed in line ${list(malformed)}: expected NAME=value or # comment.`]),
    ...(cut.length === 0
      ? []
      : [
          `${path} is malformed in line ${list(cut)}: a # inside a value begins a comment there, and the rest would be lost. ` +
            "Put the value into quotes, NAME='value', or a blank before a # that begins a comment.",
        ]),
    ...[...set].flatMap(([name, { lines }]) =>
      lines.length > 1 ? [`${path} sets ${name} more than once, in line ${list(lines)}: keep one of them.`] : [],
    ),
  ];
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
  return Object.fromEntries([...set].map(([name, { value }]) => [name, value]));
};
