/** Requests that no endpoint takes: the router answers them. */
import type { Host } from './access.ts';
import type { Method } from './endpoint.ts';

export interface Unlisted {
  readonly method: Method;
  readonly path: string;
  readonly host: Host;
}

const of = (method: Method, path: string): Unlisted => ({ method, path, host: 'api' });

export const unlisted = {
  /** A path that nobody declared. */
  unknown: (marker: string) => of('GET', `/api/${marker}`),
  /** Out of the API's folder, as only a careless router follows it. */
  traversal: of('GET', '/api/%2e%2e/%2e%2e/etc/passwd'),
  /** The service card without its slash: a redirect. */
  cardWithoutSlash: of('GET', '/api/messages'),
};

/** A path at which no socket is served. */
export const noSocketAt = (marker: string): string => `/ws/${marker}`;
