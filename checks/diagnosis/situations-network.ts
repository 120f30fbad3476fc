/** Wires of FAULTS.md 3.1 to 3.4: network, platform, handshake, authentication, welcome. */
import type { Situation } from './situation.ts';
import {
  ALL,
  byUs,
  closed,
  dropped,
  envelope,
  fine,
  good,
  got,
  HEALTHY,
  HTML,
  http,
  on,
  ping,
  pong,
  preflightOf,
  refusal,
  RUN_OK,
  run,
  sent,
  socket,
  stoppedRun,
  turnedAway,
  welcome,
  WS_TESTS,
} from './wire.ts';

const PAGE = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const HTTP_TESTS = ALL.filter((id) => !WS_TESTS.includes(id));

const valid = (id: string) => (id === 'P1-03' ? 'writer' : 'A');
const hanging = {
  head: null,
  error: { message: 'Opening handshake has timed out' },
  close: dropped(3_000),
};
const [p1, p2] = fine.health;
const base = [p1, p2, ...fine.token].filter((one) => one !== undefined);

export const NETWORK: readonly Situation[] = [
  {
    name: 'net-refused',
    cause: 'tcp-refused',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun(
      'down',
      'tcp-refused',
      'GET http://127.0.0.1:1/health as none -> no answer connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED) after 2 ms',
      ['connect ECONNREFUSED', 'connect ECONNREFUSED'],
    ),
  },
  {
    name: 'net-reset',
    cause: 'tcp-reset',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun('down', 'tcp-reset', 'GET /health as none -> no answer read ECONNRESET (ECONNRESET) after 2 ms', [
      'read ECONNRESET',
      'read ECONNRESET',
    ]),
  },
  {
    name: 'net-wrong-host',
    cause: 'dns-name-not-found',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun('down', 'dns', 'GET /health -> no answer getaddrinfo ENOTFOUND api.invalid', [
      'getaddrinfo ENOTFOUND api.invalid',
    ]),
  },
  {
    name: 'resolver down',
    cause: 'runner-network',
    tests: ALL,
    input: stoppedRun('down', 'dns', 'getaddrinfo EAI_AGAIN api.staging', ['getaddrinfo EAI_AGAIN api.staging']),
  },
  {
    name: 'net-tls-wrong-name',
    cause: 'tls-wrong-host',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun(
      'down',
      'tls',
      "Hostname/IP does not match certificate's altnames (ERR_TLS_CERT_ALTNAME_INVALID)",
      ['ERR_TLS_CERT_ALTNAME_INVALID'],
    ),
  },
  {
    name: 'expired certificate',
    cause: 'tls-certificate',
    tests: ALL,
    input: stoppedRun('down', 'tls', 'certificate has expired (CERT_HAS_EXPIRED)', ['CERT_HAS_EXPIRED']),
  },
  {
    name: 'TLS to a plain port',
    cause: 'tls-scheme-mismatch',
    tests: ALL,
    input: stoppedRun('down', 'tls', 'write EPROTO ssl3_get_record:wrong version number', [
      'EPROTO wrong version number',
    ]),
  },
  {
    name: 'platform-503-wall',
    cause: 'platform-unavailable',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun(
      'down',
      'http-status',
      'GET http://127.0.0.1:4000/health as none -> 503 in 3 ms, expected 200: Service Unavailable',
      ['503 Service Unavailable', '503 Service Unavailable'],
    ),
  },
  {
    name: 'platform-cold-start',
    cause: 'cold-start',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun(
      'down',
      'http-status',
      'GET /health as none -> 503 in 3 ms, expected 200: {"status":"unhealthy","message":"Startup in progress","startup_in_progress":true}',
      [
        'no answer within 500 ms',
        '503 {"startup_in_progress":true,"details":{"phase":"cache"}}',
        '503 {"startup_in_progress":true,"details":{"phase":"db"}}',
      ],
    ),
  },
  {
    name: 'platform-access-denied',
    cause: 'platform-access-denied',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun(
      'down',
      'http-status',
      'GET /health as none -> 403 in 3 ms, expected 200: <html><title>403 Forbidden</title> Your client does not have permission to get URL /health',
      ['403 <html>Your client does not have permission', '403 <html>Your client does not have permission'],
    ),
  },
  {
    name: 'auth-test-login-refused',
    cause: 'test-credentials',
    tests: ALL,
    confidence: 'high',
    input: stoppedRun(
      'no-token',
      'token-source',
      'the auth service refused E2E_OAUTH_SIMULATION_KEY with 401 "Invalid E2E bypass key". Compare the key',
      [],
    ),
  },
  {
    name: 'the wall without preflight',
    cause: 'platform-unavailable',
    tests: ALL,
    confidence: 'high',
    input: run(
      on(ALL, () => ({
        class: 'http-status',
        exchanges: [
          http('GET /health', 503, { body: 'Service Unavailable', type: 'text/plain' }),
          http('GET /api/threads', 503, { body: 'Service Unavailable', type: 'text/plain' }),
        ],
      })),
      {},
      null,
    ),
  },
  {
    name: 'a dead host without preflight',
    cause: 'tcp-refused',
    tests: ALL,
    confidence: 'high',
    input: run(
      on(ALL, () => ({
        class: 'tcp-refused',
        exchanges: [http('GET /api/threads', null, { expected: null, error: { code: 'ECONNREFUSED' } })],
      })),
      {},
      null,
    ),
  },
  {
    name: 'platform-slow',
    cause: 'latency-over-budget',
    tests: ['P1-11'],
    confidence: 'high',
    input: run({
      'P1-11': {
        class: 'deadline',
        key: 'agent.slowest',
        promise: 'the slowest answer comes within 2 s',
        exchanges: [
          http('GET /health', 200, { body: HEALTHY, head: 2_205 }),
          http('GET /health/ready', 200, { body: { status: 'ready', core_db: 'connected' }, head: 2_206 }),
          ...Array.from({ length: 10 }, () =>
            http('POST /api/agents/triage', 200, { body: RUN_OK, sent: { message: 'x' }, head: 2_210 }),
          ),
        ],
      },
    }),
  },
  {
    name: 'platform-redeploy',
    cause: 'redeploy',
    tests: ['P1-12'],
    input: run(
      {
        'P1-12': {
          class: 'http-status',
          exchanges: [
            http('POST /api/chat/messages', 200, {
              at: 30_000,
              sent: { thread_id: 'gp-00000001', content: 'x' },
              body: { message: { id: 'aaaaaaaa-1111' }, status: 'created' },
            }),
            http('GET /api/chat/messages/aaaaaaaa-1111', 503, {
              at: 30_200,
              type: 'text/plain',
              body: 'Service restarting',
            }),
          ],
        },
      },
      { exchanges: [...base, fine.wsConfig(28, 60_000)] },
    ),
  },
  {
    name: 'platform-redeploy, data gone afterwards',
    cause: 'redeploy',
    tests: ['P1-12'],
    input: run(
      {
        'P1-12': {
          class: 'http-status',
          exchanges: [
            http('POST /api/chat/messages', 200, {
              at: 30_000,
              sent: { thread_id: 'gp-00000001', content: 'x' },
              body: { message: { id: 'aaaaaaaa-1111' }, status: 'created' },
            }),
            http('GET /api/chat/messages/aaaaaaaa-1111', 404, { at: 33_000, body: envelope(404, 'Message not found') }),
          ],
        },
      },
      { exchanges: [...base, fine.wsConfig(28, 60_000)] },
    ),
  },
  {
    name: 'edge-strips-auth-header',
    cause: 'token-carrier-lost',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'auth-rejected',
        sockets: [
          socket(1, {
            as: valid(id),
            frames: [got(20, refusal('NO_TOKEN'))],
            close: closed(1008, 'SSOT Auth failed', 25),
          }),
        ],
      })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs(
            'ws-carriers',
            socket(1, { frames: [got(20, refusal('NO_TOKEN'))], close: closed(1008, 'SSOT Auth failed', 25) }),
          ),
          fine.socketAs('ws-carriers', good(2, 'A', { carrier: 'subprotocol' })),
          fine.socketAs('ws-carriers', good(3, 'A', { carrier: 'query' })),
        ],
      },
    ),
  },
  {
    name: 'edge-ip-ban',
    cause: 'edge-ip-ban',
    tests: ['P1-17', 'P1-18'],
    confidence: 'high',
    input: run(
      on(['P1-17', 'P1-18'], () => ({
        class: 'http-status',
        exchanges: [
          ...Array.from({ length: 60 }, () =>
            http('POST /api/chat/messages', 200, { as: 'u', body: { message: { id: 'm' } } }),
          ),
          http('POST /api/chat/messages', 429, { as: 'u', type: 'text/html', body: '<html>Too many requests</html>' }),
          http('GET /health', 429, { as: 'none', type: 'text/html', body: '<html>Too many requests</html>' }),
        ],
      })),
      { exchanges: [fine.as('health', http('GET /health', 429, { as: 'none', type: 'text/html', body: '<html>' }))] },
    ),
  },
  {
    name: 'ws-upgrade-503-not-ready',
    cause: 'ws-readiness-gate',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-upgrade',
        sockets: [
          socket(1, {
            as: valid(id),
            head: null,
            upgrade: {
              status: 503,
              body: {
                error: 'service_not_ready',
                message: 'x',
                details: { state: 'starting', failed_services: ['redis'], retry_after_seconds: 10 },
              },
            },
          }),
        ],
      })),
      { exchanges: base, sockets: [fine.wsTest] },
    ),
  },
  {
    name: 'ws-upgrade-403',
    cause: 'ws-handshake-refused',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-upgrade',
        sockets: [socket(1, { as: valid(id), head: 4, upgrade: { status: 403 } })],
      })),
      {
        exchanges: [...base, fine.wsConfig(100)],
        sockets: [
          fine.wsTest,
          fine.socketAs('ws-none', socket(1, { as: 'none', upgrade: { status: 403 } })),
          fine.socketAs('ws-bad', socket(1, { as: 'forged(A)', upgrade: { status: 403 } })),
          fine.socketAs('ws-random', socket(1, { expected: 'upgrade-refusal', upgrade: { status: 403 } })),
        ],
      },
    ),
  },
  {
    name: 'ws-route-missing',
    cause: 'ws-route-missing',
    tests: ['P1-01', 'P1-02', 'P1-03', 'P1-04', 'P1-06', 'P1-16', 'P1-18'],
    confidence: 'high',
    input: run(
      {
        ...on(['P1-02', 'P1-03', 'P1-04', 'P1-16'], (id) => ({
          class: 'ws-upgrade',
          sockets: [socket(1, { as: valid(id), upgrade: { status: 403 } })],
        })),
        ...on(['P1-01', 'P1-06', 'P1-18'], () => ({
          class: 'http-status',
          exchanges: [http('GET /ws/config', 404, { as: 'none', body: { detail: 'Not Found' } })],
        })),
      },
      {
        exchanges: [...base, fine.as('ws-config', http('GET /ws/config', 404, { body: { detail: 'Not Found' } }))],
        sockets: [
          fine.socketAs(
            'ws-test',
            socket(1, { as: 'none', path: '/ws/test', expected: 'transport', upgrade: { status: 403 } }),
          ),
          fine.socketAs('ws-random', socket(1, { expected: 'upgrade-refusal', upgrade: { status: 403 } })),
        ],
      },
    ),
  },
  {
    name: 'ws-upgrade-hang',
    cause: 'ws-handshake-hang',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({ class: 'ws-upgrade', sockets: [socket(1, { as: valid(id), ...hanging })] })),
      { exchanges: base, sockets: [fine.wsTest, fine.socketAs('ws-repeat', socket(1, hanging))] },
    ),
  },
  {
    name: 'ws-subprotocol-none',
    cause: 'subprotocol-not-selected',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-subprotocol',
        sockets: [socket(1, { as: valid(id), error: { message: 'Server sent no subprotocol' }, close: dropped(6) })],
      })),
      { exchanges: base, sockets: [fine.wsTest, fine.socketAs('ws-no-offer', good(1, 'A', { offered: [] }))] },
    ),
  },
  {
    name: 'another subprotocol',
    cause: 'subprotocol-invalid',
    tests: ['P1-01', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-03'], () => ({
        class: 'ws-subprotocol',
        sockets: [socket(1, { error: { message: 'Server sent an invalid subprotocol' }, close: dropped(6) })],
      })),
    ),
  },
  {
    name: '500 on the upgrade',
    cause: 'ws-handshake-app-error',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-upgrade',
        sockets: [socket(1, { upgrade: { status: 500, body: 'Internal Server Error' } })],
      })),
      { exchanges: base },
    ),
  },
  {
    name: 'upgrade answered as a GET',
    cause: 'upgrade-not-carried',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-upgrade',
        sockets: [socket(1, { upgrade: { status: 404, body: '{"detail":"Not Found"}' } })],
      })),
      { exchanges: [...base, fine.as('get-ws', http('GET /ws', 404, { body: '{"detail":"Not Found"}' }))] },
    ),
  },
  {
    name: 'envoy cannot carry it',
    cause: 'upgrade-not-carried',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-upgrade',
        sockets: [
          socket(1, { upgrade: { status: 503, body: 'upstream connect error or disconnect/reset before headers' } }),
        ],
      })),
      { exchanges: base },
    ),
  },
  {
    name: 'the web app answers the upgrade',
    cause: 'edge-misroute',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({ class: 'ws-upgrade', sockets: [socket(1, { upgrade: { status: 200, body: HTML } })] })),
      { exchanges: base },
    ),
  },
  {
    name: '504 on the upgrade',
    cause: 'edge-timeout',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-upgrade',
        sockets: [socket(1, { upgrade: { status: 504, body: 'upstream request timeout' } })],
      })),
      { exchanges: base },
    ),
  },
  {
    name: 'auth-ws-no-token-accepted',
    cause: 'auth-bypass',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'auth-accepted',
        sockets: [
          good(1),
          socket(2, {
            as: 'none',
            expected: 'refusal',
            frames: [got(30, welcome('staging-e2e-user-7'))],
            close: byUs(),
          }),
        ],
      })),
    ),
  },
  {
    name: 'auth-ws-bad-token-accepted',
    cause: 'auth-token-not-validated',
    tests: ['P1-02', 'P1-16'],
    confidence: 'high',
    input: run(
      on(['P1-02', 'P1-16'], (id) => ({
        class: 'auth-accepted',
        sockets: [
          good(1),
          turnedAway(2),
          socket(3, {
            as: id === 'P1-02' ? 'garbage' : 'tampered(A)',
            expected: 'refusal',
            frames: [got(30, welcome('staging-e2e-user-7'))],
            close: byUs(),
          }),
        ],
      })),
    ),
  },
  {
    name: 'auth-refresh-as-access',
    cause: 'auth-token-not-validated',
    tests: ['P1-02', 'P1-21'],
    confidence: 'high',
    input: run({
      'P1-02': {
        class: 'auth-accepted',
        sockets: [
          good(1),
          socket(2, { as: 'refresh(A)', expected: 'refusal', frames: [got(30, welcome('e2e-gp-a'))], close: byUs() }),
        ],
      },
      'P1-21': {
        class: 'auth-accepted',
        exchanges: [http('GET /api/threads', 200, { as: 'refresh(u)', expected: '401', body: [] })],
      },
    }),
  },
  {
    name: 'session-logout-ignored',
    cause: 'session-logout-ignored',
    tests: ['P1-02', 'P1-21'],
    confidence: 'high',
    input: run({
      'P1-02': {
        class: 'auth-accepted',
        sockets: [
          good(1),
          socket(2, { as: 'logged-out(leaver)', expected: 'refusal', frames: [got(30, welcome('x'))], close: byUs() }),
        ],
      },
      'P1-21': {
        class: 'http-status',
        exchanges: [
          http('POST /auth/logout', 200, { as: 'u' }),
          http('GET /auth/me', 200, { as: 'u', expected: '401', body: { user_id: 'x' } }),
        ],
      },
    }),
  },
  {
    name: 'auth-ws-valid-token-rejected',
    cause: 'auth-valid-token-rejected',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'auth-rejected',
        sockets: [
          socket(1, {
            as: valid(id),
            frames: [got(20, refusal('VALIDATION_FAILED'))],
            close: closed(1008, 'SSOT Auth failed', 25),
          }),
        ],
      })),
      { exchanges: [...base, ...fine.verify], sockets: [fine.wsTest] },
    ),
  },
  {
    name: 'auth-secret-mismatch',
    cause: 'auth-secret-mismatch',
    tests: ALL,
    confidence: 'high',
    input: run(
      {
        ...on(WS_TESTS, (id) => ({
          class: 'auth-rejected',
          sockets: [
            socket(1, {
              as: valid(id),
              frames: [got(20, refusal('VALIDATION_FAILED'))],
              close: closed(1008, 'SSOT Auth failed', 25),
            }),
          ],
        })),
        ...on(HTTP_TESTS, (id) =>
          id === 'P1-05'
            ? {
                class: 'auth-rejected',
                exchanges: [http('GET /api/mcp/status', 200, { body: { authenticated: false } })],
              }
            : { class: 'auth-rejected', exchanges: [http('GET /api/tools', 401, { body: envelope(401) })] },
        ),
      },
      {
        exchanges: [
          ...fine.health,
          fine.as('http-token', http('GET /api/threads?limit=1', 401, { body: envelope(401) })),
          ...fine.verify,
        ],
      },
    ),
  },
  {
    name: 'auth-refusal-leaks-token',
    cause: 'auth-detail-leak',
    tests: ['P1-02'],
    input: run({
      'P1-02': {
        class: 'ws-frame',
        key: 'refused.forged.leak',
        sockets: [
          good(1),
          turnedAway(2, 'forged(A)', 'VALIDATION_FAILED', {
            frames: [
              got(
                20,
                refusal('VALIDATION_FAILED', {
                  failure_context: { authorization: 'Bearer [token ab12, 23 characters]' },
                }),
              ),
            ],
          }),
        ],
      },
    }),
  },
  {
    name: 'auth service down',
    cause: 'auth-service-down',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-closed-early',
        sockets: [socket(1, { frames: [got(20, refusal('AUTH_SERVICE_ERROR'))], close: closed(1011, 'x', 30) })],
      })),
    ),
  },
  ...(['with a frame delay', 'at once'] as const).map((name, index): Situation => ({
    name: `ws-close-1011-after-accept ${name}`,
    cause: 'ws-crash-after-accept',
    tests: ['P1-01', 'P1-02', 'P1-03', 'P1-04'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-02', 'P1-03', 'P1-04'], (id) => ({
        class: 'ws-clean-refusal',
        sockets: Array.from({ length: id === 'P1-04' ? 6 : 1 }, (_, n) =>
          socket(n + 1, {
            as: n === 5 ? 'none' : valid(id),
            close: closed(1011, 'Internal error', index === 0 ? 155 + n : 6),
          }),
        ),
      })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs('ws-none', socket(1, { as: 'none', close: closed(1011, 'Internal error', 156) })),
        ],
      },
      preflightOf({
        wsHealth: { status: 'healthy', metrics: { websocket: { active_connections: 0, total_connections: 0 } } },
      }),
    ),
  })),
  {
    name: 'ws-drop-after-accept',
    cause: 'ws-crash-after-accept',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({ class: 'ws-closed-early', sockets: [socket(1, { as: valid(id), close: dropped(20) })] })),
      { exchanges: base, sockets: [fine.wsTest, fine.socketAs('ws-repeat', socket(1, { close: dropped(18) }))] },
    ),
  },
  {
    name: 'ws-factory-failed',
    cause: 'ws-factory-failure',
    tests: ['P1-01', 'P1-02', 'P1-03', 'P1-04'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-02', 'P1-03', 'P1-04'], () => ({
        class: 'ws-clean-refusal',
        sockets: [
          socket(1, {
            frames: [got(20, refusal('FACTORY_INIT_FAILED'))],
            close: closed(1011, 'Factory SSOT validation failed', 120),
          }),
        ],
      })),
    ),
  },
  {
    name: 'ws-close-1000-main-cleanup',
    cause: 'ws-closed-early',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-closed-early',
        sockets: [socket(1, { close: closed(1000, 'main cleanup', 56) })],
      })),
    ),
  },
  {
    name: 'ws-no-welcome',
    cause: 'welcome-missing',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-silent',
        sockets: [
          socket(1, {
            as: valid(id),
            frames: [
              got(10, { type: 'handshake_validation', timestamp: 1, validation_id: 'x' }),
              got(12, ping),
              got(1_012, ping),
            ],
            close: byUs(3_010),
          }),
        ],
      })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs(
            'ws-repeat',
            socket(1, {
              frames: [got(12, ping), sent(1_000, { type: 'ping' }), got(1_005, pong('e2e-gp-a'))],
              close: byUs(2_000),
            }),
          ),
        ],
      },
    ),
  },
  {
    name: 'ws-welcome-degraded',
    cause: 'service-degraded',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-silent',
        sockets: [
          socket(1, { frames: [got(20, { type: 'system_message', data: { event: 'degraded_mode' } })], close: byUs() }),
        ],
      })),
    ),
  },
  {
    name: 'ws-welcome-other-user',
    cause: 'identity-mixup',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-wrong-user',
        sockets: [
          socket(1, { as: valid(id), welcomeAt: 40, frames: [got(40, welcome('e2e-gp-other'))], close: byUs() }),
        ],
      })),
      { exchanges: base, sockets: [fine.socketAs('ws-none', turnedAway(1))] },
    ),
  },
  {
    name: 'ws-mute',
    cause: 'ws-mute',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({ class: 'ws-silent', sockets: [socket(1, { as: valid(id), close: byUs(3_010) })] })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs('ws-repeat', socket(1, { frames: [sent(1_000, { type: 'ping' })], close: byUs(2_000) })),
        ],
      },
    ),
  },
  {
    name: 'ws-zombie',
    cause: 'ws-zombie',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-mute',
        sockets: [
          socket(1, {
            as: valid(id),
            welcomeAt: 40,
            frames: [
              got(40, welcome('e2e-gp-a')),
              got(42, ping),
              ...(id === 'P1-16'
                ? [
                    sent(60, { type: 'gp-00000001_type' }),
                    sent(61, { type: 'chat_message', message_id: 'gp-00000002', payload: { content: 'x' } }),
                  ]
                : id === 'P1-03'
                  ? [
                      sent(60, { type: 'chat_message', message_id: 'm', payload: { content: 'x' } }),
                      sent(3_060, { type: 'ping' }),
                    ]
                  : [sent(60, { type: 'ping' })]),
            ],
            close: byUs(5_200),
          }),
        ].map((one) => ({ ...one, sub: 'e2e-gp-a' })),
      })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs(
            'ws-repeat',
            socket(1, {
              welcomeAt: 40,
              frames: [got(40, welcome('e2e-gp-a')), got(42, ping), sent(1_000, { type: 'ping' })],
              close: byUs(2_000),
            }),
          ),
        ],
      },
    ),
  },
  {
    name: 'overload',
    cause: 'overload-shed',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, () => ({
        class: 'ws-clean-refusal',
        sockets: [socket(1, { close: closed(1013, 'try again later', 10) })],
      })),
    ),
  },
  {
    name: 'an illegal close code',
    cause: 'ws-protocol-violation',
    tests: ['P1-01', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-03'], () => ({
        class: 'ws-closed-early',
        sockets: [
          socket(1, {
            error: { code: 'WS_ERR_INVALID_CLOSE_CODE', message: 'Invalid WebSocket frame: invalid status code 401' },
            close: dropped(40),
          }),
        ],
      })),
    ),
  },
  {
    name: 'a hop ends sockets at 30 s',
    cause: 'edge-timeout',
    tests: ['P1-01', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-03'], () => ({
        class: 'ws-closed-late',
        sockets: [
          socket(1, {
            welcomeAt: 40,
            frames: [got(40, welcome('e2e-gp-a')), sent(60, { type: 'ping' }), got(66, pong('e2e-gp-a'))],
            close: dropped(30_100),
          }),
        ],
      })),
    ),
  },
  {
    name: 'the late welcome',
    cause: 'welcome-late',
    tests: ['P1-01', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-03'], () => ({ class: 'ws-silent', sockets: [socket(1, { close: byUs(3_010) })] })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs(
            'ws-repeat',
            socket(1, { welcomeAt: 4_500, frames: [got(4_500, welcome('e2e-gp-a'))], close: byUs(4_600) }),
          ),
        ],
      },
    ),
  },
  ...Object.entries({
    'Server sent a Sec-WebSocket-Extensions header but no extension was requested': 'ws-protocol-violation',
    'Invalid Sec-WebSocket-Extensions header': 'ws-protocol-violation',
    'Invalid Sec-WebSocket-Accept header': 'edge-misroute',
    'Invalid Upgrade header': 'edge-misroute',
    'Server sent an invalid subprotocol': 'subprotocol-invalid',
    'Server sent a subprotocol but none was requested': 'subprotocol-invalid',
  } as const).map(([message, cause]): Situation => ({
    name: `our client refuses the 101: ${message}`,
    cause,
    tests: ['P1-01', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-03'], () => ({
        class: cause === 'subprotocol-invalid' ? 'ws-subprotocol' : 'ws-upgrade',
        sockets: [socket(1, { error: { message }, close: closed(1006, '', 8, 'client') })],
      })),
    ),
  })),
  ...(['client', 'network'] as const).flatMap((by) =>
    Object.entries({
      WS_ERR_UNEXPECTED_RSV_1: 'ws-protocol-violation',
      WS_ERR_UNEXPECTED_RSV_2_3: 'ws-protocol-violation',
      WS_ERR_UNEXPECTED_MASK: 'ws-protocol-violation',
      WS_ERR_INVALID_OPCODE: 'ws-protocol-violation',
      WS_ERR_INVALID_UTF8: 'ws-protocol-violation',
      'WS_ERR_UNEXPECTED_RSV_1; the bytes after the 101 are text: "HTTP/1.1 200 OK"': 'edge-misroute',
    } as const).map(([error, cause]): Situation => ({
      name: `our client leaves because of ${error}, 1006 by the ${by}`,
      cause,
      tests: ['P1-01', 'P1-03'],
      confidence: 'high',
      input: run(
        on(['P1-01', 'P1-03'], () => ({
          class: 'ws-closed-early',
          sockets: [
            socket(1, {
              error: { code: error.split(';', 1)[0] ?? '', message: `Invalid WebSocket frame: ${error}` },
              close: closed(1006, '', 8, by),
            }),
          ],
        })),
      ),
    })),
  ),
  {
    name: 'a masked frame after the welcome, our client leaves',
    cause: 'ws-protocol-violation',
    tests: ['P1-03'],
    input: run({
      'P1-03': {
        class: 'ws-closed-late',
        sockets: [
          socket(1, {
            welcomeAt: 40,
            frames: [got(40, welcome('e2e-gp-a')), sent(60, { type: 'ping' })],
            error: { code: 'WS_ERR_UNEXPECTED_MASK', message: 'Invalid WebSocket frame: MASK must be clear' },
            close: closed(1006, '', 70, 'client'),
          }),
        ],
      },
    }),
  },
  {
    name: 'a gateway’s page where a refusal is expected',
    cause: 'gateway-5xx',
    confidence: 'medium',
    tests: ['P1-09'],
    input: run({
      'P1-09': {
        class: 'http-status',
        exchanges: [
          http('GET /api/agents/status', 200, { body: [] }),
          http('GET /api/agents/status', 502, { as: 'none', expected: '403/401', type: 'text/html', body: PAGE }),
        ],
      },
    }),
  },
  {
    name: 'a short window of gateway pages on several routes, refusals and upgrades among them',
    cause: 'redeploy',
    confidence: 'medium',
    tests: ['P1-01', 'P1-09', 'P1-15'],
    input: run(
      {
        'P1-01': {
          class: 'ws-upgrade',
          sockets: [
            socket(1, { at: 10_000, upgrade: { status: 502, body: PAGE, headers: { 'content-type': 'text/html' } } }),
          ],
        },
        'P1-09': {
          class: 'http-status',
          exchanges: [
            http('GET /api/agents/status', 200, { body: [] }),
            http('GET /api/agents/status', 502, {
              as: 'none',
              at: 11_000,
              expected: '403/401',
              type: 'text/html',
              body: PAGE,
            }),
          ],
        },
        'P1-15': {
          class: 'http-status',
          exchanges: [
            http('POST /api/tools/execute', 504, { at: 12_000, expected: '422', type: 'text/html', body: PAGE }),
          ],
        },
      },
      { exchanges: base },
    ),
  },
  {
    name: 'a redirect to a login on one route',
    cause: 'edge-misroute',
    tests: ['P1-09'],
    input: run(
      {
        'P1-09': {
          class: 'http-status',
          exchanges: [
            http('GET /api/agents/status', 302, {
              type: 'text/html',
              headers: { location: 'https://accounts.google.com/o/oauth2/v2/auth' },
            }),
          ],
        },
      },
      { exchanges: base },
    ),
  },
  {
    name: 'an access proxy in front of everything',
    cause: 'edge-misroute',
    tests: ALL,
    input: stoppedRun(
      'down',
      'http-status',
      'api.example answers, but leads to a login page of accounts.google.com: an access proxy? GET /health -> 302.',
      ['302'],
    ),
  },
];
