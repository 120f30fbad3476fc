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

/** JSON in pieces: the members of an object one by one, the items of its arrays one by one. */
export function* jsonPieces(value: Record<string, unknown>): Generator<string> {
  yield '{';
  let first = true;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${first ? '' : ','}\n  ${JSON.stringify(key)}: `;
    first = false;
    if (Array.isArray(member) && member.length > 0) {
      yield '[';
      for (const [index, item] of member.entries())
        yield `${index === 0 ? '' : ','}\n    ${JSON.stringify(item, null, 2).replaceAll('\n', '\n    ')}`;
      yield '\n  ]';
    } else yield JSON.stringify(member, null, 2).replaceAll('\n', '\n  ');
  }
  yield '\n}\n';
}
