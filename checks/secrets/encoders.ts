/** How servers write one text: the escapes of the usual serialisers, as their documentation has them. */

const each = (text: string, pattern: RegExp, escape: (character: string) => string): string =>
  text.replaceAll(pattern, escape);
const hexOf = (character: string, digits: number): string => character.charCodeAt(0).toString(16).padStart(digits, '0');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const urlCoded = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');

const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
const MORE: Readonly<Record<string, string>> = {
  ...ENTITIES,
  '+': 'plus',
  '/': 'sol',
  '=': 'equals',
  '\\': 'bsol',
  '%': 'percnt',
  '#': 'num',
  '.': 'period',
};

export type Encoder = readonly [name: string, encode: (text: string) => string];

export const ENCODERS: readonly Encoder[] = [
  ['JSON', inJson],
  ['JSON in JSON', (text) => inJson(inJson(text))],
  ['PHP json_encode', (text) => inJson(text).replaceAll('/', '\\/')],
  [
    '.NET System.Text.Json',
    (text) => each(text, /[^A-Za-z0-9 !#$%()*,./:;=?@[\]^_{|}~-]/g, (c) => `\\u${hexOf(c, 4).toUpperCase()}`),
  ],
  ['Gson', (text) => each(inJson(text), /[<>&=']/g, (c) => `\\u${hexOf(c, 4)}`)],
  ['\\u for every character', (text) => each(text, /[^]/g, (c) => `\\u${hexOf(c, 4)}`)],
  ['\\u{} for what is no letter or digit', (text) => each(text, /[^A-Za-z0-9]/g, (c) => `\\u{${hexOf(c, 1)}}`)],
  ['\\x, lower case', (text) => each(text, /[^A-Za-z0-9]/g, (c) => `\\x${hexOf(c, 2)}`)],
  ['\\x for every character, upper case', (text) => each(text, /[^]/g, (c) => `\\x${hexOf(c, 2).toUpperCase()}`)],
  ['octal', (text) => each(text, /[^A-Za-z0-9]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)],
  ['single-quoted', (text) => each(text, /['\\]/g, (c) => `\\${c}`)],
  ['URL', urlCoded],
  ['URL, lower case', (text) => each(urlCoded(text), /%[0-9A-F]{2}/g, (c) => c.toLowerCase())],
  ['URL for every character', (text) => each(text, /[^]/g, (c) => `%${hexOf(c, 2)}`)],
  ['form', (text) => new URLSearchParams({ a: text }).toString().slice(2)],
  ['URL, double', (text) => urlCoded(urlCoded(text))],
  ['URL, triple', (text) => urlCoded(urlCoded(urlCoded(text)))],
  ['%u', (text) => each(text, /[^A-Za-z0-9]/g, (c) => `%u${hexOf(c, 4)}`)],
  ['HTML', (text) => each(text, /[&<>"']/g, (c) => `&${ENTITIES[c] ?? ''};`)],
  ['HTML, double', (text) => each(text, /[&<>"']/g, (c) => `&amp;${ENTITIES[c] ?? ''};`)],
  ['HTML, named', (text) => each(text, /[&<>"'+/=\\%#.]/g, (c) => `&${MORE[c] ?? ''};`)],
  ['HTML, decimal', (text) => each(text, /[^A-Za-z0-9]/g, (c) => `&#${c.charCodeAt(0).toString()};`)],
  [
    'HTML, decimal with zeros',
    (text) => each(text, /[^A-Za-z0-9]/g, (c) => `&#${c.charCodeAt(0).toString().padStart(4, '0')};`),
  ],
  ['HTML, hex for every character', (text) => each(text, /[^]/g, (c) => `&#x${hexOf(c, 2)};`)],
  ['HTML, hex, upper case', (text) => each(text, /[^A-Za-z0-9]/g, (c) => `&#X${hexOf(c, 2).toUpperCase()};`)],
  ['HTML, decimal, without semicolons', (text) => each(text, /[^]/g, (c) => `&#${c.charCodeAt(0).toString()}`)],
  ['HTML, hex, without semicolons', (text) => each(text, /[^]/g, (c) => `&#x${hexOf(c, 2)}`)],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['hex, upper case', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['hex with colons', (text) => [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')],
  ['bytes in JSON', (text) => JSON.stringify([...Buffer.from(text)])],
  ['bytes in JSON, indented', (text) => JSON.stringify([...Buffer.from(text)], null, 1)],
];
