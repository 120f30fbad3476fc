/**
 * Masks secrets where text is recorded, so that no artifact ever holds one. A mask keeps the first characters of
 * a hash: two tokens can be told apart, neither can be used. It cannot be switched off.
 */
import { createHash } from 'node:crypto';
import { PIECE, SecretIndex, type Found } from './secret-index.ts';
import { decoded, folded, type Decoded } from './spelling.ts';

/** Tells two secrets apart; says nothing of either. */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 8);

const maskOf = (kind: string, found: string): string => `[${kind} ${fingerprint(found)}, ${found.length} characters]`;

const known = new Set<string>();
const index = new SecretIndex();

/** What of the base64 of a longer text is decided by this part of it alone, for each place it may begin at. */
const alignedBase64 = (text: string): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.from(text);
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
const inHex = (text: string): string => Buffer.from(text).toString('hex');

const SHORTEST = 6;
/** So much of a secret counts as the secret where it reads like ordinary words. */
const WORDS = 16;
const isWords = (text: string): boolean => !/[A-Z0-9]/.test(text);

/** A JWT is found by its shape; a key with two dots in it is none. */
const JWT = /^eyJ[A-Za-z0-9_-]{12,}\.([A-Za-z0-9_-]+\.([A-Za-z0-9_-]{20,}))$/;

/** Makes a secret known, so that {@link redact} finds it, and pieces of it, in every spelling. */
export const protect = (kind: 'token' | 'key', secret: string): void => {
  if (secret.length < SHORTEST || known.has(secret)) return;
  known.add(secret);
  const [, body, signature] = JWT.exec(secret) ?? [];
  if (body !== undefined && signature !== undefined) {
    const least = () => PIECE;
    index.add({ text: folded(body), mask: maskOf('token', secret), leastAt: least }, 16);
    index.add({ text: folded(signature), mask: maskOf('signature', signature), leastAt: least }, 4);
    return;
  }
  const mask = maskOf(kind, secret);
  const utf8 = Buffer.from(secret).toString('latin1');
  for (const spelt of new Set([secret, utf8, decoded(secret)?.text ?? secret])) {
    const text = folded(spelt);
    const leastAt = (offset: number) =>
      Math.min(text.length, isWords(spelt.slice(offset, offset + PIECE)) ? WORDS : PIECE);
    index.add({ text, mask, leastAt });
  }
  for (const packed of [...alignedBase64(secret), inHex(secret)])
    if (packed.length >= SHORTEST)
      index.add({ text: folded(packed), mask, leastAt: () => Math.min(PIECE, packed.length) });
};

/** How the usual headers of a JWT begin. */
const HEADERS = ['eyJhbGci', 'eyJ0eXAi'];
/** A mask is no secret. */
const UNMASKED = '(?!\\[[a-z-]+ [0-9a-f]{8}[,\\]])';

/**
 * What is a secret by its shape or by its name, whatever it looks like. The first group stays. Each pattern is linear
 * in the text, or bounded.
 */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  // A JWT, or the beginning of one, that nobody made known: a server may send tokens of its own.
  ['token', /()eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,2}/g],
  ['token', new RegExp(`()(?:${HEADERS.flatMap(alignedBase64).join('|')})[A-Za-z0-9+/_=-]{8,}`, 'g')],
  ['token', new RegExp(`()(?:${HEADERS.map(inHex).join('|')})[0-9a-f]{8,}`, 'gi')],
  // `Authorization` values of any scheme.
  ['credential', new RegExp(`(\\b(?:Bearer|Basic)\\s+)${UNMASKED}[A-Za-z0-9._~+/=-]{16,}`, 'gi')],
  [
    'secret',
    new RegExp(
      `((?<!\\\\)\\\\*"[\\w-]*(?:(?:access|refresh|id)_token|secret|passw(?:or)?d|(?:private|api|signing|encryption|access)_?key)\\\\*"\\s*:\\s*\\\\*")${UNMASKED}[^"\\\\]+`,
      'gi',
    ),
  ],
  // The password of a URL.
  ['password', new RegExp(`(://[^\\s"/@:]{0,200}:)${UNMASKED}[^\\s"/@]{1,500}(?=@)`, 'g')],
];

/** Text in base64 or hex, or as numbers of its characters: long enough to hold a piece of a secret. */
const BASE64_RUN = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX_RUN = /(?<![0-9a-f])[0-9a-f]{24,}/gi;
// A line break in JSON reads `n`.
const NUMBERS = /(?<![0-9a-f])(?:(?:0x)?[0-9a-f]{2,3}[\s,:;nr+-]{1,4}){11,2000}(?:0x)?[0-9a-f]{2,3}/gi;
/** Layers of packing that are looked into. */
const DEPTH = 3;

const fromNumbers = (run: string): string[] => {
  const items = run.split(/[\s,:;nr+-]+/).map((item) => item.replace(/^0x/i, ''));
  return [10, 16].map((radix) =>
    String.fromCharCode(...items.slice(0, 10_000).map((item) => parseInt(item, radix) & 0xff)),
  );
};
const PACKED: readonly (readonly [RegExp, (run: string) => string[]])[] = [
  [BASE64_RUN, (run) => [Buffer.from(run, 'base64').toString('latin1')]],
  [HEX_RUN, (run) => [Buffer.from(run, 'hex').toString('latin1')]],
  [NUMBERS, fromNumbers],
];

/** What may follow a piece of a secret and still belong to it, in a spelling that is not known here. */
const WORD = /[A-Za-z0-9_.~+/=%-]/;
const isWord = Array.from({ length: 128 }, (_, code) => WORD.test(String.fromCharCode(code)));
const endOfWord = (text: string, from: number): number => {
  let end = from;
  while (end < text.length && isWord[text.charCodeAt(end)] !== false) end++;
  // A full stop ends the sentence.
  while (end > from && text[end - 1] === '.') end--;
  return end;
};

interface Span extends Found {
  /** Where two spans meet, the higher one names the mask: known secrets, then longer ones. */
  readonly rank: number;
}
const KNOWN_RANK = 1e9;

const toEndOfWord = (text: string, { start, end, mask }: Found): Span => ({
  start,
  end: endOfWord(text, end),
  mask,
  rank: KNOWN_RANK + end - start,
});

const spansIn = (text: string): Span[] => {
  const spans = index.find(text).map((found) => toEndOfWord(text, found));
  for (const [kind, pattern] of PATTERNS)
    for (const found of text.matchAll(pattern)) {
      const value = found[0].slice(found[1]?.length ?? 0);
      const end = found.index + found[0].length;
      // A JWT says more of itself than a piece that several share.
      const rank = kind === 'token' ? KNOWN_RANK + value.length : value.length;
      const mask = kind === 'credential' ? `[credential ${fingerprint(value)}]` : maskOf(kind, value);
      spans.push({ start: end - value.length, end, mask, rank });
    }
  return spans;
};

/** The place in the source of a span of the decoded text. */
const inSource = ({ starts }: Decoded, { start, end, ...rest }: Span): Span => ({
  start: starts[start] ?? 0,
  end: starts[end] ?? 0,
  ...rest,
});

/** The same span with every escape whole that it touches: a cut one would change what stands beside it. */
const withWholeEscapes = ({ starts }: Decoded, { start, end, ...rest }: Span): Span => {
  const lastUpTo = (place: number): number => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const last = lastUpTo(end);
  return {
    start: starts[lastUpTo(start)] ?? start,
    end: starts[last] === end ? end : (starts[last + 1] ?? end),
    ...rest,
  };
};

/** Secrets in what a text holds in packed form. */
const packedIn = (text: string, depth: number): Span[] => {
  const spans: Span[] = [];
  for (const [run, unpack] of PACKED)
    for (const { 0: found, index: start } of text.matchAll(run)) {
      const [inner] = unpack(found).flatMap((unpacked) => secretsIn(unpacked, depth));
      if (inner !== undefined) spans.push({ ...inner, start, end: start + found.length });
    }
  return spans;
};

/** Where secrets stand in a text, whatever was escaped, packed, or both. */
const secretsIn = (text: string, depth: number): Span[] => {
  if (text.length < SHORTEST) return [];
  const view = decoded(text);
  const spans = spansIn(text);
  // Decoded, base64 is whole: `\/` and `%3D` stand for characters of it.
  const packed = depth === 0 ? [] : packedIn(view?.text ?? text, depth - 1);
  if (view === undefined) return [...spans, ...packed];
  return [
    ...spans.map((span) => withWholeEscapes(view, span)),
    ...[...spansIn(view.text), ...packed].map((span) => inSource(view, span)),
  ];
};

/** A longer text is searched in parts, which overlap: a pattern needs memory for each character that it takes. */
const PART = 1 << 20;
const OVERLAP = 1 << 14;

const secretsInParts = (text: string): Span[] => {
  if (text.length <= PART) return secretsIn(text, DEPTH);
  const spans: Span[] = [];
  for (let from = 0; from < text.length; from += PART - OVERLAP)
    for (const { start, end, ...rest } of secretsIn(text.slice(from, from + PART), DEPTH))
      spans.push({ start: from + start, end: end === PART ? endOfWord(text, from + end) : from + end, ...rest });
  return spans;
};

/** The same text without any secret. */
export const redact = (text: string): string => {
  const spans = secretsInParts(text).sort((a, b) => a.start - b.start);
  let masked = '';
  let end = 0;
  for (let at = 0; at < spans.length;) {
    const { start } = spans[at] as Span;
    let reach = start + 1;
    let named: Span | undefined;
    for (let span = spans[at]; span !== undefined && span.start < reach; span = spans[++at]) {
      reach = Math.max(reach, span.end);
      if (named === undefined || span.rank > named.rank) named = span;
    }
    masked += text.slice(end, start) + (named?.mask ?? '');
    end = reach;
  }
  return end === 0 ? text : masked + text.slice(end);
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A value as it may be shown: the same one where it holds no secret, else a copy with its texts masked. */
export const redactValue = <Value>(value: Value): Value => {
  const shown = (inner: unknown): unknown => {
    if (typeof inner === 'string') return redact(inner);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner)) {
      const items = inner.map(shown);
      return items.every((item, index) => item === inner[index]) ? inner : items;
    }
    if (!isPlain(inner)) return inner;
    const members = Object.entries(inner).map(([name, member]): [string, unknown] => [redact(name), shown(member)]);
    const same = Object.entries(inner).every(
      ([name, member], index) => members[index]?.[0] === name && members[index][1] === member,
    );
    return same ? inner : Object.fromEntries(members);
  };
  return shown(value) as Value;
};

interface Shown {
  message?: string;
  stack?: string;
  value?: string;
  /** Playwright's picture of the page, as text. */
  errorContext?: string;
  cause?: unknown;
}
const isShown = (error: unknown): error is Shown => typeof error === 'object' && error !== null;

/** Masks the texts of an error, thrown or reported, and of what caused it, in place. */
export const redactError = (error: unknown): void => {
  for (let each = error, depth = 0; isShown(each) && depth < 10; each = each.cause, depth++)
    for (const name of ['message', 'stack', 'value', 'errorContext'] as const) {
      const text: unknown = each[name];
      const shown = typeof text === 'string' ? redact(text) : text;
      if (typeof shown === 'string' && shown !== text) each[name] = shown;
    }
};

const SECRET_HEADERS = new Set(['authorization', 'cookie', 'set-cookie', 'x-e2e-bypass-key', 'proxy-authorization']);

/** Headers as they may be shown; values of credential headers are masked whatever they hold. */
export const redactHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      redact(name),
      SECRET_HEADERS.has(name.toLowerCase()) ? `[${name.toLowerCase()} ${fingerprint(value)}]` : redact(value),
    ]),
  );

/** The longest run of characters that a text shares with a secret, at least `minimum` of them. */
export const sharesRunWith = (text: string, secret: string, minimum: number): boolean => {
  for (let start = 0; start + minimum <= secret.length; start++)
    if (text.includes(secret.slice(start, start + minimum))) return true;
  return false;
};
