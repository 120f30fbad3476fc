/**
 * Which release a target is, by marks: everything that releases do differently and that can be seen without a change
 * on the target. No single mark decides, so that one fault never passes for another release.
 */
import type { Difference } from './difference.ts';
import { differencesFrom } from './difference.ts';
import type { Endpoint } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Release } from './release.ts';
import { changeOf, DEFAULT_RELEASE, offered, RELEASES } from './releases.ts';

/** A response to a GET; `body` is undefined where it was no JSON. */
export interface Seen {
  readonly status: number;
  readonly body: unknown;
}

/** What a target showed; what is missing was not seen. */
export interface Observations {
  /** By path. */
  readonly responses: ReadonlyMap<string, Seen>;
  /** Status of a protected endpoint without a token. */
  readonly anonymous: number | undefined;
  /** Claims of an access token. */
  readonly claims: unknown;
  /** Frames of a socket with a valid token, in their order. */
  readonly greeting: readonly Readonly<Record<string, unknown>>[];
  /** A socket without a token. */
  readonly refusal: { readonly code: string; readonly reason: string | undefined } | undefined;
}

interface Mark {
  readonly name: string;
  /** Undefined = this mark was not seen; none = it fits. */
  readonly differences: (release: Release, seen: Observations) => readonly Difference[] | undefined;
}

const groupOf = ({ id }: Endpoint): string => id.split('.', 1)[0] ?? id;

const isMarked = ({ id, method, path }: Endpoint): boolean =>
  method === 'GET' && !path.includes('{') && RELEASES.some((release) => changeOf(release, id) !== undefined);

/** Endpoints that releases change. What moves as a group is one mark, not several. */
const MARKED: readonly Endpoint[] = ENDPOINTS.filter(isMarked).filter((endpoint, index, all) => {
  const moved = RELEASES.every(
    (release) => (offered(release, endpoint)?.success ?? endpoint.success) === endpoint.success,
  );
  const first = all.findIndex((other) => groupOf(other) === groupOf(endpoint));
  return !moved || first === index || RELEASES.some((release) => offered(release, endpoint) === undefined);
});

/** Paths to ask for, each with whether its endpoint needs a token. */
export const MARKED_PATHS: readonly { readonly path: string; readonly protected: boolean }[] = MARKED.flatMap(
  (endpoint) =>
    [...new Set(RELEASES.map((release) => offered(release, endpoint)?.path ?? endpoint.path))].map((path) => ({
      path,
      protected: endpoint.access !== 'public',
    })),
);

const UNKNOWN_PATH = 404;

const ofEndpoint = (endpoint: Endpoint): Mark => ({
  name: endpoint.id,
  differences: (release, { responses }) => {
    const here = offered(release, endpoint);
    const where = `GET ${here?.path ?? endpoint.path}`;
    const response = responses.get(here?.path ?? endpoint.path);
    if (response === undefined) return undefined;
    const { status, body } = response;
    // A refusal, of the edge perhaps, or an error says nothing about what a release offers.
    if (status !== 200 && status !== UNKNOWN_PATH) return undefined;
    if (here === undefined) return status === UNKNOWN_PATH ? [] : [{ where, was: 'not offered', is: String(status) }];
    if (status !== 200) return [{ where, was: '200', is: String(status) }];
    return here.success === undefined ? [] : differencesFrom(where, here.success, body);
  },
});

const MARKS: readonly Mark[] = [
  ...MARKED.map(ofEndpoint),
  {
    name: 'anonymous',
    differences: ({ refusals }, { anonymous }) => {
      if (anonymous === undefined) return undefined;
      const allowed: readonly number[] = refusals.notAuthenticated.statuses;
      return allowed.includes(anonymous)
        ? []
        : [{ where: 'a caller without a token', was: allowed.join(' or '), is: String(anonymous) }];
    },
  },
  {
    name: 'token',
    differences: ({ tokenClaims }, { claims }) =>
      claims === undefined ? undefined : differencesFrom('token', tokenClaims, claims),
  },
  {
    name: 'welcome',
    differences: ({ socket }, { greeting }) => {
      const welcome = greeting.find(socket.isWelcome);
      if (welcome !== undefined) return differencesFrom('welcome', socket.welcome, welcome);
      const other = RELEASES.find((release) => greeting.some(release.socket.isWelcome));
      return other === undefined
        ? undefined
        : [{ where: 'welcome', was: 'of this release', is: `like that of ${other.name}` }];
    },
  },
  {
    name: 'refusal',
    differences: ({ socket }, { refusal }) =>
      refusal === undefined
        ? undefined
        : [
            { where: 'error_code of a socket without a token', was: socket.refusalCodes.noToken, is: refusal.code },
            { where: 'its close reason', was: socket.refusalReason, is: refusal.reason ?? 'no close' },
          ].filter(({ was, is }) => was !== is),
  },
];

export interface Fit {
  readonly release: Release;
  /** Marks that fit, of all. */
  readonly fits: number;
  readonly of: number;
  readonly differences: readonly Difference[];
}

export const fitOf = (release: Release, seen: Observations): Fit => {
  const found = MARKS.map(({ differences }) => differences(release, seen));
  return {
    release,
    fits: found.filter((one) => one?.length === 0).length,
    of: MARKS.length,
    differences: found.flatMap((one) => one ?? []),
  };
};

/** So many marks more than the default's have to speak for another release. */
const LEAD = 2;

/** The release that a target is nearest to; where nothing decides, the default. */
export const nearest = (seen: Observations): Release => {
  const best = RELEASES.map((release) => fitOf(release, seen)).toSorted((a, b) => b.fits - a.fits)[0];
  const { fits } = fitOf(DEFAULT_RELEASE, seen);
  return best !== undefined && best.fits - fits >= LEAD ? best.release : DEFAULT_RELEASE;
};
