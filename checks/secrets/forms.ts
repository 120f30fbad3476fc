/** The forms in which a secret may stand in an artifact. */
import { ENCODERS } from './encoders.ts';

export const FORMS = ['plain', 'base64', 'base64url', 'url-encoded', 'json-escaped', 'hex', 'other escapes'] as const;
export type Form = (typeof FORMS)[number];

/** What of the base64 of a longer text is decided by this part of it alone, wherever the part begins. */
const aligned = (secret: string, encoding: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.from(secret);
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding);
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });

const hexOf = (secret: string): string => Buffer.from(secret).toString('hex');

export const formsOf = (secret: string): Readonly<Record<Form, readonly string[]>> => ({
  plain: [secret],
  base64: aligned(secret, 'base64'),
  base64url: aligned(secret, 'base64url'),
  'url-encoded': [
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ],
  'json-escaped': [
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  ],
  hex: [hexOf(secret), hexOf(secret).toUpperCase()],
  'other escapes': ENCODERS.map(([, encode]) => encode(secret)),
});
