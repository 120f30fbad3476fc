/** The platform, seen by the suite's own preflight, with what to do about each of its findings. */
import { e2eTestingExpected, wsHealthReply } from '../contract/health.ts';
import { REMOTE_DEADLINES, STANDIN_DEADLINES, type Deadlines } from '../contract/limits.ts';
import { DEFAULT_RELEASE } from '../contract/releases.ts';
import { failureOf } from '../evidence/failure.ts';
import type { PreflightCheck, PreflightReport } from '../evidence/preflight.ts';
import type { Exchange } from '../evidence/trace.ts';
import { Caller } from '../../fixtures/caller.ts';
import type { Environment, Target } from '../../fixtures/environment.ts';
import { Agents, HttpClient } from '../../fixtures/http-client.ts';
import { TokenSource } from '../../fixtures/identities.ts';
import { unpaced } from '../../fixtures/pace.ts';
import { runPreflight } from '../../fixtures/preflight.ts';
import { Recorder } from '../../fixtures/recorder.ts';
import { Sockets } from '../../fixtures/sockets.ts';
import { Spending } from '../../fixtures/spending.ts';
import { readAuthority, trustIn } from '../../fixtures/trust.ts';
import { User } from '../../fixtures/user.ts';
import { messageOf, type Finding } from './finding.ts';

/** Milliseconds: somebody is waiting in front of a terminal, also where nothing answers. */
const PATIENCE = { http: 4_000, upgrade: 4_000, welcome: 5_000, warmUp: 6_000 } as const;
const patient = (deadlines: Deadlines): Deadlines => ({
  ...deadlines,
  http: Math.min(deadlines.http, PATIENCE.http),
  upgrade: Math.min(deadlines.upgrade, PATIENCE.upgrade),
  welcome: Math.min(deadlines.welcome, PATIENCE.welcome),
  warmUp: Math.min(deadlines.warmUp, PATIENCE.warmUp),
});

/** A token is refused when it was made more than 60 s in the future; half of that leaves room for the journey. */
const MOST_SKEW_SECONDS = 30;

type PreflightId = PreflightCheck['id'];

const ORDER: readonly PreflightId[] = [
  'dns',
  'tcp',
  'tls',
  'health',
  'target',
  'token',
  'token-accepted',
  'contract',
  'socket',
  'ws-health',
];

const NETWORK: readonly PreflightId[] = ['dns', 'tcp', 'tls'];

const TODO: Readonly<Record<PreflightId, string>> = {
  dns: 'Is the host in E2E_BASE_URL spelled right? Does this machine need a VPN or another name server?',
  tcp: 'Is the service started, is the port right, and does a firewall or VPN stand between?',
  tls: 'The certificate does not fit. Is the host in E2E_BASE_URL the one it was made for? For an authority of your own set E2E_CA_FILE.',
  health: 'Read what /health says above; while the service starts, wait and run this again.',
  target: 'Point E2E_BASE_URL at a real staging.',
  token: 'Nobody can log in, so nothing can be tested; the line above says what to change.',
  'token-accepted':
    "The API does not take the auth service's token: compare the signing secret of both services, and E2E_AUTH_URL with E2E_BASE_URL.",
  contract: 'E2E_CONTRACT names the release; every difference above makes the claims about it red.',
  socket: 'HTTP works and the socket does not. Run npx playwright test --grep P1-01: its report names the cause.',
  'ws-health': 'GET /ws/health does not say what it should; the line above says what came.',
};

/** Without class and key, which are for the record. */
const plain = (detail: string): string => failureOf(detail).promise;

const asFinding = ({ id, outcome, detail }: PreflightCheck): Finding => ({
  what: id,
  outcome: outcome === 'not-run' ? 'not-checked' : outcome,
  detail: plain(detail),
  ...(outcome === 'failed' ? { todo: TODO[id] } : {}),
});

/** Difference of the clocks, from the first answer with a date; the journey counts half. */
const checkClock = (exchanges: readonly Exchange[]): Finding => {
  const dated = exchanges.find(({ headers, phases }) => headers['date'] !== undefined && phases.head !== null);
  if (dated === undefined)
    return { what: 'clock', outcome: 'not-checked', detail: 'no answer said what time it is there' };
  const middle = dated.startedAt + (dated.phases.head ?? 0) / 2;
  // The header knows whole seconds.
  const theirs = Date.parse(dated.headers['date'] ?? '');
  if (Number.isNaN(theirs))
    return { what: 'clock', outcome: 'not-checked', detail: 'the Date header of the target is no time' };
  const skew = Math.round((middle - theirs - 500) / 1_000);
  const detail = `this machine is ${skew === 0 ? 'on time' : `${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}`}`;
  return Math.abs(skew) <= MOST_SKEW_SECONDS
    ? { what: 'clock', outcome: 'ok', detail }
    : { what: 'clock', outcome: 'failed', detail, todo: 'Set the clock (NTP); tokens from another time are refused.' };
};

/** Whether the server knows that it is under test, as it says itself. */
export const checkDetection = ({ detection, wsHealth }: Pick<PreflightReport, 'detection' | 'wsHealth'>): Finding => {
  const parsed = wsHealthReply.shape.e2e_testing.safeParse(detection.server);
  if (wsHealth === null || !parsed.success)
    return { what: 'e2e detection', outcome: 'not-checked', detail: '/ws/health did not say' };
  const { enabled, variables } = parsed.data;
  const expected = e2eTestingExpected(variables);
  const detail = `${Object.keys(detection.sent).join(', ')} are sent; the server says e2e_testing.enabled ${enabled}`;
  return enabled === expected
    ? {
        what: 'e2e detection',
        outcome: 'ok',
        detail: `${detail}${enabled ? '' : ', as a server without test variables should'}`,
      }
    : {
        what: 'e2e detection',
        outcome: 'failed',
        detail,
        todo: `By the server's own variables it has to be ${expected}; whoever runs the server should look at /ws/health.`,
      };
};

const checkAuth = async (client: HttpClient, deadlines: Deadlines, target: Target): Promise<Finding> => {
  const nobody = new Caller(client, { label: 'none', token: undefined }, deadlines);
  try {
    const { status } = await nobody.auth.health.response({
      connection: 'fresh',
      deadline: deadlines.http,
      connectWithin: deadlines.http,
    });
    if (status === 200) return { what: 'auth service', outcome: 'ok', detail: `${target.auth} is healthy` };
    return {
      what: 'auth service',
      outcome: 'failed',
      detail: `GET ${target.auth}/health -> ${status}, expected 200`,
      todo: 'Is E2E_AUTH_URL the origin of the auth service, and is its database up?',
    };
  } catch (error) {
    return {
      what: 'auth service',
      outcome: 'failed',
      detail: plain(messageOf(error)),
      todo: 'Is E2E_AUTH_URL right, is the service started, and does a firewall or VPN stand between?',
    };
  }
};

/** Looks at API, auth service and socket; the two services at once. */
export const checkPlatform = async (environment: Environment, target: Target): Promise<Finding[]> => {
  const deadlines = patient(target.kind === 'remote' ? REMOTE_DEADLINES : STANDIN_DEADLINES);
  const agents = new Agents(trustIn(readAuthority(environment)));
  const spending = new Spending();
  const recorder = new Recorder(() => Infinity);
  const ofAuth = new Recorder(() => Infinity);
  let release = environment.contract ?? DEFAULT_RELEASE;
  const inUse = () => release;
  const clientWith = (own: Recorder) =>
    new HttpClient({
      origins: { api: target.api, auth: target.auth },
      environment: environment.name,
      deadline: deadlines.http,
      slots: unpaced,
      spending,
      onBan: undefined,
      agents,
      recorder: own,
      release: inUse,
      onPaced: () => undefined,
    });
  const client = clientWith(recorder);
  const tokens = new TokenSource(environment);
  const login = async (label: 'A' | 'B') => {
    const session = await tokens.session(client, label, `${environment.userPrefix}-doctor-${label.toLowerCase()}`);
    return new User(client, session, deadlines);
  };
  const sockets = new Sockets(
    target.ws,
    { environment: environment.name, deadlines, recorder, trust: agents.trust, spending, release: inUse },
    'fail',
  );
  try {
    const [report, auth] = await Promise.all([
      runPreflight({
        environment,
        target,
        deadlines,
        nobody: new Caller(client, { label: 'none', token: undefined }, deadlines),
        sockets,
        recorder,
        login: async () => [await login('A'), await login('B')],
        useRelease: (chosen) => (release = chosen),
      }),
      checkAuth(clientWith(ofAuth), deadlines, target),
    ]);
    const unreached = report.checks.some(({ id, outcome }) => NETWORK.includes(id) && outcome === 'failed');
    const found = ORDER.map((id): Finding => {
      const check = report.checks.find((one) => one.id === id);
      // What a missing network takes along is no finding of its own.
      return check === undefined || (unreached && !NETWORK.includes(id))
        ? { what: id, outcome: 'not-checked', detail: 'needs what failed above' }
        : asFinding(check);
    });
    const before = ORDER.indexOf('token');
    return [
      ...found.slice(0, before),
      checkClock([...recorder.exchanges, ...ofAuth.exchanges]),
      auth,
      ...found.slice(before),
      checkDetection(report),
    ];
  } finally {
    await sockets.disposeAll();
    agents.close();
  }
};
