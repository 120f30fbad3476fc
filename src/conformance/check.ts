/** Whether a server keeps the contract: the endpoints twice, with and without the detection headers, then `/ws`. */
import { fitOf, nearest, type Fit } from '../contract/fingerprint.ts';
import { DEFAULT_RELEASE, endpointsOf } from '../contract/releases.ts';
import { SetupError, type Environment, type Target } from '../../fixtures/environment.ts';
import { lookAtRelease } from '../../fixtures/fingerprint.ts';
import { TokenSource } from '../../fixtures/identities.ts';
import { Sockets } from '../../fixtures/sockets.ts';
import { User } from '../../fixtures/user.ts';
import { warmUp } from '../../fixtures/warm-up.ts';
import { checkEndpoints, endpointRows, type People } from './endpoints.ts';
import type { Row } from './row.ts';
import { checkSockets } from './sockets.ts';
import { clientsFor, newMarker } from './target.ts';

export interface Conformance {
  /** Of the release that the server is checked against: E2E_CONTRACT, else the nearest. */
  readonly fit: Fit;
  readonly rows: readonly Row[];
}

/** One row an endpoint and a kind of frame. Throws a {@link SetupError} where nothing can be checked. */
export const checkConformance = async (environment: Environment, target: Target): Promise<Conformance> => {
  let release = environment.contract ?? DEFAULT_RELEASE;
  const inUse = () => release;
  const { client, nobody, agents, spending, recorder, deadlines } = clientsFor(environment, target, inUse);
  const tokens = new TokenSource(environment);
  const login = async (label: 'A' | 'B', marker: string) =>
    new User(client, await tokens.session(client, label, `${marker}-${label.toLowerCase()}`), deadlines);
  const people = async (marker: string): Promise<People> => ({
    owner: await login('A', marker),
    other: await login('B', marker),
    nobody,
  });
  const socketSettings = {
    environment: environment.name,
    deadlines,
    recorder,
    trust: agents.trust,
    spending,
    release: inUse,
  };
  const sockets = new Sockets(target.ws, socketSettings, 'fail');
  try {
    const { failure } = await warmUp(nobody, deadlines);
    if (failure !== undefined) throw new SetupError(failure.message);
    const marker = newMarker();
    const first = await people(marker);
    const { seen, socket } = await lookAtRelease(nobody, first.owner, sockets, deadlines);
    await socket.dispose();
    release = environment.contract ?? nearest(seen);
    const endpoints = endpointsOf(release);
    const rows = new Map(endpointRows(endpoints).map((row) => [row.id, row]));
    const ofSockets = await checkSockets(first, marker, sockets);
    for (const detection of [true, false]) {
      const own = newMarker();
      await checkEndpoints(endpoints, await people(own), own, detection, environment, rows);
    }
    return { fit: fitOf(release, seen), rows: [...rows.values(), ...ofSockets] };
  } finally {
    await sockets.disposeAll();
    agents.close();
  }
};
