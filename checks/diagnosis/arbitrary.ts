/** Any evidence that the schemas allow, drawn near what servers do: half of it is nonsense on purpose. */
import fc from 'fast-check';
import { FAILURE_CLASSES } from '../../src/evidence/failure.ts';
import type { Exchange, Frame, SocketTrace } from '../../src/evidence/trace.ts';
import { RESULTS, type DiagnosedTest, type DiagnosisInput } from '../../src/diagnosis/input.ts';
import { PROBE_IDS } from '../../src/diagnosis/probes.ts';
import { ALL, envelope, HEALTHY, HTML, ping, pong, preflightOf, refusal, RUN_OK, welcome } from './wire.ts';

const ms = fc.double({ min: 0, max: 400_000, noNaN: true });
const maybe = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null, freq: 3 });
const identity = fc.constantFrom(
  'A',
  'B',
  'none',
  'u0-',
  'forged(A)',
  'tampered(A)',
  'refresh(A)',
  'logged-out(u)',
  'garbage',
  '',
  'writer',
);
const error = fc.record({
  name: fc.constantFrom('Error', 'SyntaxError', 'DeadlineError'),
  message: fc.oneof(
    fc.string(),
    fc.constantFrom(
      'socket hang up',
      'Server sent no subprotocol',
      'Opening handshake has timed out',
      'no answer within 3000 ms',
    ),
  ),
  code: maybe(
    fc.constantFrom(
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOTFOUND',
      'GOLDENPATH_DEADLINE',
      'WS_ERR_INVALID_OPCODE',
      'HPE_INVALID_CONSTANT',
      'nonsense',
    ),
  ),
  syscall: maybe(fc.string()),
  errors: fc.array(fc.string(), { maxLength: 2 }),
});
const phases = fc.record({
  dns: maybe(ms),
  tcp: maybe(ms),
  tls: maybe(ms),
  sent: maybe(ms),
  head: maybe(ms),
  end: maybe(ms),
});
const path = fc.constantFrom(
  '/health',
  '/health/ready',
  '/ws/config',
  '/ws/health',
  '/api/threads',
  '/api/threads/thread_1_a',
  '/api/threads/thread_1_a/messages?limit=10&offset=0',
  '/api/chat/messages',
  '/api/chat/messages?thread_id=gp-00000001',
  '/api/chat/messages/aaaaaaaa-1',
  '/api/agents/triage',
  '/api/agents/stream',
  '/api/agents/stop',
  '/api/agents/status?agent_id=gp-00000001',
  '/api/mcp/status',
  '/api/config',
  '/api/discovery/services',
  '/auth/refresh',
  '/auth/logout',
  '/auth/e2e/test-auth',
  '/%',
  '',
);
const body = fc.oneof(
  fc.string(),
  fc.constant(HTML),
  fc.json(),
  fc
    .constantFrom<object>(
      HEALTHY,
      envelope(500),
      envelope(404),
      envelope(429),
      RUN_OK,
      { ...RUN_OK, status: 'timeout' },
      { detail: 'Not Found' },
      { expires_in: 900 },
      { messages: [], total_count: 0 },
      { authenticated: false },
      { status: 'ready', core_db: 'failed' },
      { message: { id: 'aaaaaaaa-1' } },
      [{ agent_id: 'gp-00000001', status: 'running' }],
    )
    .map((one) => JSON.stringify(one)),
);
const headers = fc.oneof(
  fc.constant({}),
  fc.constantFrom(
    { 'content-type': 'text/html' },
    { 'content-type': 'application/json' },
    { 'content-type': 'text/event-stream' },
    { server: 'Google Frontend', 'content-type': 'text/html' },
  ),
);
const probeId = maybe(fc.constantFrom<string>(...PROBE_IDS, 'other'));

const exchange = (probe: fc.Arbitrary<string | null>): fc.Arbitrary<Exchange> =>
  fc.record({
    id: fc.integer(),
    startedAt: fc.double({ min: 0, max: 2e12, noNaN: true }),
    identity,
    probe,
    part: maybe(fc.string()),
    surface: fc.constantFrom('api' as const, 'auth' as const, 'other' as const),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    url: path.map((one) => `http://127.0.0.1:4000${one}`),
    detection: fc.boolean(),
    requestBody: maybe(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          '{"thread_id":"gp-00000001","content":"x"}',
          '{"message":"the sum of 12345 and 23456 gp-0000000a"}',
          '{"agent_id":"gp-00000001"}',
          '{"title":"t"}',
        ),
      ),
    ),
    connection: fc.constantFrom('fresh' as const, 'reused' as const),
    phases,
    status: maybe(fc.constantFrom(200, 200, 201, 302, 400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503, 504)),
    headers,
    body,
    bytes: fc.nat(5_000),
    reads: fc.array(ms, { maxLength: 3 }),
    error: maybe(error),
    expected: maybe(fc.constantFrom('200', '401', '403', '403/401', '404', '422', '429', 'tcp-refused', 'nonsense')),
    abortedByClient: fc.boolean(),
    inFlight: fc.nat(30),
  });

const frame: fc.Arbitrary<Frame> = fc
  .record({
    at: ms,
    direction: fc.constantFrom('sent' as const, 'received' as const),
    kind: fc.constantFrom('text' as const, 'text' as const, 'binary' as const, 'ping' as const, 'pong' as const),
    bytes: fc.nat(20_000),
    content: fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .constantFrom<object>(
          welcome('e2e-gp-a'),
          ping,
          pong('e2e-gp-a'),
          refusal('NO_TOKEN'),
          refusal('VALIDATION_FAILED'),
          refusal('FACTORY_INIT_FAILED'),
          { type: 'chat_message', message_id: 'm1', payload: { content: 'x' } },
          { type: 'ping' },
          { type: 'agent_started', run_id: 'r', payload: { context: { message_id: 'm1', thread_id: 't' } } },
          { type: 'agent_completed', run_id: 'r', payload: { result: { answer: 'x' } } },
        )
        .map((one) => JSON.stringify(one)),
    ),
    typed: fc.boolean(),
  })
  .map(({ content, typed, ...rest }) => ({
    ...rest,
    text: content,
    type: typed ? (/"type":"(\w+)"/.exec(content)?.[1] ?? null) : null,
  }));

const socket = (probe: fc.Arbitrary<string | null>): fc.Arbitrary<SocketTrace> =>
  fc.record({
    id: fc.integer(),
    startedAt: fc.double({ min: 0, max: 2e12, noNaN: true }),
    identity,
    probe,
    part: maybe(fc.string()),
    url: fc.constantFrom('ws://127.0.0.1:4000/ws', 'ws://127.0.0.1:4000/ws/test', 'nonsense'),
    carrier: maybe(fc.constantFrom('header' as const, 'subprotocol' as const, 'query' as const)),
    expected: fc.constantFrom('welcome' as const, 'refusal' as const, 'upgrade-refusal' as const, 'transport' as const),
    sub: maybe(fc.constantFrom('e2e-gp-a', 'e2e-gp-b')),
    detection: fc.boolean(),
    offered: fc.array(fc.constantFrom('jwt-auth', 'jwt.x'), { maxLength: 2 }),
    selected: maybe(fc.constant('jwt-auth')),
    phases,
    upgrade: maybe(
      fc.record({
        status: fc.constantFrom(200, 302, 400, 401, 403, 404, 408, 426, 429, 500, 502, 503, 504),
        headers,
        body,
      }),
    ),
    error: maybe(error),
    welcomeAt: maybe(ms),
    frames: fc.array(frame, { maxLength: 6 }),
    framesDropped: fc.nat(3),
    close: maybe(
      fc.record({
        code: fc.constantFrom(1000, 1001, 1002, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 4401, 401),
        reason: fc.oneof(
          fc.constant(''),
          fc.constantFrom('Internal error', 'Connection limit', 'main cleanup', 'keepalive ping timeout'),
          fc.string(),
        ),
        by: fc.constantFrom('client' as const, 'server' as const, 'network' as const),
        wasClean: fc.boolean(),
        at: ms,
      }),
    ),
  });

const attempt = fc.record({
  attempt: fc.nat(2),
  failures: fc.array(
    fc.record({
      class: fc.constantFrom(...FAILURE_CLASSES),
      key: fc.constantFrom('connect', 'minted.lifetime', 'heartbeat.second', 'x'),
      promise: fc.string(),
      message: fc.string(),
    }),
    { maxLength: 2 },
  ),
  evidence: maybe(
    fc.record({
      version: fc.constant(1 as const),
      test: fc.constant('P1-01'),
      attempt: fc.constant(0),
      startedAt: ms,
      exchanges: fc.array(exchange(fc.constant(null)), { maxLength: 6 }),
      sockets: fc.array(socket(fc.constant(null)), { maxLength: 4 }),
      eventLoopLagMs: fc.nat(3_000),
    }),
  ),
});

const stoppedPreflight = fc
  .record({
    class: fc.constantFrom(...FAILURE_CLASSES),
    message: fc.oneof(fc.string(), fc.constantFrom('-> 503 in 3 ms', 'connect ECONNREFUSED', '-> 403 <html>')),
    observed: fc.array(fc.string(), { maxLength: 3 }),
  })
  .map(({ class: failureClass, message, observed }) =>
    preflightOf({
      stopped: { why: 'down', class: failureClass, message },
      warmUp: { ms: 1, attempts: observed.map((one, index) => ({ at: index, observed: one })) },
    }),
  );

export const anyInput: fc.Arbitrary<DiagnosisInput> = fc
  .record({
    tests: fc.subarray(ALL, { minLength: 1, maxLength: 5 }).chain((ids) =>
      fc.tuple(
        ...ids.map((id): fc.Arbitrary<DiagnosedTest> =>
          fc.record({
            id: fc.constant(id),
            result: fc.constantFrom(...RESULTS),
            attempts: fc.array(attempt, { maxLength: 2 }),
          }),
        ),
      ),
    ),
    probes: fc.record({
      exchanges: fc.array(exchange(probeId), { maxLength: 3 }),
      sockets: fc.array(socket(probeId), { maxLength: 3 }),
    }),
    preflight: fc.oneof(fc.constant(null), fc.constant(preflightOf()), stoppedPreflight),
  })
  .map((one) => ({ runId: 'run', ...one }));
export const anySocket = socket(fc.constant(null));
export const anyAttempt = attempt;
