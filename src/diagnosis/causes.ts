/** The causes the diagnosis may name: DIAGNOSIS.md section 8, no others. */
import { z } from 'zod';

interface CauseText {
  /** What is wrong, for people. */
  readonly meaning: string;
  /** What an operator does first. */
  readonly action: string;
}

export const CAUSES = {
  'runner-network': {
    meaning: 'the machine that runs the suite has no working resolver or network',
    action: 'fix the runner, repeat; says nothing about the target',
  },
  'client-caused': {
    meaning: 'our own doing: illegal subprotocol token, own limit, own close',
    action: 'file a defect of the suite',
  },
  'test-credentials': {
    meaning: 'no test token: bypass key missing, wrong or not configured',
    action: "compare the key's name and source with the auth service",
  },
  'dns-name-not-found': { meaning: 'host name does not exist', action: 'check `E2E_*_URL` and the DNS record' },
  'tcp-refused': {
    meaning: 'nothing listens on host and port',
    action: 'is the service (or the stand-in) started, is the port right',
  },
  'tcp-unreachable': { meaning: 'no route or packets dropped', action: 'firewall, VPN, egress rules' },
  'tcp-reset': {
    meaning: 'connections are reset before an answer',
    action: 'proxy or process crash loop; server and load-balancer logs',
  },
  'tls-certificate': {
    meaning: 'certificate or TLS version not acceptable',
    action: 'renew or install the chain; look for an intercepting proxy',
  },
  'tls-wrong-host': { meaning: 'certificate of another host', action: 'wrong host name or wrong load balancer' },
  'tls-scheme-mismatch': {
    meaning: 'TLS and plain text mixed up',
    action: 'correct the scheme or port in the configuration',
  },
  'platform-unavailable': {
    meaning: '5xx of the platform on every path, or start-up failed',
    action: 'platform status, last deployment, roll back',
  },
  'cold-start': {
    meaning: 'service is starting, or starts too slowly',
    action: 'wait and repeat; minimum instances, start-up phases in the log',
  },
  'platform-capacity': {
    meaning: 'no instance free, request queued and refused',
    action: 'maximum instances, concurrency, quota',
  },
  'platform-access-denied': {
    meaning: 'platform refuses every caller (IAM, IAP)',
    action: 'invoker rights of the service',
  },
  'edge-request-blocked': {
    meaning: 'a filter at the edge refuses certain requests',
    action: 'filter log; rules on JSON bodies and upgrades',
  },
  'edge-ip-ban': {
    meaning: 'too many requests from one address',
    action: 'wait for the ban to end, lower the rate, exempt the runner',
  },
  'edge-misroute': {
    meaning: 'another system or an intermediary answers at this address',
    action: 'routing rules, front-end fallback, redirects',
  },
  'edge-timeout': {
    meaning: 'a hop ends connections at a fixed age',
    action: "raise that hop's timeout; clients must reconnect",
  },
  'upgrade-not-carried': {
    meaning: 'a hop cannot carry the upgrade',
    action: 'keep `Upgrade` and `Connection`; no HTTP/2 to the backend',
  },
  redeploy: { meaning: 'the target was replaced during the run', action: 'run again on one build; the run is void' },
  'instance-crash': { meaning: 'an instance died with all its sockets', action: 'memory, exit code, crash log' },
  'ws-readiness-gate': {
    meaning: 'socket service refuses until dependencies are ready',
    action: 'the services named in `failed_services`',
  },
  'ws-handshake-refused': {
    meaning: '`/ws` refuses before accept, whatever the token',
    action: 'pre-accept checks, required headers, service credentials',
  },
  'ws-route-missing': { meaning: 'no socket route at this path', action: 'router registration of this build' },
  'ws-handshake-app-error': { meaning: 'exception during the handshake', action: 'server trace at that second' },
  'ws-handshake-hang': { meaning: 'upgrade never answered, HTTP fine', action: 'blocking call before accept' },
  'subprotocol-not-selected': {
    meaning: 'server selects none of the offered subprotocols',
    action: 'select `jwt-auth`; browsers cannot connect',
  },
  'subprotocol-invalid': {
    meaning: 'server selects one that was not offered, or closes because of it',
    action: 'negotiation code, list of supported names',
  },
  'token-carrier-lost': {
    meaning: 'token is stripped or not read on one of its three ways',
    action: 'header rules of the load balancer; extraction code',
  },
  'auth-bypass': {
    meaning: 'socket served without a token',
    action: 'security incident: switch off bypass and demo modes',
  },
  'auth-token-not-validated': {
    meaning: 'forged, expired or wrong-type token accepted',
    action: 'security incident: signature, `exp`, `token_type` checks',
  },
  'auth-valid-token-rejected': {
    meaning: 'valid token refused on one surface or at times',
    action: 'validation path of that surface, reuse and clock checks',
  },
  'auth-secret-mismatch': {
    meaning: 'issuer and API disagree on every token',
    action: "compare the signing secret's version on both services",
  },
  'auth-service-down': { meaning: 'token validation is not available', action: 'auth service health and its database' },
  'auth-detail-leak': { meaning: 'refusal shows parts of token or headers', action: 'strip details from refusals' },
  'identity-mixup': {
    meaning: 'served as another user than the token names',
    action: 'security incident: identity binding',
  },
  'service-credential': {
    meaning: "the API's own credential to a dependency is refused",
    action: 'service account and its secret',
  },
  'privilege-escalation': {
    meaning: "ordinary user has administrator's rights",
    action: 'security incident: role assignment of new users',
  },
  'anonymous-access': {
    meaning: 'data or actions without a token',
    action: "security incident: route's auth dependency",
  },
  'ws-crash-after-accept': {
    meaning: 'handler fails between accept and welcome',
    action: 'trace of the `/ws` handler; last change to it',
  },
  'ws-factory-failure': {
    meaning: 'per-user socket objects cannot be made',
    action: 'factory validation named in the frame',
  },
  'ws-closed-early': {
    meaning: 'server closes in good order before work is done',
    action: 'clean-up path of the handler; swallowed exception',
  },
  'ws-crash-after-welcome': {
    meaning: 'handler fails right after the welcome',
    action: 'state after welcome: registration, heartbeat task',
  },
  'welcome-missing': { meaning: 'socket works but never says it is ready', action: 'step that sends the welcome' },
  'welcome-late': { meaning: 'welcome comes after its deadline', action: 'blocking work or waits before it' },
  'welcome-malformed': { meaning: 'welcome in another shape', action: 'message format change without contract change' },
  'service-degraded': {
    meaning: 'service runs in degraded or maintenance mode',
    action: 'the collectors and services it names',
  },
  'ws-mute': { meaning: 'accepted, then nothing, not even a welcome', action: 'handler stuck before its first frame' },
  'ws-zombie': { meaning: 'welcomed, then nothing is processed', action: 'message loop not reached or ended' },
  'heartbeat-missing': { meaning: 'no pong, or no periodic ping', action: 'heartbeat task, ping handler' },
  'ws-connection-identity': { meaning: 'sockets share an id or state', action: 'id generation, registry keys' },
  'ws-connection-limit': {
    meaning: 'places of closed sockets are not freed, or limit wrong',
    action: 'clean-up of the connection registry',
  },
  'overload-shed': { meaning: 'server refuses to take more now', action: 'load, scaling, repeat later' },
  'ws-protocol-violation': {
    meaning: 'illegal frames or close codes',
    action:
      'first a proxy that writes the handshake or frames anew; then code that writes close codes, library version',
  },
  'event-loop-stall': { meaning: 'one action stops everybody', action: 'blocking calls in connect or run' },
  'message-handler-crash': { meaning: 'a message type kills the socket', action: 'trace of that handler' },
  'message-swallowed': { meaning: 'message accepted, nothing happens', action: 'routing, silently caught exceptions' },
  'message-rejected': { meaning: 'valid messages answered by errors', action: 'error code in the frame' },
  'message-contract': { meaning: 'wrong ack, error or size handling', action: 'C 8.4 line by line' },
  'agent-fake-answer': {
    meaning: 'canned, mock or fallback text instead of an answer',
    action: 'find the fallback branch; why was it taken',
  },
  'agent-reported-failure': {
    meaning: 'agent says it failed, inside a 200 or an event',
    action: 'error text of the reply',
  },
  'agent-service-down': { meaning: 'no agent runs on any surface', action: 'agent service, its dependencies, breaker' },
  'agent-stalled': { meaning: 'runs start and do not end', action: 'worker, model call, stuck shared object' },
  'agent-run-crash': { meaning: 'socket or worker dies during a run', action: 'trace at the start of the run' },
  'event-delivery-lost': {
    meaning: 'run was executed, events did not arrive',
    action: 'event bridge, dispatcher, routing key',
  },
  'event-order': { meaning: 'events doubled or in wrong order', action: 'emitters sending twice, unordered tasks' },
  'event-misrouted': { meaning: "events with another run's or thread's id", action: 'run and thread keys' },
  'event-contract': { meaning: 'required event fields missing', action: 'payload builder' },
  'stream-buffered': { meaning: 'stream arrives at once at the end', action: 'buffering proxy or missing flush' },
  'stream-broken': { meaning: 'stream malformed, cut or endless', action: 'generator and its end' },
  'served-to-tests-only': {
    meaning: 'requests that look like an E2E test are served, the same ones of a customer are not',
    action: 'find what reads the detection headers or the user agent: application, gateway, bot filter',
  },
  'app-5xx': { meaning: 'application error on named routes', action: 'trace by `trace_id`' },
  'gateway-5xx': {
    meaning: 'a gateway answered in place of the application',
    action: 'what stands behind the gateway: an instance that crashed or was replaced, its health check, its timeout',
  },
  'intermittent-5xx': { meaning: 'errors at random', action: 'one bad instance, connector, pool' },
  'route-missing': { meaning: 'routes of the contract are absent', action: 'build and router registration' },
  'dependency-down': { meaning: 'a dependency is reported disconnected', action: 'that dependency' },
  'persistence-lost': { meaning: 'confirmed write is not there', action: 'commit, change tracking, read path' },
  'instance-local-state': {
    meaning: 'data visible on some requests only',
    action: 'in-memory store behind several instances',
  },
  'data-corrupted': { meaning: 'content altered or lost on the way', action: 'field names, encoding, truncation' },
  'thread-mixup': { meaning: "another thread's messages of the same user", action: 'cache keys' },
  'pagination-wrong': { meaning: 'page, total or order wrong', action: 'limit, offset, ordering' },
  'config-wrong': { meaning: 'settings contradict or name wrong hosts', action: 'environment of the deployment' },
  'isolation-breach-http': {
    meaning: "another user's data over HTTP",
    action: 'security incident: owner check of the route',
  },
  'isolation-breach-ws': {
    meaning: "another user's frames on a socket",
    action: 'security incident: routing by connection',
  },
  'latency-over-budget': { meaning: 'right but too slow', action: 'traces of slow requests' },
  'concurrency-collapse': { meaning: 'fails only with many at once', action: 'pool sizes, limits' },
  'app-rate-limit': { meaning: 'rate limit missing, wrong or incomplete', action: 'limiter rules of C 11' },
  'error-status-wrong': { meaning: 'error with another status or body form than meant', action: 'exception mapping' },
  'error-detail-leak': { meaning: 'internals in error bodies', action: 'production error settings' },
  'session-refresh-reuse': { meaning: 'refresh token usable twice', action: 'rotation and replay store' },
  'session-logout-ignored': { meaning: 'token works after logout', action: 'revocation list' },
  'session-lifetime-wrong': { meaning: 'stated and real life differ', action: 'token settings of the auth service' },
  'session-affinity-lost': { meaning: 'reconnect does not find its session', action: 'shared state between instances' },
  'lifecycle-state-wrong': {
    meaning: 'start, stop, cancel and status disagree, or act on ids that never existed',
    action: 'agent registry',
  },
  'health-untruthful': { meaning: 'health contradicts reality', action: 'what the check really tests' },
  'health-flapping': { meaning: 'health alternates', action: 'one bad instance behind the address' },
  unknown: { meaning: 'evidence does not decide', action: 'the probe or log named in `next_step`' },
} as const satisfies Record<string, CauseText>;

export type CauseId = keyof typeof CAUSES;
export const CAUSE_IDS = Object.keys(CAUSES) as CauseId[];
export const causeId = z.enum(CAUSE_IDS as [CauseId, ...CauseId[]]);

/** Someone may see, do or be what he must not: reported before everything else. */
export const SECURITY_CAUSES: readonly CauseId[] = [
  'auth-bypass',
  'auth-token-not-validated',
  'identity-mixup',
  'isolation-breach-http',
  'isolation-breach-ws',
  'privilege-escalation',
  'anonymous-access',
  'session-logout-ignored',
  'auth-detail-leak',
  'error-detail-leak',
];

/** Trouble of the machine or the way to the target: the only causes after which a repeat is honest. */
export const RETRYABLE_CAUSES: readonly CauseId[] = ['runner-network', 'tcp-refused', 'tcp-unreachable', 'tcp-reset'];
