/** Looks for secrets in everything that a run left, inside archives too. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { formsOf, FORMS, type Form } from './forms.ts';

/** Names of kinds of secrets, and their values. */
export type Canaries = Readonly<Record<string, readonly string[]>>;

export interface Hit {
  readonly kind: string;
  readonly form: Form | 'JWT';
  readonly artifact: string;
  /** File, and the members of archives in it on the way to the place. */
  readonly where: string;
  readonly around: string;
}
export interface Searched {
  readonly hits: readonly Hit[];
  /** Leaves and their bytes, by artifact. */
  readonly artifacts: ReadonlyMap<string, { leaves: number; bytes: number }>;
}

/** Beginning of a secret: shorter than the whole, so that a cut-off one is found as well. */
const ENOUGH = 16;
const JWT = /eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}/;

interface Needle {
  readonly kind: string;
  readonly form: Form;
  readonly text: string;
}
/** What the form of a whole secret and that of its beginning have in common. */
const beginningOf = (form: Form, index: number, value: string): string => {
  const [whole = '', piece = ''] = [formsOf(value)[form][index], formsOf(value.slice(0, ENOUGH))[form][index]];
  let length = 0;
  while (length < piece.length && whole[length] === piece[length]) length++;
  return whole.slice(0, length);
};
const needleOf = (form: Form, index: number, value: string, text: string): string =>
  // An escape of one character may be longer than what is enough of a text.
  form === 'other escapes' ? beginningOf(form, index, value) : text.slice(0, form === 'hex' ? 2 * ENOUGH : ENOUGH);

const needlesOf = (canaries: Canaries): Needle[] => {
  const all = Object.entries(canaries).flatMap(([kind, values]) =>
    values.flatMap((value) =>
      FORMS.flatMap((form) =>
        formsOf(value)[form].map((text, index) => ({ kind, form, text: needleOf(form, index, value, text) })),
      ),
    ),
  );
  // Where two forms read the same, the first one names it.
  return all.filter(({ text }, index) => all.findIndex((other) => other.text === text) === index);
};

const startsWith = (bytes: Uint8Array, ...magic: number[]): boolean => magic.every((byte, at) => bytes[at] === byte);
const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x50, 0x4b, 0x03, 0x04);
const isGzip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x1f, 0x8b, 0x08);
const BASE64_RUN = /[A-Za-z0-9+/]{64,}={0,2}/g;
const printable = (bytes: Buffer): boolean =>
  bytes.subarray(0, 64).every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));

/** Every leaf of a file: its own bytes, and the members of whatever is packed into it. */
function* leaves(where: string, bytes: Uint8Array): Generator<readonly [string, string]> {
  if (isZip(bytes)) {
    for (const [name, member] of Object.entries(unzipSync(bytes))) yield* leaves(`${where}!${name}`, member);
    return;
  }
  if (isGzip(bytes)) {
    yield* leaves(`${where}!gunzip`, gunzipSync(bytes));
    return;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  yield [where, text];
  for (const found of text.matchAll(BASE64_RUN)) {
    const packed = Buffer.from(found[0], 'base64');
    if (isZip(packed) || isGzip(packed) || printable(packed)) yield* leaves(`${where}!base64`, packed);
  }
}

export class Searcher {
  readonly hits: Hit[] = [];
  readonly artifacts = new Map<string, { leaves: number; bytes: number }>();
  readonly #needles: readonly Needle[];

  constructor(canaries: Canaries) {
    this.#needles = needlesOf(canaries);
  }

  file(artifact: string, where: string, bytes: Uint8Array): void {
    const seen = this.artifacts.get(artifact) ?? { leaves: 0, bytes: 0 };
    this.artifacts.set(artifact, seen);
    for (const [leaf, text] of leaves(where, bytes)) {
      seen.leaves++;
      seen.bytes += text.length;
      const found = (kind: string, form: Hit['form'], at: number) =>
        this.hits.push({ kind, form, artifact, where: leaf, around: text.slice(Math.max(0, at - 60), at + 60) });
      for (const { kind, form, text: needle } of this.#needles) {
        const at = text.indexOf(needle);
        if (at >= 0) found(kind, form, at);
      }
      const jwt = JWT.exec(text);
      if (jwt !== null) found('any JWT', 'JWT', jwt.index);
    }
  }

  /** Every file below a folder; `artifactOf` names what a relative path is. */
  folder(folder: string, artifactOf: (path: string) => string): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      this.file(artifactOf(relative(folder, path)), relative(folder, path), readFileSync(path));
    }
  }

  /** Hits by kind of secret, artifact and form: one row a kind and artifact. */
  table(): string {
    const columns = [...FORMS, 'JWT'] as const;
    const kinds = [...new Set([...this.#needles.map(({ kind }) => kind), 'any JWT'])];
    const count = (kind: string, artifact: string, form: string) =>
      this.hits.filter((hit) => hit.kind === kind && hit.artifact === artifact && hit.form === form).length;
    const rows = [...this.artifacts.keys()]
      .sort()
      .flatMap((artifact) =>
        kinds.map((kind) => [artifact, kind, ...columns.map((form) => String(count(kind, artifact, form)))]),
      );
    const searched = [...this.artifacts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([artifact, { leaves: found, bytes }]) => `* ${artifact}: ${found} texts, ${Math.round(bytes / 1024)} KiB`);
    return [
      `| artifact | secret | ${columns.join(' | ')} |`,
      `|${' --- |'.repeat(columns.length + 2)}`,
      ...rows.map((cells) => `| ${cells.join(' | ')} |`),
      '',
      'Searched, archives unpacked:',
      '',
      ...searched,
      '',
    ].join('\n');
  }
}
