/** What a decision is about: one HTTP request, one socket, or the process itself. */
import type { IncomingHttpHeaders } from 'node:http';

export type JsonObject = Record<string, unknown>;
export type Host = 'api' | 'auth';

/** A scope (`user=`, `nth=`, ...) is judged once a unit, so all that a fault changes for one request or socket goes together. */
export interface Unit {
  readonly kind: 'http' | 'socket' | 'process';
  readonly host: Host;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  /** Local part of the user it speaks for, as far as it can be known yet; claimed, not verified. */
  user(): string | undefined;
}

export type Body =
  { kind: 'none' } | { kind: 'json'; value: unknown } | { kind: 'broken'; position: number } | { kind: 'too-large' };

export interface HttpCall extends Unit {
  readonly kind: 'http';
  readonly query: URLSearchParams;
  params: Record<string, string>;
  body: Body;
  /** `METHOD /declared/:path`; empty as long as no route has matched. */
  route: string;
  /** Id of the endpoint; empty likewise. */
  endpoint: string;
  /** Aborts when the client goes away before the reply is complete. */
  readonly gone: AbortSignal;
}

export interface SocketCall extends Unit {
  readonly kind: 'socket';
  readonly query: URLSearchParams;
  readonly offered: readonly string[];
}

/** Characters as the contract counts them. */
export const codePoints = (text: string): string[] => Array.from(text);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const decodePart = (token: string): unknown => {
  const part = token.split('.')[1];
  if (part === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

/** Claims of a token as it says itself, without any check. */
export const claimed = (token: string): JsonObject | undefined => {
  const claims = decodePart(token);
  return isObject(claims) ? claims : undefined;
};

/** `gp-7k2m-w0-a` of a token, an e-mail address or a user id. */
export const localPartOf = (text: string): string => text.replace(/@.*$/, '').replace(/^e2e-/, '');

export const userOfToken = (token: string | undefined): string | undefined => {
  const sub = token === undefined ? undefined : claimed(token)?.['sub'];
  return typeof sub === 'string' ? localPartOf(sub) : undefined;
};

/** The header's token. On REST the scheme is compared without regard to case. */
export const bearerOf = (header = ''): string | undefined => {
  const found = /^bearer(?: +(.*))?$/i.exec(header);
  return found === null ? undefined : (found[1] ?? '').trim();
};
