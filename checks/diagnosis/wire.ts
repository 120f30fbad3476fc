/** Builders of evidence: what the wire of a named situation looks like, without a server. */
import type { FailureClass } from '../../src/evidence/failure.ts';
import type { PreflightReport } from '../../src/evidence/preflight.ts';
import type { Exchange, Frame, SocketTrace, TestEvidence } from '../../src/evidence/trace.ts';
import type { DiagnosedTest, DiagnosisInput } from '../../src/diagnosis/input.ts';

export const API = 'http://127.0.0.1:4000';
export const AUTH = 'http://127.0.0.1:4001';
export const WS = 'ws://127.0.0.1:4000/ws';
const T0 = Date.parse('2025-09-09T17:35:00Z');

const PHASES = { dns: null, tcp: 1, tls: null, sent: 2, head: 8, end: 9 };

type Body = string | object;
const text = (body: Body): string => (typeof body === 'string' ? body : JSON.stringify(body));

export interface Reply {
  readonly as?: string;
  readonly expected?: string | null;
  readonly body?: Body;
  readonly sent?: Body;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly surface?: Exchange['surface'];
  readonly at?: number;
  readonly head?: number;
  readonly inFlight?: number;
  readonly reads?: number[];
  readonly probe?: string;
  readonly error?: { code: string; message?: string };
}

/** `http('GET /health', 200, …)`; a status of null is no answer. */
export const http = (request: string, status: number | null, reply: Reply = {}): Exchange => {
  const [method = 'GET', path = '/'] = request.split(' ', 2);
  const surface = reply.surface ?? (path.startsWith('/auth') ? 'auth' : 'api');
  const body = text(reply.body ?? '');
  return {
    id: 0,
    startedAt: T0 + (reply.at ?? 0),
    identity: reply.as ?? 'A',
    probe: reply.probe ?? null,
    part: null,
    surface,
    method,
    url: `${surface === 'auth' ? AUTH : API}${path}`,
    detection: true,
    requestBody: reply.sent === undefined ? null : text(reply.sent),
    connection: 'fresh',
    phases:
      status === null
        ? { ...PHASES, head: null, tcp: null, sent: null, end: 5 }
        : { ...PHASES, head: reply.head ?? 8, end: (reply.head ?? 8) + 1 },
    status,
    headers: status === null ? {} : { 'content-type': reply.type ?? 'application/json', ...reply.headers },
    body: body.length > 2_048 ? `${body.slice(0, 2_048)}…` : body,
    bytes: Buffer.byteLength(body),
    reads: reply.reads ?? [9],
    error:
      reply.error === undefined
        ? null
        : {
            name: 'Error',
            message: reply.error.message ?? reply.error.code,
            code: reply.error.code,
            syscall: null,
            errors: [],
          },
    expected: reply.expected === undefined ? '200' : reply.expected,
    abortedByClient: false,
    inFlight: reply.inFlight ?? 0,
  };
};

export const envelope = (status: number, message = 'error', more: object = {}) => ({
  error: true,
  error_code:
    {
      401: 'AUTH_FAILED',
      403: 'AUTH_UNAUTHORIZED',
      404: 'DB_RECORD_NOT_FOUND',
      429: 'RATE_LIMIT_EXCEEDED',
      503: 'SERVICE_UNAVAILABLE',
    }[status] ?? 'INTERNAL_ERROR',
  message,
  user_message: null,
  details: { status_code: status },
  trace_id: '6e9a3681-0000-4000-8000-000000000000',
  timestamp: '2025-09-09T17:35:00.000000+00:00',
  request_id: null,
  line_number: null,
  source_file: null,
  stack_trace: null,
  debug_info: null,
  ...more,
});
export const HTML = '<!doctype html><html><body>web app</body></html>';
export const HEALTHY = { status: 'healthy', service: 'netra-ai-platform', version: '1.0.0', timestamp: 1757439300 };

export const got = (at: number, json: object | string, bytes?: number): Frame => {
  const body = text(json);
  const type =
    typeof json === 'string'
      ? null
      : ((json as { type?: string; event?: string }).type ?? (json as { event?: string }).event ?? null);
  return { at, direction: 'received', kind: 'text', bytes: bytes ?? body.length, type, text: body };
};
export const sent = (at: number, json: object | string, bytes?: number): Frame => ({
  ...got(at, json, bytes),
  direction: 'sent',
});

export const SUB: Readonly<Record<string, string>> = { A: 'e2e-gp-a', B: 'e2e-gp-b', writer: 'e2e-gp-w' };
const envelopeOf = { timestamp: 1757439300.1, server_id: null, correlation_id: null };
export const welcome = (user: string, id = `ws_${user}_1`) => ({
  type: 'system_message',
  data: {
    event: 'connection_established',
    connection_id: id,
    user_id: user,
    server_time: '2025-09-09T17:35:00.000000+00:00',
    connection_ready: true,
    environment: 'staging',
    startup_complete: true,
    config: { heartbeat_interval: 1, max_message_size: 8192 },
    factory_pattern_enabled: true,
  },
  ...envelopeOf,
});
export const ping = { type: 'ping', data: { timestamp: 1757439300.1 }, ...envelopeOf };
export const pong = (user: string) => ({
  type: 'pong',
  data: { timestamp: 1757439300.1, user_id: user },
  ...envelopeOf,
});
export const refusal = (code: string, details: object = {}) => ({
  type: 'error_message',
  error_code: code,
  error_message: code,
  details,
  timestamp: 1757439300.1,
  recovery_suggestions: null,
});

export interface Sock {
  readonly as?: string;
  readonly carrier?: SocketTrace['carrier'];
  readonly expected?: SocketTrace['expected'];
  readonly frames?: Frame[];
  readonly welcomeAt?: number;
  readonly close?: SocketTrace['close'];
  readonly upgrade?: { status: number; body?: Body; headers?: Record<string, string> };
  readonly error?: { code?: string; message: string };
  readonly head?: number | null;
  readonly at?: number;
  readonly end?: number;
  readonly path?: string;
  readonly probe?: string;
  readonly detection?: boolean;
  readonly offered?: string[];
}

export const socket = (id: number, made: Sock = {}): SocketTrace => {
  const as = made.as ?? 'A';
  const none = as === 'none';
  return {
    id,
    startedAt: T0 + (made.at ?? id * 50),
    identity: as,
    probe: made.probe ?? null,
    part: null,
    url: `ws://127.0.0.1:4000${made.path ?? '/ws'}`,
    carrier: made.carrier === undefined ? (none || made.path === '/ws/test' ? null : 'header') : made.carrier,
    expected: made.expected ?? (none || /\(|garbage/.test(as) ? 'refusal' : 'welcome'),
    sub: SUB[as] ?? null,
    detection: made.detection ?? true,
    offered: made.offered ?? ['jwt-auth'],
    selected: 'jwt-auth',
    phases: { ...PHASES, head: made.head === undefined ? 5 : made.head, end: made.end ?? 4_000 },
    upgrade:
      made.upgrade === undefined
        ? null
        : { status: made.upgrade.status, headers: made.upgrade.headers ?? {}, body: text(made.upgrade.body ?? '') },
    error:
      made.error === undefined
        ? null
        : { name: 'Error', message: made.error.message, code: made.error.code ?? null, syscall: null, errors: [] },
    welcomeAt: made.welcomeAt ?? null,
    frames: made.frames ?? [],
    framesDropped: 0,
    close: made.close ?? null,
  };
};

export const closed = (
  code: number,
  reason: string,
  at: number,
  by: 'server' | 'client' | 'network' = 'server',
): SocketTrace['close'] => ({ code, reason, by, wasClean: by !== 'network', at });
export const byUs = (at = 4_000) => closed(1000, '', at, 'client');
export const dropped = (at: number) => closed(1006, '', at, 'network');

/** A socket that does everything right up to its close by us. */
export const good = (id: number, as = 'A', more: Sock = {}): SocketTrace => {
  const user = SUB[as] ?? as;
  return socket(id, {
    as,
    welcomeAt: 40,
    frames: [
      got(40, welcome(user, `ws_${user}_${id}`)),
      got(45, ping),
      sent(60, { type: 'ping' }),
      got(66, pong(user)),
      ...(more.frames ?? []),
    ],
    close: byUs(),
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'frames')),
  });
};
/** A tokenless or bad one that is refused as it should be. */
export const turnedAway = (
  id: number,
  as = 'none',
  code = as === 'none' ? 'NO_TOKEN' : 'VALIDATION_FAILED',
  more: Sock = {},
): SocketTrace =>
  socket(id, {
    as,
    expected: 'refusal',
    frames: [got(20, refusal(code))],
    close: closed(1008, 'SSOT Auth failed', 25),
    ...more,
  });

export interface Red {
  readonly class: FailureClass;
  readonly key?: string;
  readonly promise?: string;
  readonly exchanges?: Exchange[];
  readonly sockets?: SocketTrace[];
  readonly lag?: number;
}

const evidenceOf = (id: string, red: Red): TestEvidence => ({
  version: 1,
  test: id,
  attempt: 0,
  startedAt: T0,
  exchanges: (red.exchanges ?? []).map((one, index) => ({ ...one, id: index + 1, startedAt: one.startedAt + index })),
  sockets: red.sockets ?? [],
  eventLoopLagMs: red.lag ?? 5,
});

export const failedTest = (id: string, red: Red): DiagnosedTest => {
  const promise = red.promise ?? 'a promise';
  const key = red.key ?? 'some.key';
  return {
    id,
    result: 'failed',
    attempts: [
      {
        attempt: 0,
        failures: [{ class: red.class, key, promise, message: `[${red.class}] ${key}: ${promise}` }],
        evidence: evidenceOf(id, red),
      },
    ],
  };
};

export const ALL = Array.from({ length: 22 }, (_, index) => `P1-${String(index + 1).padStart(2, '0')}`);

export const preflightOf = (more: Partial<PreflightReport> = {}): PreflightReport => ({
  version: 1,
  startedAt: T0 - 5_000,
  target: {
    kind: 'standin',
    api: API,
    ws: WS,
    auth: AUTH,
    frontend: 'http://localhost:3000',
    environment: 'staging',
    standinVersion: '1',
  },
  settings: {
    concurrentUsers: 20,
    degradation: 'fail',
    pace: 'default',
    tokenSource: 'auth-service',
    contract: null,
    hooks: ['simulate_delay', 'force_failure'],
    budget: { requests: 1_230, sockets: 110 },
  },
  stopped: null,
  warmUp: { ms: 10, attempts: [] },
  checks: [],
  identities: [],
  detection: { sent: { 'X-Test-Type': 'e2e' }, server: { enabled: false, auth_bypass_active: false } },
  contract: null,
  wsHealth: null,
  socket: null,
  ...more,
});

/** The run: the named tests red, all others verified. */
export const run = (
  red: Record<string, Red>,
  probes: { exchanges?: Exchange[]; sockets?: SocketTrace[] } = {},
  preflight: PreflightReport | null = preflightOf(),
): DiagnosisInput => ({
  runId: 'run',
  tests: ALL.map((id) => (red[id] === undefined ? { id, result: 'verified', attempts: [] } : failedTest(id, red[id]))),
  probes: { exchanges: probes.exchanges ?? [], sockets: probes.sockets ?? [] },
  preflight,
});

export const stoppedRun = (
  why: 'down' | 'no-token',
  failureClass: FailureClass,
  message: string,
  observed: string[],
): DiagnosisInput => ({
  runId: 'run',
  tests: ALL.map((id) => ({ id, result: 'unverified', attempts: [] })),
  probes: { exchanges: [], sockets: [] },
  preflight: preflightOf({
    stopped: { why, class: failureClass, message },
    warmUp: { ms: 5_000, attempts: observed.map((one, index) => ({ at: T0 + index * 300, observed: one })) },
    checks: [{ id: why === 'down' ? 'health' : 'token', outcome: 'failed', ms: 5, detail: message }],
  }),
});

const probe = (id: string, exchange: Exchange): Exchange => ({ ...exchange, probe: id, expected: null });
const inProbe = (id: string, made: SocketTrace): SocketTrace => ({ ...made, probe: id });

/** Answers of probes on a target that is fine apart from what is given. */
export const fine = {
  health: [1, 2].map((index) =>
    probe('health', http('GET /health', 200, { as: 'none', body: HEALTHY, at: 9_000 + index })),
  ),
  wsTest: inProbe(
    'ws-test',
    socket(90, {
      path: '/ws/test',
      as: 'none',
      expected: 'transport',
      frames: [
        got(6, { type: 'connection_established', connection_id: 'x' }),
        sent(7, { type: 'ping' }),
        got(8, { type: 'pong' }),
      ],
      close: byUs(10),
      at: 9_100,
    }),
  ),
  token: [
    probe('http-token', http('GET /api/mcp/status', 200, { body: { authenticated: true } })),
    probe('http-token', http('GET /api/threads?limit=1', 200, { body: [] })),
  ],
  verify: [
    probe('verify', http('GET /health', 200, { surface: 'auth', body: { status: 'healthy' } })),
    probe('verify', http('POST /auth/verify', 200, { body: { valid: true, user_id: 'e2e-gp-a' } })),
  ],
  wsConfig: (uptime: number, at = 60_000) =>
    probe('ws-config', http('GET /ws/config', 200, { at, body: { server: { uptime_seconds: uptime } } })),
  run: (body: object) => probe('http-run', http('POST /api/agents/triage', 200, { body, sent: { message: 'x' } })),
  as: probe,
  socketAs: inProbe,
};
export const RUN_OK = {
  status: 'success',
  agent: 'triage',
  response: 'ok',
  execution_time: 0.1,
  circuit_breaker_state: 'CLOSED',
  error: null,
};

/** The five tests that open `/ws`. */
export const WS_TESTS = ['P1-01', 'P1-02', 'P1-03', 'P1-04', 'P1-16'];
export const on = (ids: readonly string[], red: (id: string, index: number) => Red): Record<string, Red> =>
  Object.fromEntries(ids.map((id, index) => [id, red(id, index)]));
