/** One spelling of a JSON value, so that equal values have equal hashes. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
};

export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value));

export const sha256 = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

export const hmac256 = (value: string, key: string): string => createHmac('sha256', key).update(value).digest('hex');

/** Compares two hex digests without telling where they differ. */
export const sameDigest = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
