/** Every pattern of the source that sees text of servers and pages, and texts that make a careless one slow. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Pattern {
  /** File and line. */
  readonly where: string;
  readonly regexp: RegExp;
}

const FOLDERS = ['contract', 'evidence', 'diagnosis', 'reporter', 'doctor', 'nightly']
  .map((name) => `src/${name}`)
  .concat('fixtures', 'tests', 'load');
/** Reads the user's own `.env` and variables. */
const OURS = ['fixtures/environment.ts'];

const sources = (): string[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => /\.(?:ts|js)$/.test(file) && !file.includes('node_modules') && !OURS.includes(file)),
  );

const patternsIn = (file: string): Pattern[] => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({
        where: `${file}:${line + 1}`,
        regexp: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

export const patterns = (): Pattern[] => sources().flatMap(patternsIn);

/** What the literal parts of a pattern say, each alone and each with the next: a text made of them nearly matches everywhere. */
export const piecesOf = ({ source }: RegExp): string[] => {
  const literal = source
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\[swdSWDbB]/g, '\0')
    .replaceAll(/\\(.)/g, '$1')
    .replaceAll(/\[[^\]]*\]|\{[\d,]+\}|\(\?[:=!<]*|[()*+?^$|]/g, '\0');
  const words = [...new Set(literal.split('\0').filter((word) => word !== ''))].slice(0, 12);
  return [...words, ...words.map((word, index) => `${word}${words[index + 1] ?? 'x'}`), words.join(' ')].filter(
    (word) => word !== '',
  );
};

/** Pieces that repeated make a text at which careless patterns are slow. */
export const PIECES: readonly string[] = [
  'eyJ',
  'eyJhbGciOiJ',
  'eyJa.',
  'eyJhbGciOiJIUzI1NiJ9.',
  'Bearer ',
  'Basic    ',
  '/',
  '.',
  '-',
  '_',
  '=',
  ' ',
  '\t',
  '\n',
  '\r',
  '\n ',
  '"',
  "'",
  '\\',
  '\\"',
  '\\\\"',
  '"password":"',
  '"password"',
  'password ',
  '"secret',
  '"access_token" ',
  '://',
  '://a:',
  'a://a:b',
  'http://a:',
  'a@',
  ':',
  '::',
  '#',
  '##',
  '##[',
  '##a',
  '\u001b',
  '\u001b[',
  '\u001b[1;',
  '\u001b[31m',
  '\u001b]8;;',
  '\u0000',
  '\u0085',
  '\u202e',
  '\u2028',
  '&',
  '&#x',
  '%',
  '%25',
  '%65',
  '\\u0065',
  '<',
  '<!--',
  '`',
  '` ',
  '|',
  '[',
  '[[',
  '{"a":',
  '[0,',
  '0',
  '1,',
  '1 ',
  'a',
  'a ',
  'gp-',
  'gp-0',
  'SELECT ',
  'SELECT a FROM',
  'UPDATE ',
  ' File ',
  '.js:1',
  '"details":{',
  '[http-status] a: ',
  '[token ',
  'at /fixtures/ ',
  '\n    at ',
  '2025-09-09T17:35:04.0',
  'www.',
  '--- ',
  'ab'.repeat(20),
];

export const textOf = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
