/** The releases that the suite knows, the newest last. */
import type { Endpoint } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { EndpointChange, Release } from './release.ts';
import { beta17 } from './releases/beta-17.ts';
import { beta9 } from './releases/beta-9.ts';

export const RELEASES: readonly Release[] = [beta9, beta17];
export const DEFAULT_RELEASE = beta9;

export const releaseNamed = (name: string): Release | undefined => RELEASES.find((release) => release.name === name);

type Change = EndpointChange | 'not offered' | undefined;

/** What a release does otherwise with the endpoint of this id. */
export const changeOf = ({ endpoints }: Release, id: string): Change => {
  const changes: Readonly<Record<string, Change>> = endpoints;
  return changes[id];
};

/** An endpoint as this release offers it; undefined = not at all. */
export const offered = <Of extends Endpoint>(release: Release, endpoint: Of): Of | undefined => {
  const change = changeOf(release, endpoint.id);
  if (change === 'not offered') return undefined;
  return change === undefined ? endpoint : { ...endpoint, ...change };
};

export const endpointsOf = (release: Release): readonly Endpoint[] =>
  ENDPOINTS.flatMap((endpoint) => offered(release, endpoint) ?? []);
