/** Whether a server keeps the contract: the endpoints twice, with and without the detection headers, then `/ws`. */
import { SetupError, type Environment, type Target } from '../../fixtures/environment.ts';
import { TokenSource } from '../../fixtures/identities.ts';
import { Sockets } from '../../fixtures/sockets.ts';
import { User } from '../../fixtures/user.ts';
import { warmUp } from '../../fixtures/warm-up.ts';
import { checkEndpoints, endpointRows, type People } from './endpoints.ts';
import type { Row } from './row.ts';
import { checkSockets } from './sockets.ts';
import { clientsFor, newMarker } from './target.ts';

/** One row an endpoint and a kind of frame. Throws a {@link SetupError} where nothing can be checked. */
export const checkConformance = async (environment: Environment, target: Target): Promise<readonly Row[]> => {
  const { client, nobody, agents, spending, recorder, deadlines } = clientsFor(environment, target);
  const tokens = new TokenSource(environment);
  const login = async (label: 'A' | 'B', marker: string) =>
    new User(client, await tokens.session(client, label, `${marker}-${label.toLowerCase()}`), deadlines);
  const people = async (marker: string): Promise<People> => ({
    owner: await login('A', marker),
    other: await login('B', marker),
    nobody,
  });
  const socketSettings = { environment: environment.name, deadlines, recorder, trust: agents.trust, spending };
  const sockets = new Sockets(target.ws, socketSettings, 'fail');
  try {
    const { failure } = await warmUp(nobody, deadlines);
    if (failure !== undefined) throw new SetupError(failure.message);
    const rows = new Map(endpointRows().map((row) => [row.id, row]));
    const marker = newMarker();
    const ofSockets = await checkSockets(await people(marker), marker, sockets);
    for (const detection of [true, false]) {
      const own = newMarker();
      await checkEndpoints(await people(own), own, detection, environment, rows);
    }
    return [...rows.values(), ...ofSockets];
  } finally {
    await sockets.disposeAll();
    agents.close();
  }
};
