/** Each endpoint, called by its rightful user and by everybody who must not be served. */
import { callFor, meaningsOf, type Endpoint } from '../contract/endpoint.ts';
import type { Meaning } from '../contract/refusals.ts';
import { BYPASS_KEY_HEADER } from '../contract/headers.ts';
import { ClassifiedError, failureOf, type FailureClass } from '../evidence/failure.ts';
import type { Caller } from '../../fixtures/caller.ts';
import { SetupError, type Environment } from '../../fixtures/environment.ts';
import { framesOf } from '../../fixtures/event-stream.ts';
import type { CallOptions } from '../../fixtures/resources.ts';
import type { User } from '../../fixtures/user.ts';
import { NotMadeError, ownOf, sampleOf, walk } from '../../fixtures/walk.ts';
import { intrudersOf, type Intruder } from '../../fixtures/intruders.ts';
import { differenceOf, expectedOf, rightfully } from './judge.ts';
import { rowOf, type Row } from './row.ts';

export interface People {
  /** Owner of what is made; their session ends with the walk. */
  readonly owner: User;
  readonly other: User;
  readonly nobody: Caller;
}

export const endpointRows = (endpoints: readonly Endpoint[]): Row[] =>
  endpoints.map(({ id, method, path }) => rowOf(id, `${method} ${path}`));

const NO_SESSION = 'it needs a session of the auth service (E2E_TOKEN_SOURCE=auth-service)';

/** Why the rightful user does not call it. */
const obstacleTo = (endpoint: Endpoint, { owner }: People, { bypassKey }: Environment): string | undefined => {
  const spends = endpoint.id === 'auth.refresh' || endpoint.id === 'auth.logout';
  if (spends && owner.session.refreshToken === undefined) return NO_SESSION;
  return endpoint.bypassKey === true && bypassKey === undefined ? 'E2E_OAUTH_SIMULATION_KEY is not set' : undefined;
};

const NETWORK: readonly FailureClass[] = ['dns', 'tcp-refused', 'tcp-reset', 'tls', 'deadline'];
/** So many requests in a row without a response, and the server is gone: the rest would take hours. */
const GONE = 10;

/** Walks through the table once, with or without the detection headers, and notes what differs. */
export const checkEndpoints = async (
  endpoints: readonly Endpoint[],
  people: People,
  marker: string,
  detection: boolean,
  environment: Environment,
  rows: ReadonlyMap<string, Row>,
): Promise<void> => {
  const { owner } = people;
  const own = ownOf(owner, marker);
  const intruders = await intrudersOf(people);
  const headers = detection ? 'with' : 'without';
  let unanswered = 0;

  const optionsOf = ({ bypassKey }: Endpoint): CallOptions => ({
    detection,
    ...(bypassKey === true ? { headers: { [BYPASS_KEY_HEADER]: environment.bypassKey ?? '' } } : {}),
  });

  for (const endpoint of endpoints) {
    const row = rows.get(endpoint.id);
    if (row === undefined) throw new Error(`no row for ${endpoint.id}`);
    const check = async (who: string, work: () => Promise<string | undefined>): Promise<void> => {
      const differs = (what: string) => row.differences.push(`${who}, ${headers} the detection headers: ${what}`);
      try {
        const difference = await work();
        if (difference !== undefined) differs(difference);
        unanswered = 0;
      } catch (error) {
        if (error instanceof NotMadeError) {
          row.unchecked.add(error.message);
          return;
        }
        if (!(error instanceof ClassifiedError)) throw error;
        unanswered = NETWORK.includes(error.failureClass) ? unanswered + 1 : 0;
        const { promise } = failureOf(error.message);
        if (unanswered === GONE)
          throw new SetupError(`${GONE} requests in a row got no response. The last: ${promise}`);
        differs(promise);
      }
      row.checks++;
    };
    const tryAs = async ({ kind, name, caller }: Intruder): Promise<void> => {
      const expected = expectedOf(endpoint, kind);
      if (expected === undefined) return;
      await check(name, async () => {
        const reply = await caller.send(endpoint, sampleOf(endpoint, own), optionsOf(endpoint));
        return differenceOf(endpoint, reply, expected);
      });
    };
    // What is not made yet belongs to whoever makes it.
    const [before, after] =
      endpoint.makes === undefined ? [intruders, []] : [intruders.slice(0, -1), intruders.slice(-1)];
    for (const intruder of before) await tryAs(intruder);
    const tryError = async (meaning: Meaning): Promise<void> => {
      const call = callFor(endpoint, meaning, own);
      if (call === undefined) return;
      await check(`rightful user, ${meaning}`, async () => {
        // Throws where the record is missing that the call is about.
        sampleOf(endpoint, own);
        return differenceOf(endpoint, await owner.send(endpoint, call, optionsOf(endpoint)), meaning);
      });
    };
    const obstacle = obstacleTo(endpoint, people, environment);
    if (obstacle !== undefined) row.unchecked.add(obstacle);
    else
      await check('rightful user', async () => {
        let difference: string | undefined;
        await walk(owner, own, [endpoint], optionsOf, (_endpoint, reply) => {
          difference = differenceOf(endpoint, reply, rightfully(endpoint.access));
        });
        return difference ?? (await streamDifference(endpoint, owner, sampleOf(endpoint, own), detection));
      });
    if (obstacle === undefined) for (const meaning of meaningsOf(endpoint)) await tryError(meaning);
    if (endpoint.access === 'administrator') row.unchecked.add('its 200, which needs an administrator');
    for (const intruder of after) await tryAs(intruder);
  }
};

/** Reads an event stream to its end, or its first frame where it has none. */
const streamDifference = async (
  endpoint: Endpoint,
  owner: User,
  call: ReturnType<typeof sampleOf>,
  detection: boolean,
): Promise<string | undefined> => {
  const { id, method, frame, endless } = endpoint;
  if (frame === undefined) return undefined;
  const stream = await owner.open(id, endpoint, call, { detection });
  try {
    if (endless === true) await stream.next();
    else await stream.all();
    return framesOf(id, stream.frames, frame).length === 0 ? `${method} ${endpoint.path} -> no frame` : undefined;
  } finally {
    stream.abort();
  }
};
