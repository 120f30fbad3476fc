/** Section 3 of FAULTS.md, one call a row. */
import { caseOf, except, tests, TESTS, type Case, type Layer } from './expectation.ts';

type Row = Partial<Omit<Case, 'red' | 'free' | 'degraded' | 'oneOf' | 'causes'>> & {
  readonly red?: string;
  readonly oneOf?: string;
  readonly degraded?: string;
  readonly free?: string;
  /** All tests that are named nowhere else are free. */
  readonly othersFree?: true;
  readonly cause: string;
  readonly bracketed?: readonly string[];
};

const fault = (layer: Layer, id: string, origin: 'history' | 'realistic', row: Row): Case => {
  const { red, oneOf, degraded, free, othersFree, cause, bracketed, ...rest } = row;
  const named = {
    red: red === 'all' ? TESTS : tests(red ?? ''),
    oneOf: tests(oneOf ?? ''),
    degraded: tests(degraded ?? ''),
  };
  return caseOf({
    id,
    kind: 'fault',
    layer,
    origin,
    ...named,
    free: othersFree === true ? except(named.red, named.oneOf, named.degraded) : tests(free ?? ''),
    causes: { right: [cause], bracketed: bracketed ?? [] },
    // Where preflight stops the run there is one failure, not twenty-two.
    ...(red === 'all' ? { estimate: 8_000 } : {}),
    ...rest,
  });
};

const H = 'history';
const R = 'realistic';
const SOCKETS = '01–04, 16';

const NETWORK: readonly Case[] = [
  fault('network', 'net-refused', H, { red: 'all', cause: 'tcp-refused' }),
  fault('network', 'net-reset', H, { red: 'all', cause: 'tcp-reset' }),
  fault('network', 'net-wrong-host', H, { red: 'all', cause: 'dns-name-not-found' }),
  // The authority of the certificate has to be known before the suite starts, so the case starts the stand-in itself.
  fault('network', 'net-tls-wrong-name', H, { red: 'all', cause: 'tls-wrong-host', standin: 'external' }),
  fault('network', 'platform-503-wall', H, { red: 'all', cause: 'platform-unavailable' }),
  fault('network', 'platform-cold-start', H, {
    red: 'all',
    cause: 'cold-start',
    bracketed: ['platform-unavailable'],
    estimate: 14_000,
  }),
  fault('network', 'platform-slow', H, {
    red: '11',
    othersFree: true,
    cause: 'latency-over-budget',
    // Nearly every test runs into its time-out, waiting.
    workers: 4,
    estimate: 120_000,
  }),
  fault('network', 'platform-redeploy', H, {
    oneOf: '12, 15–18',
    othersFree: true,
    cause: 'redeploy',
    bracketed: ['instance-crash'],
    estimate: 25_000,
  }),
  fault('network', 'platform-access-denied', R, { red: 'all', cause: 'platform-access-denied' }),
  fault('network', 'edge-strips-auth-header', H, { red: SOCKETS, cause: 'token-carrier-lost' }),
  fault('network', 'edge-ip-ban', H, { red: '17, 18', othersFree: true, cause: 'edge-ip-ban', estimate: 45_000 }),
];

const HANDSHAKE: readonly Case[] = [
  fault('handshake', 'ws-upgrade-503-not-ready', H, { red: SOCKETS, cause: 'ws-readiness-gate' }),
  fault('handshake', 'ws-upgrade-403', H, { red: SOCKETS, cause: 'ws-handshake-refused' }),
  fault('handshake', 'ws-route-missing', R, { red: '01–04, 06, 16, 18', cause: 'ws-route-missing' }),
  fault('handshake', 'ws-upgrade-hang', H, { red: SOCKETS, cause: 'ws-handshake-hang', estimate: 30_000 }),
  fault('handshake', 'ws-subprotocol-none', H, { red: SOCKETS, cause: 'subprotocol-not-selected' }),
];

const AUTHENTICATION: readonly Case[] = [
  fault('authentication', 'auth-ws-no-token-accepted', H, { red: SOCKETS, cause: 'auth-bypass' }),
  fault('authentication', 'auth-ws-bad-token-accepted', H, { red: '02, 16', cause: 'auth-token-not-validated' }),
  fault('authentication', 'auth-expired-token-accepted', H, {
    free: '02, 21',
    cause: 'auth-token-not-validated',
    blindSpot: 'the suite cannot sign tokens and does not wait 900 s for one to expire',
  }),
  fault('authentication', 'auth-refresh-as-access', R, { red: '02, 21', cause: 'auth-token-not-validated' }),
  fault('authentication', 'auth-ws-valid-token-rejected', H, { red: SOCKETS, cause: 'auth-valid-token-rejected' }),
  fault('authentication', 'auth-secret-mismatch', H, { red: 'all', cause: 'auth-secret-mismatch', estimate: 60_000 }),
  fault('authentication', 'auth-refusal-leaks-token', H, { red: '02', free: '16', cause: 'auth-detail-leak' }),
  fault('authentication', 'auth-test-login-refused', H, { red: 'all', cause: 'test-credentials' }),
];

const WELCOME: readonly Case[] = [
  fault('welcome', 'ws-close-1011-after-accept', H, { red: '01–04', cause: 'ws-crash-after-accept' }),
  fault('welcome', 'ws-close-1011-after-accept:delay=0', H, { red: '01–04', cause: 'ws-crash-after-accept' }),
  fault('welcome', 'ws-drop-after-accept', H, { red: SOCKETS, cause: 'ws-crash-after-accept' }),
  fault('welcome', 'ws-factory-failed', H, { red: '01–04', cause: 'ws-factory-failure' }),
  fault('welcome', 'ws-close-1000-main-cleanup', H, { red: SOCKETS, cause: 'ws-closed-early' }),
  fault('welcome', 'ws-no-welcome', H, { red: SOCKETS, cause: 'welcome-missing', estimate: 30_000 }),
  fault('welcome', 'ws-welcome-degraded', H, {
    red: SOCKETS,
    cause: 'service-degraded',
    bracketed: ['welcome-missing'],
    estimate: 30_000,
  }),
  fault('welcome', 'ws-welcome-other-user', H, { red: SOCKETS, cause: 'identity-mixup' }),
  fault('welcome', 'ws-mute', H, { red: SOCKETS, cause: 'ws-mute', estimate: 30_000 }),
  fault('welcome', 'ws-zombie', H, { red: SOCKETS, cause: 'ws-zombie', estimate: 30_000 }),
];

const MESSAGES: readonly Case[] = [
  fault('messages', 'msg-crash-1011', H, { red: SOCKETS, cause: 'message-handler-crash' }),
  fault('messages', 'msg-chat-swallowed', H, { red: '03, 04', cause: 'message-swallowed' }),
  fault('messages', 'msg-ack-only', H, { red: '03, 04', cause: 'message-swallowed' }),
  fault('messages', 'msg-bad-json-kills-socket', R, {
    red: '03',
    cause: 'message-handler-crash',
    bracketed: ['message-contract'],
  }),
  fault('messages', 'msg-oversize-dropped', H, { red: '03', cause: 'message-contract' }),
];

const AGENTS: readonly Case[] = [
  fault('agents', 'agent-ws-canned', H, { red: '03, 04', cause: 'agent-fake-answer' }),
  fault('agents', 'agent-http-mock', H, { red: '07', cause: 'agent-fake-answer' }),
  fault('agents', 'agent-failure-inside-200', H, {
    red: '07, 11, 16, 19, 20',
    cause: 'agent-reported-failure',
    bracketed: ['agent-service-down'],
  }),
  fault('agents', 'agent-fallback-with-token', H, {
    red: '07, 09, 11, 16, 19, 20, 22',
    cause: 'agent-fake-answer',
    bracketed: ['agent-service-down'],
  }),
  fault('agents', 'agent-ws-tools-missing', H, { red: '03, 04', cause: 'event-delivery-lost' }),
  fault('agents', 'agent-ws-duplicated', R, { red: '03, 04', cause: 'event-order' }),
  fault('agents', 'agent-ws-out-of-order', R, { red: '03, 04', cause: 'event-order' }),
  fault('agents', 'agent-ws-wrong-run', H, { red: '03, 04', cause: 'event-misrouted' }),
  fault('agents', 'agent-stalls', H, {
    red: '03, 04, 07, 08, 11, 16, 19, 20',
    free: '09, 22',
    cause: 'agent-stalled',
    estimate: 60_000,
  }),
  fault('agents', 'agent-sse-error', H, { red: '08', cause: 'agent-reported-failure' }),
  fault('agents', 'agent-sse-buffered', R, { red: '08', cause: 'stream-buffered' }),
];

const rest500 = (route: string, red: string): Case =>
  fault('rest', `rest-500-route:route=${route}`, H, { red, cause: 'app-5xx' });

const REST: readonly Case[] = [
  fault('rest', 'rest-500', H, { red: '05–22', degraded: '03', cause: 'app-5xx', estimate: 60_000 }),
  rest500('chat-stream', '08'),
  rest500('tools', '10'),
  rest500('profile', '21'),
  rest500('run-status', '09'),
  rest500('messages-card', '12'),
  fault('rest', 'serves-tests-only', R, {
    red: '01, 05–07, 09, 10, 12, 13, 21, 22',
    cause: 'served-to-tests-only',
  }),
  fault('rest', 'serves-tests-only:by=agent', R, {
    red: '01, 05–07, 09, 10, 12, 13, 21, 22',
    cause: 'served-to-tests-only',
  }),
  fault('rest', 'rest-write-not-stored', H, { red: '12, 15–18', free: '08', cause: 'persistence-lost' }),
  fault('rest', 'rest-instance-local-store', H, {
    red: '12, 15, 18',
    free: '08, 16, 17',
    cause: 'instance-local-state',
  }),
  fault('rest', 'thread-update-lost', H, { red: '13', cause: 'persistence-lost' }),
  fault('rest', 'thread-switch-stale', H, { red: '14', free: '13, 15', cause: 'thread-mixup' }),
  fault('rest', 'history-offset-off-by-one', R, { red: '15', cause: 'pagination-wrong' }),
  fault('rest', 'history-total-wrong', R, { red: '15', cause: 'pagination-wrong' }),
];

const REMAINING: readonly Case[] = [
  fault('discovery', 'discovery-localhost', R, { red: '05', cause: 'config-wrong' }),
  fault('discovery', 'config-limits-mismatch', R, { red: '01, 06', cause: 'config-wrong' }),

  fault('isolation', 'iso-messages-by-label', H, { red: '16', cause: 'isolation-breach-http' }),
  fault('isolation', 'iso-thread-open', H, { red: '14, 16', cause: 'isolation-breach-http' }),
  fault('isolation', 'iso-ws-broadcast', H, { red: '04, 16', free: '01–03', cause: 'isolation-breach-ws' }),
  fault('isolation', 'iso-first-call-admin', H, { red: '06', cause: 'privilege-escalation' }),

  fault('limits', 'perf-connect-blocks', H, {
    red: '04',
    free: '01–03, 05–10, 12–16, 19–22',
    cause: 'event-loop-stall',
    bracketed: ['concurrency-collapse'],
    // Connects queue behind each other, so the last ones are upgrades that nobody answers in time.
    classes: ['ws-upgrade'],
    estimate: 90_000,
  }),
  fault('limits', 'limit-socket-leak', H, { red: '02, 04', free: '01, 16', cause: 'ws-connection-limit' }),
  fault('limits', 'limit-not-enforced', H, { red: '18', degraded: '03', cause: 'app-rate-limit' }),
  fault('limits', 'limit-not-enforced:headers=off', H, {
    degraded: '03, 18',
    cause: 'app-rate-limit',
    note: 'a limit that nobody advertises is no broken promise, so 18 is degraded',
  }),
  fault('limits', 'limit-429-without-retry-after', R, { red: '18', cause: 'app-rate-limit' }),
  fault('limits', 'load-503-above-twelve', R, {
    red: '17',
    cause: 'concurrency-collapse',
    bracketed: ['intermittent-5xx'],
  }),

  fault('errors', 'err-stack-trace', H, {
    red: '19',
    free: '05–10, 12–18, 20–22',
    cause: 'error-detail-leak',
    estimate: 45_000,
  }),
  fault('errors', 'err-html-instead-of-json', H, {
    red: '05–22',
    degraded: '03',
    cause: 'edge-misroute',
    estimate: 60_000,
  }),
  fault('errors', 'err-4xx-as-500', H, { red: '14, 18, 19, 22', cause: 'error-status-wrong' }),

  fault('sessions', 'session-refresh-reusable', R, { red: '21', cause: 'session-refresh-reuse' }),
  fault('sessions', 'session-logout-ignored', R, { red: '02, 21', cause: 'session-logout-ignored' }),
  fault('sessions', 'session-expires-in-lie', H, { red: '21', cause: 'session-lifetime-wrong' }),

  fault('lifecycle', 'lifecycle-stop-ignored', R, { red: '22', cause: 'lifecycle-state-wrong' }),
  fault('lifecycle', 'lifecycle-any-id-succeeds', H, {
    red: '09, 22',
    cause: 'lifecycle-state-wrong',
    bracketed: ['agent-fake-answer'],
  }),

  fault('health', 'health-green-agents-dead', H, {
    red: '03, 04, 07, 08, 11, 16, 19, 20',
    free: '09, 22',
    cause: 'agent-service-down',
    estimate: 50_000,
  }),
  fault('health', 'health-flapping', R, { red: '11, 17, 20', free: '01, 04, 18', cause: 'health-flapping' }),
  fault('health', 'health-ready-lies', R, { red: '01, 20', free: '11', cause: 'health-untruthful' }),
  fault('health', 'ws-health-degraded', R, {
    degraded: '01',
    cause: 'service-degraded',
    note: 'an honest report of trouble by a server that works',
  }),
];

export const FAULTS: readonly Case[] = [
  ...NETWORK,
  ...HANDSHAKE,
  ...AUTHENTICATION,
  ...WELCOME,
  ...MESSAGES,
  ...AGENTS,
  ...REST,
  ...REMAINING,
];
