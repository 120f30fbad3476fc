/**
 * Masks secrets where text is recorded, so that no artifact ever holds one. A mask keeps the first characters of
 * a hash: two tokens can be told apart, neither can be used. It cannot be switched off.
 */
import { createHash } from 'node:crypto';

/** Tells two secrets apart; says nothing of either. */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 4);

interface Known {
  readonly text: string;
  readonly mask: string;
}
const known = new Set<string>();
/** The longest first: one secret may be the beginning of another. */
let variants: readonly Known[] = [];
/** A JWT is found by its shape; its last part alone has none. */
const signatures = new Set<string>();

/** What of the base64 of a longer text is decided by this part of it alone, for each place it may begin at. */
const alignedBase64 = (text: string, encoding: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.from(text);
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding);
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const inHex = (text: string): string => Buffer.from(text).toString('hex');

const encodings = (secret: string): string[] => {
  const url = encodeURIComponent(secret);
  return [
    secret,
    ...alignedBase64(secret, 'base64'),
    ...alignedBase64(secret, 'base64url'),
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    inJson(secret),
    // JSON in a string of JSON.
    inJson(inJson(secret)),
    inHex(secret),
    inHex(secret).toUpperCase(),
  ];
};

const SHORTEST = 6;
/** So much of a secret's beginning counts as the secret: a server may cut it off. */
const BEGINNING = 16;
/** Of a JWT, which is found by its shape; a key with two dots in it is none. */
const SIGNATURE = /^eyJ[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]+\.([A-Za-z0-9_-]{20,})$/;

/** Makes a secret known, so that {@link redact} finds it in every encoding of the wire. */
export const protect = (kind: 'token' | 'key', secret: string): void => {
  if (secret.length < SHORTEST || known.has(secret)) return;
  known.add(secret);
  const signature = SIGNATURE.exec(secret)?.[1];
  if (signature !== undefined) {
    signatures.add(signature);
    return;
  }
  const mask = `[${kind} ${fingerprint(secret)}, ${secret.length} characters]`;
  const beginning = secret.slice(0, BEGINNING);
  const forms = secret.length > BEGINNING ? [...encodings(secret), ...encodings(beginning)] : encodings(secret);
  const own = [...new Set(forms)].filter((text) => text.length >= SHORTEST).map((text) => ({ text, mask }));
  variants = [...variants, ...own].sort((a, b) => b.text.length - a.text.length);
};

/** A JWT, or the beginning of one, that nobody made known: a server may send tokens of its own. */
const JWT_LIKE = /eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,2}/g;
/** The same, packed: how the usual headers of a JWT begin. */
const HEADERS = ['eyJhbGci', 'eyJ0eXAi'];
const JWT_BASE64 = new RegExp(
  `(?:${HEADERS.flatMap((header) => alignedBase64(header, 'base64')).join('|')})[A-Za-z0-9+/_=-]{8,}`,
  'g',
);
const JWT_HEX = new RegExp(`(?:${HEADERS.map(inHex).join('|')})[0-9a-f]{8,}`, 'gi');
const SIGNATURE_LIKE = /[A-Za-z0-9_-]{20,}/g;
/** `Authorization` values of any scheme. */
const BEARER = /\b(Bearer|Basic)\s+(?!\[)[A-Za-z0-9._~+/=-]{16,}/gi;
/** Members of JSON whose name says that their value is a secret, whatever it looks like. */
const SECRET_MEMBER =
  /((?<!\\)\\*"[\w-]*(?:(?:access|refresh|id)_token|secret|passw(?:or)?d|(?:private|api|signing|encryption|access)_?key)\\*"\s*:\s*\\*")(?!\[)([^"\\]+)/gi;
/** The password of a URL. Bounded, so that a text without end costs no more than its length. */
const LOGIN = /(:\/\/[^\s"/@:]{0,200}:)(?!\[)([^\s"/@]{1,500})(?=@)/g;

const maskOf = (kind: string, found: string): string => `[${kind} ${fingerprint(found)}, ${found.length} characters]`;

/** The same text without any secret. */
export const redact = (text: string): string => {
  let masked = text;
  for (const { text: secret, mask } of variants) if (masked.includes(secret)) masked = masked.replaceAll(secret, mask);
  masked = masked
    .replace(JWT_LIKE, (found) => maskOf('token', found))
    .replace(JWT_BASE64, (found) => maskOf('token', found))
    .replace(JWT_HEX, (found) => maskOf('token', found))
    .replace(BEARER, (found, scheme: string) => `${scheme} [credential ${fingerprint(found)}]`)
    .replace(SECRET_MEMBER, (_found, name: string, value: string) => `${name}${maskOf('secret', value)}`)
    .replace(LOGIN, (_found, login: string, value: string) => `${login}${maskOf('password', value)}`);
  return signatures.size === 0
    ? masked
    : masked.replace(SIGNATURE_LIKE, (found) => (signatures.has(found) ? maskOf('signature', found) : found));
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
  cause?: unknown;
}
const isShown = (error: unknown): error is Shown => typeof error === 'object' && error !== null;

/** Masks the texts of an error, thrown or reported, and of what caused it, in place. */
export const redactError = (error: unknown): void => {
  for (let each = error, depth = 0; isShown(each) && depth < 10; each = each.cause, depth++)
    for (const name of ['message', 'stack', 'value'] as const) {
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
