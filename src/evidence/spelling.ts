/** Undoes the escapes of the usual serialisers, so that one text is compared in one spelling, whoever wrote it. */

export interface Decoded {
  readonly text: string;
  /** Where each character began in the source; one more, for the end. */
  readonly starts: Int32Array;
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  plus: '+',
  sol: '/',
  bsol: '\\',
  equals: '=',
  percnt: '%',
  num: '#',
  excl: '!',
  quest: '?',
  period: '.',
  comma: ',',
  colon: ':',
  semi: ';',
  lpar: '(',
  rpar: ')',
  lsqb: '[',
  lbrack: '[',
  rsqb: ']',
  rbrack: ']',
  lcub: '{',
  lbrace: '{',
  rcub: '}',
  rbrace: '}',
  lowbar: '_',
  hyphen: '-',
  dash: '-',
  ast: '*',
  commat: '@',
  dollar: '$',
  verbar: '|',
  vert: '|',
  grave: '`',
  hat: '^',
  tilde: '~',
  tab: '\t',
  newline: '\n',
};

const code = (character: string): number => character.charCodeAt(0);
const NAMED_CODES = new Map(Object.entries(NAMED).map(([name, character]) => [name, code(character)]));
const [BACKSLASH, PERCENT, AMPERSAND, HASH, SEMICOLON] = [0x5c, 0x25, 0x26, 0x23, 0x3b];
const [ZERO, THREE, SMALL_U, LARGE_U, SMALL_X, LARGE_X] = [0x30, 0x33, 0x75, 0x55, 0x78, 0x58];
const [OPEN, CLOSE] = [0x7b, 0x7d];

const digit = (character: number): number =>
  character >= 48 && character <= 57
    ? character - 48
    : character >= 97 && character <= 102
      ? character - 87
      : character >= 65 && character <= 70
        ? character - 55
        : 99;

/** How an escape at a place reads: its character below, its width above; 0 = there is none. */
const WIDTH = 0x10000;
/** One UTF-16 unit: what lies above is no character of a secret. */
const reading = (value: number, width: number): number => (value <= 0xffff ? value : 0xfffd) + width * WIDTH;

/** The number of exactly so many digits; -1 = they are none. */
const numberAt = (text: string, at: number, digits: number, radix: number): number => {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const next = digit(text.charCodeAt(index));
    if (next >= radix) return -1;
    value = value * radix + next;
  }
  return value;
};

/** Up to eight hex digits and the brace that closes them. */
const bracedNumber = (text: string, begin: number, at: number): number => {
  let [value, index] = [0, at];
  for (; index < at + 8 && digit(text.charCodeAt(index)) < 16; index++)
    value = value * 16 + digit(text.charCodeAt(index));
  return index > at && text.charCodeAt(index) === CLOSE ? reading(value, index + 1 - begin) : 0;
};

const fixed = (text: string, begin: number, at: number, digits: number, radix: number): number => {
  const value = numberAt(text, at, digits, radix);
  return value < 0 ? 0 : reading(value, at + digits - begin);
};

/** `\u{2f}`, `\u002f`, `\x2F`, `\U0000002f`, `\057`; before any other character a `\` says nothing: `\n` is an n. */
const afterBackslash = (text: string, at: number): number => {
  const next = text.charCodeAt(at + 1);
  if (Number.isNaN(next)) return 0;
  let found = 0;
  if ((next === SMALL_U || next === SMALL_X) && text.charCodeAt(at + 2) === OPEN)
    found = bracedNumber(text, at, at + 3);
  else if (next === SMALL_U) found = fixed(text, at, at + 2, 4, 16);
  else if (next === SMALL_X) found = fixed(text, at, at + 2, 2, 16);
  else if (next === LARGE_U) found = fixed(text, at, at + 2, 8, 16);
  else if (next >= ZERO && next <= THREE) found = fixed(text, at, at + 1, 3, 8);
  return found === 0 ? reading(next, 2) : found;
};

/** `%2f` and `%u002f`. */
const afterPercent = (text: string, at: number): number =>
  text.charCodeAt(at + 1) === SMALL_U ? fixed(text, at, at + 2, 4, 16) : fixed(text, at, at + 1, 2, 16);

/** Up to eight digits; browsers read a numeric entity without its semicolon, too. */
const entityNumber = (text: string, begin: number, at: number, radix: number): number => {
  let [value, index] = [0, at];
  for (; index < at + 8 && digit(text.charCodeAt(index)) < radix; index++)
    value = value * radix + digit(text.charCodeAt(index));
  return index === at ? 0 : reading(value, (text.charCodeAt(index) === SEMICOLON ? index + 1 : index) - begin);
};

/** `&#x2F;`, `&#47;`, `&#47` and `&sol;`. */
const afterAmpersand = (text: string, at: number): number => {
  if (text.charCodeAt(at + 1) === HASH) {
    const marker = text.charCodeAt(at + 2);
    return marker === SMALL_X || marker === LARGE_X
      ? entityNumber(text, at, at + 3, 16)
      : entityNumber(text, at, at + 2, 10);
  }
  for (let end = at + 3; end <= at + 8; end++)
    if (text.charCodeAt(end) === SEMICOLON) {
      const named = NAMED_CODES.get(text.slice(at + 1, end).toLowerCase());
      return named === undefined ? 0 : reading(named, end + 1 - at);
    }
  return 0;
};

/** So many layers of escapes are undone: JSON in a URL that was encoded six times has seven. */
const LAYERS = 10;
const mayBeEscaped = (text: string): boolean => text.includes('\\') || text.includes('%') || text.includes('&');

const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });

const withoutOneLayer = (text: string): Decoded | undefined => {
  const characters = new Uint16Array(text.length);
  const starts = new Int32Array(text.length + 1);
  let length = 0;
  for (let at = 0; at < text.length; length++) {
    const character = text.charCodeAt(at);
    let read = 0;
    if (character === BACKSLASH) read = afterBackslash(text, at);
    else if (character === PERCENT) read = afterPercent(text, at);
    else if (character === AMPERSAND) read = afterAmpersand(text, at);
    characters[length] = read === 0 ? character : read % WIDTH;
    starts[length] = at;
    at += read === 0 ? 1 : Math.floor(read / WIDTH);
  }
  if (length === text.length) return undefined;
  starts[length] = text.length;
  return { text: decoder.decode(characters.subarray(0, length)), starts: starts.subarray(0, length + 1) };
};

/** The text with every escape undone, layer by layer. Undefined where nothing is escaped. */
export const decoded = (text: string): Decoded | undefined => {
  let view: Decoded | undefined;
  for (let layer = 0; layer < LAYERS; layer++) {
    const outer = view?.text ?? text;
    const inner = mayBeEscaped(outer) ? withoutOneLayer(outer) : undefined;
    if (inner === undefined) break;
    const before = view?.starts;
    view = before === undefined ? inner : { text: inner.text, starts: inner.starts.map((at) => before[at] ?? 0) };
  }
  return view;
};

/** Two codes with the same fold read the same: no case, base64 is base64url, and `+` is a space in a form. */
const FOLD = Uint16Array.from({ length: 128 }, (_, character) => {
  const text = String.fromCharCode(character).toLowerCase();
  return (text === '-' || text === ' ' ? '+' : text === '_' ? '/' : text).charCodeAt(0);
});
export const fold = (character: number): number => (character < 128 ? (FOLD[character] ?? character) : character);
export const folded = (text: string): string => {
  let result = '';
  for (let at = 0; at < text.length; at++) result += String.fromCharCode(fold(text.charCodeAt(at)));
  return result;
};
