/** Where a socket's token comes from: the first source present wins, and only that one is judged. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Presented } from '../switchboard/seams.ts';

const ENTRY = 'jwt.';

const decoded = (entry: string): string | undefined => {
  const encoded = entry.slice(ENTRY.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  return text === '' || text.includes('\ufffd') ? undefined : text;
};

export const presentedBy = (
  headers: IncomingHttpHeaders,
  offered: readonly string[],
  query: URLSearchParams,
): Presented => {
  // Node strips the blank after an empty `Bearer `, so the bare word counts as present.
  const bearer = /^Bearer(?: +(.*))?$/.exec(headers.authorization ?? '');
  if (bearer !== null) return { source: 'header', token: bearer[1] ?? '' };
  const entry = offered.find((name) => name.startsWith(ENTRY));
  if (entry !== undefined) return { source: 'subprotocol', token: decoded(entry) };
  const asked = query.get('token');
  return asked === null ? { source: 'none', token: undefined } : { source: 'query', token: asked };
};
