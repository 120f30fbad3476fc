/** Which release a target is found to be: each one healthy, with faults, and with any two marks of the other. */
import { test as base, expect } from '@playwright/test';
import { STANDIN_DEADLINES } from '../../src/contract/limits.ts';
import { fitOf, nearest, type Observations } from '../../src/contract/fingerprint.ts';
import type { Release } from '../../src/contract/release.ts';
import { DEFAULT_RELEASE, RELEASES } from '../../src/contract/releases.ts';
import { DIALECTS } from '../../src/standin/dialects.ts';
import { startStandin } from '../../src/standin/start.ts';
import { Caller } from '../../fixtures/caller.ts';
import { environmentOf } from '../../fixtures/environment.ts';
import { lookAtRelease } from '../../fixtures/fingerprint.ts';
import { Agents, HttpClient } from '../../fixtures/http-client.ts';
import { TokenSource } from '../../fixtures/identities.ts';
import { unpaced } from '../../fixtures/pace.ts';
import { Recorder } from '../../fixtures/recorder.ts';
import { Sockets } from '../../fixtures/sockets.ts';
import { Spending } from '../../fixtures/spending.ts';
import { trustIn } from '../../fixtures/trust.ts';
import { User } from '../../fixtures/user.ts';
import { NOBODY } from '../fixtures/wire.ts';

/** A silent socket costs its deadlines. */
const DEADLINES = { ...STANDIN_DEADLINES, welcome: 500, refusal: 500 };

const observe = async (release: Release, ...faults: string[]): Promise<Observations> => {
  const dialect = DIALECTS.find((one) => one.release === release);
  if (dialect === undefined) throw new Error(`the stand-in cannot play ${release.name}`);
  const standin = await startStandin({ dialect, faults });
  const agents = new Agents(trustIn(undefined));
  const recorder = new Recorder(() => Infinity);
  const spending = new Spending();
  // Whatever the suite assumes before it has looked.
  const inUse = () => DEFAULT_RELEASE;
  const client = new HttpClient({
    origins: { api: standin.apiOrigin, auth: standin.authOrigin },
    environment: 'staging',
    deadline: DEADLINES.http,
    slots: unpaced,
    spending,
    onBan: undefined,
    agents,
    recorder,
    release: inUse,
    onPaced: () => undefined,
  });
  const sockets = new Sockets(
    `${standin.apiOrigin.replace('http', 'ws')}/ws`,
    { environment: 'staging', deadlines: DEADLINES, recorder, trust: agents.trust, spending, release: inUse },
    'fail',
  );
  try {
    const environment = environmentOf({ E2E_OAUTH_SIMULATION_KEY: standin.bypassKey });
    const session = await new TokenSource(environment).session(client, 'A', 'gp-fingerprint-a');
    const user = new User(client, session, DEADLINES);
    return (await lookAtRelease(new Caller(client, NOBODY, DEADLINES), user, sockets, DEADLINES)).seen;
  } finally {
    await sockets.disposeAll();
    agents.close();
    await standin.close();
  }
};

const test = base.extend<object, { healthy: ReadonlyMap<Release, Observations> }>({
  healthy: [
    async ({}, use) => {
      const all = RELEASES.map(async (release) => [release, await observe(release)] as const);
      await use(new Map(await Promise.all(all)));
    },
    { scope: 'worker' },
  ],
});

const seenOf = (healthy: ReadonlyMap<Release, Observations>, release: Release): Observations => {
  const seen = healthy.get(release);
  if (seen === undefined) throw new Error(`nothing was seen of ${release.name}`);
  return seen;
};

const FAULTS = [
  'ws-mute',
  'ws-no-welcome',
  'ws-zombie',
  'ws-route-missing',
  'ws-close-1011-after-accept',
  'health-ready-lies',
  'auth-ws-no-token-accepted',
  'auth-ws-bad-token-accepted',
  'config-limits-mismatch',
  'rest-500',
  'health-green-agents-dead',
  'control-401-for-missing-token',
];

for (const release of RELEASES) {
  test(`${release.name}, healthy - every mark fits, and nothing differs`, ({ healthy }) => {
    const seen = seenOf(healthy, release);
    expect(nearest(seen)).toBe(release);
    const { fits, of, differences } = fitOf(release, seen);
    expect({ fits, differences }).toEqual({ fits: of, differences: [] });
  });

  for (const fault of FAULTS)
    test(`${release.name} with ${fault} - no other release is chosen`, async () => {
      expect(nearest(await observe(release, fault)).name).toBe(release.name);
    });

  test(`${release.name} with any two marks of another release - no other release is chosen`, ({ healthy }) => {
    const own = seenOf(healthy, release);
    for (const other of RELEASES.filter((one) => one !== release)) {
      const foreign = seenOf(healthy, other);
      const changes: readonly ((seen: Observations) => Observations)[] = [
        (seen) => ({ ...seen, anonymous: foreign.anonymous }),
        (seen) => ({ ...seen, claims: foreign.claims }),
        (seen) => ({ ...seen, greeting: foreign.greeting }),
        (seen) => ({ ...seen, refusal: foreign.refusal }),
        ...[...own.responses.keys()].map((path) => (seen: Observations) => {
          const response = foreign.responses.get(path);
          const responses = new Map(seen.responses);
          return { ...seen, responses: response === undefined ? responses : responses.set(path, response) };
        }),
      ];
      for (const one of changes) for (const two of changes) expect(nearest(two(one(own))).name).toBe(release.name);
    }
  });
}

test('nothing is seen - the default release', () => {
  const nothing = { responses: new Map(), anonymous: undefined, claims: undefined, greeting: [], refusal: undefined };
  expect(nearest(nothing)).toBe(DEFAULT_RELEASE);
});

test('a welcome of the right type and the wrong shape - a malformed one, and what of it differs is named', ({
  healthy,
}) => {
  for (const release of RELEASES) {
    const seen = seenOf(healthy, release);
    const { isWelcome } = release.socket;
    const greeting = seen.greeting.map((frame) =>
      isWelcome(frame) ? { ...frame, connection_id: 7, data: { ...Object(frame['data']), connection_id: 7 } } : frame,
    );
    const [difference] = fitOf(release, { ...seen, greeting }).differences;
    expect(difference).toMatchObject({ was: 'string', is: '7' });
    expect(difference?.where).toMatch(/^welcome .*connection_id$/);
  }
});
