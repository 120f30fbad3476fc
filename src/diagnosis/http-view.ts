/** One HTTP exchange, read for diagnosis: route, identity, kind of body, expectation. */
import { envelope } from '../contract/errors.ts';
import { mediaTypeOf } from '../contract/http.ts';
import type { Exchange } from '../evidence/trace.ts';
import type { Place } from './finding.ts';

export interface HttpView extends Place {
  readonly x: Exchange;
  /** The test that recorded it, whatever part of it is looked at. */
  readonly recordedBy: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Method and path with ids, run ids and markers taken out. */
  readonly route: string;
  readonly json: unknown;
  readonly truncated: boolean;
  /** Order within the evidence; ids start anew with each recorder. */
  readonly index: number;
}

export { isHtml } from '../contract/http.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Undefined for text that is not (whole) JSON: what a foreign server sends is never trusted to parse. */
export const parsed = (text: string): unknown => {
  if (!/^\s*[[{"\dtfn-]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return value;
};

const IDS =
  /gp-[0-9a-f]{6,}[\w-]*|thread_[\w-]+|run_[\w-]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|e2e-[\w-]+|\b\d{3,}\b/gi;

export const routeOf = (method: string, path: string) => `${method} ${path.replace(IDS, '{id}')}`;

const urlOf = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

export const originOf = (text: string): string | null => {
  const url = urlOf(text);
  return url === null ? null : `${url.protocol}//${url.host}`;
};

/** The path is taken as written: a URL parser would resolve `%2e%2e`. */
export const httpView = (
  x: Exchange,
  recordedBy: string,
  attempt: number,
  index: number,
  test: string = recordedBy,
): HttpView => {
  const raw = x.url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  const [path = '', query = ''] = raw.split('?', 2);
  const source = x.probe === null ? `${recordedBy} request ${x.id}` : `probe ${x.probe}`;
  return {
    x,
    recordedBy,
    path,
    query: new URLSearchParams(query),
    route: routeOf(x.method, path),
    json: parsed(x.body),
    truncated: x.body.endsWith('…') || x.body.length >= 8_192,
    test: x.probe === null ? test : '',
    attempt,
    source,
    at: x.startedAt,
    index,
    mention: x.probe === null ? `${x.method} ${x.url} as ${x.identity}` : '',
    connection: `${recordedBy}/${attempt}/${x.probe ?? ''}/request ${index}`,
  };
};

/** Statuses that the suite accepts; null when it accepts whatever comes. */
export const accepted = (x: Exchange): readonly number[] | null => {
  if (x.expected === null) return null;
  const numbers = x.expected.match(/\b\d{3}\b/g);
  return numbers === null ? [] : numbers.map(Number);
};

const DELIBERATE = /refused|abort|vanish|drop/i;

/** The suite accepted this outcome. */
export const met = (x: Exchange): boolean => {
  const statuses = accepted(x);
  if (statuses === null) return x.error === null || x.abortedByClient;
  if (statuses.length === 0) return DELIBERATE.test(x.expected ?? '');
  return x.status !== null && statuses.includes(x.status) && x.error === null;
};

export const wantsSuccess = (x: Exchange): boolean => {
  const statuses = accepted(x);
  return statuses !== null && statuses.some((status) => status >= 200 && status < 400);
};
export const wantsRefusal = (x: Exchange): boolean => {
  const statuses = accepted(x);
  return statuses !== null && statuses.length > 0 && statuses.every((status) => status >= 400);
};

export const isSuccess = (x: Exchange): boolean => x.status !== null && x.status >= 200 && x.status < 300;

export const isEnvelope = (view: HttpView): boolean =>
  envelope.safeParse(view.json).success ||
  /"error_code"\s*:\s*"[A-Z_]+"/.test(view.x.body) ||
  (objectOf(view.json)['error'] === true && 'details' in objectOf(view.json));

export const isRouter404 = (view: HttpView): boolean =>
  view.x.status === 404 && objectOf(view.json)['detail'] === 'Not Found';

export const isStream = (x: Exchange): boolean => mediaTypeOf(x.headers) === 'text/event-stream';

/** A field by name, also from a body that was cut. */
export const field = (view: HttpView, name: string): unknown => {
  const whole = objectOf(view.json);
  if (name in whole) return whole[name];
  const found = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?|true|false|null)`).exec(
    view.x.body,
  );
  return found?.[1] === undefined ? undefined : parsed(found[1]);
};

export const timedOut = (x: Exchange): boolean =>
  x.error !== null &&
  /deadline|timed? ?out|TimeoutError|no (?:answer|end) within/i.test(
    `${x.error.code ?? ''} ${x.error.name} ${x.error.message}`,
  );

/** `A` of `forged(A)` or `forged A`. */
export const baseIdentity = (identity: string): string =>
  /^[\w-]+[( ]([^)]*)\)?$/.exec(identity)?.[1]?.trim() ?? identity;

const MANIPULATED = /^(forged|tampered|refresh|garbage|alg-none|alg:none|unsigned|expired|bad)\b/i;
export type TokenKind = 'valid' | 'none' | 'manipulated' | 'logged-out';
export const tokenKind = (identity: string): TokenKind =>
  /^(?:none|nobody|anonymous)?$/i.test(identity)
    ? 'none'
    : /^(?:logged-out|revoked)/i.test(identity)
      ? 'logged-out'
      : MANIPULATED.test(identity)
        ? 'manipulated'
        : 'valid';

export const excerptOf = (text: string, length = 140): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
};

export const describe = (view: HttpView): string => {
  const { x } = view;
  const got =
    x.status === null
      ? `no answer, ${x.error?.code ?? x.error?.message ?? 'no error recorded'}`
      : `${x.status}${x.body === '' ? ', empty body' : ` ${excerptOf(x.body)}`}`;
  const wanted = x.expected === null || met(x) ? '' : `, expected ${x.expected}`;
  return `${x.method} ${view.path} as ${x.identity === '' ? 'nobody' : x.identity}: ${got}${wanted}`;
};
