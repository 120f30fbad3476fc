/** Files that are either whole or absent: written under another name, then renamed. */
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const CHUNK = 64 * 1024;

/** Takes pieces instead of one string, so that a big report is never held in memory at once. */
export const writeWhole = (file: string, pieces: Iterable<string>): void => {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid.toString()}.tmp`;
  const handle = openSync(temporary, 'w');
  try {
    let waiting = '';
    for (const piece of pieces) {
      waiting += piece;
      if (waiting.length < CHUNK) continue;
      writeFileSync(handle, waiting);
      waiting = '';
    }
    writeFileSync(handle, waiting);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
};

/** Levels of nesting that are written member by member; what lies deeper is small. */
const STREAMED_LEVELS = 3;

/** What JSON lets through unescaped and a viewer may obey: C1 controls and marks that turn the direction. */
const UNESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const escaped = (json: string): string =>
  json.replace(UNESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Indented JSON in pieces. */
export function* jsonPieces(value: unknown, level = 0): Generator<string> {
  const margin = '  '.repeat(level);
  if (level >= STREAMED_LEVELS || typeof value !== 'object' || value === null) {
    yield escaped(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${margin}`);
  } else {
    const isList = Array.isArray(value);
    const members: [string, unknown][] = Object.entries(value).filter(([, member]) => member !== undefined);
    yield isList ? '[' : '{';
    for (const [index, [key, member]] of members.entries()) {
      yield `${index === 0 ? '' : ','}\n${margin}  ${isList ? '' : `${escaped(JSON.stringify(key))}: `}`;
      yield* jsonPieces(member, level + 1);
    }
    yield `${members.length === 0 ? '' : `\n${margin}`}${isList ? ']' : '}'}`;
  }
  if (level === 0) yield '\n';
}
