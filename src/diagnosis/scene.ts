/** Everything the run left behind, in one place: views of the red tests' wire and what the probes answered. */
import { GIVEN } from '../evidence/parts.ts';
import type { TestEvidence } from '../evidence/trace.ts';
import type { DiagnosedFailure, DiagnosedTest, DiagnosisInput } from './input.ts';
import { httpView, isHtml, isSuccess, objectOf, tokenKind, type HttpView } from './http-view.ts';
import { isChatSocket, refusedWell, socketView, welcomed, type SocketView } from './socket-view.ts';
import { probesOf, type ProbeAnswers } from './probe-answers.ts';

/** What has to be explained: a red test, or a failed part of one. */
export interface Unit {
  readonly key: string;
  readonly id: string;
  /** Null: the whole test. */
  readonly part: string | null;
}

/** One failed attempt of one unit, with what it did itself and what it stands on. */
export interface RedAttempt {
  /** Key of the unit. */
  readonly test: string;
  readonly attempt: number;
  readonly failures: readonly DiagnosedFailure[];
  readonly exchanges: readonly HttpView[];
  readonly sockets: readonly SocketView[];
  readonly startedAt: number;
  /** The suite's own process stood still for so long. */
  readonly lagMs: number;
  readonly hasEvidence: boolean;
}

/** Works out once an attempt what every exchange of it is compared with. */
export const onceAnAttempt = <Value>(workOut: (attempt: RedAttempt) => Value): ((attempt: RedAttempt) => Value) => {
  const known = new WeakMap<RedAttempt, { readonly value: Value }>();
  return (attempt) => {
    const before = known.get(attempt) ?? { value: workOut(attempt) };
    known.set(attempt, before);
    return before.value;
  };
};

export interface Scene {
  readonly input: DiagnosisInput;
  readonly red: readonly RedAttempt[];
  readonly units: readonly Unit[];
  /** Wire of the red tests and of the probes. */
  readonly exchanges: readonly HttpView[];
  readonly sockets: readonly SocketView[];
  readonly probes: ProbeAnswers;
  /** Ids of tests that ended green: what they do works. */
  readonly green: ReadonlySet<string>;
  /** `/health` works, as far as anybody asked; null = nobody did. */
  readonly healthy: boolean | null;
  /** The API serves some requests properly. */
  readonly apiServes: boolean;
  /** HTTP accepts valid tokens on required routes: yes, no, sometimes (null = not seen). */
  readonly tokenGood: boolean | null;
  /** Preflight ended the run before the 22. */
  readonly stopped: boolean;
}

export const isRed = (test: DiagnosedTest, stopped: boolean): boolean =>
  test.result === 'failed' || (test.result === 'unverified' && stopped);

const PUBLIC =
  /^\/(?:health|ws\/|api\/config\/public|api\/discovery|api\/agents\/stream$|api\/tools\/categories|api\/mcp\/|api\/messages\/?$)/;
export const isRequiredRoute = (view: HttpView): boolean =>
  view.x.surface === 'api' && view.path.startsWith('/api/') && !PUBLIC.test(view.x.method === 'GET' ? view.path : '');

const tokenGoodOf = (exchanges: readonly HttpView[], probes: ProbeAnswers): boolean | null => {
  if (probes.httpToken !== null) return probes.httpToken;
  const tries = exchanges.filter((view) => isRequiredRoute(view) && tokenKind(view.x.identity) === 'valid');
  const served = tries.filter(({ x }) => isSuccess(x) && !isHtml(x));
  // A login just used up by a logout is refused rightly: only a refusal that nobody expected counts.
  const refused = tries.filter(({ x }) => x.status === 401 && !(x.expected ?? '').includes('401'));
  if (served.length > 0) return true;
  return refused.length > 0 ? false : null;
};

const healthyOf = (exchanges: readonly HttpView[]): boolean | null => {
  const asked = exchanges.filter(
    ({ path, x }) => /^\/health\/?$/.test(path) && x.surface === 'api' && !x.abortedByClient,
  );
  if (asked.length === 0) return null;
  return asked.some(({ x, json }) => x.status === 200 && objectOf(json)['status'] === 'healthy');
};

const unitOf = ({ id, part }: DiagnosedTest): Unit => ({
  key: part === undefined ? id : `${id} ${part}`,
  id,
  part: part ?? null,
});

/** What a part did itself, what it stands on, and set-up and clean-up; a test that is no part did all of it. */
const belongs = ({ part }: Unit, owner: string | null): boolean =>
  part === null || owner === null || owner === GIVEN || owner === part;

const attemptOf = (
  unit: Unit,
  attempt: number,
  failures: readonly DiagnosedFailure[],
  evidence: TestEvidence | null,
): RedAttempt => ({
  test: unit.key,
  attempt,
  failures,
  exchanges: (evidence?.exchanges ?? []).flatMap((x, index) =>
    belongs(unit, x.part) ? [httpView(x, unit.id, attempt, index, unit.key)] : [],
  ),
  sockets: (evidence?.sockets ?? []).flatMap((s, index) =>
    belongs(unit, s.part) ? [socketView(s, unit.id, attempt, index, unit.key)] : [],
  ),
  startedAt: evidence?.startedAt ?? 0,
  lagMs: evidence?.eventLoopLagMs ?? 0,
  hasEvidence: evidence !== null,
});

/** Records of probes may stand in the evidence of the test that wanted them. */
const isProbe = ({ probe }: { readonly probe: string | null }): boolean => probe !== null;
const ownOf = (evidence: TestEvidence | null): TestEvidence | null =>
  evidence === null
    ? null
    : {
        ...evidence,
        exchanges: evidence.exchanges.filter((one) => !isProbe(one)),
        sockets: evidence.sockets.filter((one) => !isProbe(one)),
      };
const probedIn = (tests: readonly DiagnosedTest[]): Pick<TestEvidence, 'exchanges' | 'sockets'> => {
  const all = tests.flatMap(({ attempts }) =>
    attempts.flatMap(({ evidence }) => (evidence === null ? [] : [evidence])),
  );
  return {
    exchanges: all.flatMap(({ exchanges }) => exchanges.filter(isProbe)),
    sockets: all.flatMap(({ sockets }) => sockets.filter(isProbe)),
  };
};

/** Several parts of a test stand on the same exchanges: each counts once. */
const once = <View extends { readonly connection: string }>(views: readonly View[]): View[] => [
  ...new Map(views.toReversed().map((view) => [view.connection, view])).values(),
];

const byTime = (a: { at: number; connection: string }, b: { at: number; connection: string }): number =>
  a.at - b.at || (a.connection < b.connection ? -1 : a.connection > b.connection ? 1 : 0);

const WS_TESTS = /^P1-0[1-4]$/;

export const sceneOf = (input: DiagnosisInput): Scene => {
  const stopped = input.preflight?.stopped !== null && input.preflight !== null;
  const tests = input.tests.toSorted((a, b) => (unitOf(a).key < unitOf(b).key ? -1 : 1));
  const redTests = tests.filter((test) => isRed(test, stopped));
  const red = redTests.flatMap((test) => {
    const attempts = test.attempts.filter(({ failures, evidence }) => failures.length > 0 || evidence !== null);
    return attempts.length === 0
      ? [attemptOf(unitOf(test), 0, [], null)]
      : [...attempts]
          .sort((a, b) => a.attempt - b.attempt)
          .map(({ attempt, failures, evidence }) => attemptOf(unitOf(test), attempt, failures, ownOf(evidence)));
  });
  // What verified parts of red tests did is seen by everybody, too.
  const whole = redTests
    .filter(({ part }) => part !== undefined)
    .flatMap(({ id, attempts }) =>
      attempts.map(({ attempt, evidence }) => attemptOf({ key: id, id, part: null }, attempt, [], ownOf(evidence))),
    );
  const preflight = input.preflightEvidence ?? null;
  const inTests = probedIn(tests);
  const probed = {
    exchanges: [...input.probes.exchanges, ...inTests.exchanges],
    sockets: [...input.probes.sockets, ...inTests.sockets],
  };
  const extra: TestEvidence[] = [
    { version: 1, test: '', attempt: 0, startedAt: 0, eventLoopLagMs: 0, ...probed },
    ...(preflight === null ? [] : [preflight]),
  ];
  const nobody: Unit = { key: '', id: '', part: null };
  const all = [...red, ...whole];
  const apart = extra.map((evidence) => attemptOf(nobody, 0, [], evidence));
  const exchanges = [...once(all.flatMap((one) => one.exchanges)), ...apart.flatMap((one) => one.exchanges)].sort(
    byTime,
  );
  const sockets = [...once(all.flatMap((one) => one.sockets)), ...apart.flatMap((one) => one.sockets)].sort(byTime);
  const probes = probesOf(
    exchanges.filter(({ x }) => x.probe !== null),
    sockets.filter(({ s }) => s.probe !== null),
  );
  const green = new Set(
    tests.filter(({ result }) => result === 'verified' || result === 'degraded').map(({ id }) => id),
  );
  const greenHttp = [...green].some((id) => !WS_TESTS.test(id));
  const serves =
    greenHttp ||
    exchanges.some(({ x }) => x.surface === 'api' && isSuccess(x) && !isHtml(x) && !/\/health/.test(x.url));
  // A target that served others was not down: it fell for a while.
  const said = probes.health ?? healthyOf(exchanges);
  return {
    input,
    red,
    units: [...new Map(redTests.map(unitOf).map((unit) => [unit.key, unit])).values()],
    exchanges,
    sockets,
    probes,
    green,
    healthy: said === false && (green.size > 0 || serves) ? null : (said ?? (green.size > 0 ? true : null)),
    apiServes: serves,
    tokenGood: tokenGoodOf(exchanges, probes) ?? (greenHttp ? true : null),
    stopped,
  };
};

/** Sockets of `/ws` itself, of tests and probes. */
export const chatSockets = (scene: Scene): readonly SocketView[] => scene.sockets.filter(isChatSocket);

/** Somebody's socket got as far as its identity allows. */
export const servedSockets = (scene: Scene): readonly SocketView[] =>
  chatSockets(scene).filter((view) => welcomed(view) || refusedWell(view));
