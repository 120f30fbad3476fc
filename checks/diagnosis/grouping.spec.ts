import { expect, test } from '@playwright/test';
import { diagnose } from '../../src/diagnosis/classify.ts';
import { wantedProbes } from '../../src/diagnosis/probes.ts';
import { sequenceSvg, sequenceText } from '../../src/diagnosis/sequence.ts';
import {
  ALL,
  byUs,
  closed,
  dropped,
  envelope,
  failedTest,
  fine,
  good,
  got,
  http,
  on,
  preflightOf,
  refusal,
  run,
  sent,
  socket,
  turnedAway,
  welcome,
} from './wire.ts';

const CRASH = () => socket(1, { close: closed(1011, 'Internal error', 155) });
const base = [...fine.health, ...fine.token];

test('two faults at once - both are named, each for its own tests', () => {
  const { groups } = diagnose(
    run(
      {
        ...on(['P1-01', 'P1-02'], () => ({ class: 'ws-clean-refusal', sockets: [CRASH()] })),
        ...on(['P1-10', 'P1-21'], (id) => ({
          class: 'http-status',
          exchanges: [http(id === 'P1-10' ? 'GET /api/tools' : 'GET /api/users/profile', 500, { body: envelope(500) })],
        })),
      },
      { exchanges: base },
    ),
  );
  expect(groups.map(({ cause, tests }) => [cause, ...tests])).toEqual([
    ['ws-crash-after-accept', 'P1-01', 'P1-02'],
    ['app-5xx', 'P1-10'],
    ['app-5xx', 'P1-21'],
  ]);
});

test('a security hole beside a broken route - the hole is listed first', () => {
  const { groups } = diagnose(
    run(
      {
        'P1-10': { class: 'http-status', exchanges: [http('GET /api/tools', 500, { body: envelope(500) })] },
        'P1-14': {
          class: 'foreign-data',
          exchanges: [http('GET /api/threads/thread_3_cc', 200, { expected: '403', body: { id: 'thread_3_cc' } })],
        },
      },
      { exchanges: base },
    ),
  );
  expect(groups.map(({ cause }) => cause)).toEqual(['isolation-breach-http', 'app-5xx']);
});

test('a hole that only a probe saw - a finding of its own, no group', () => {
  const { groups, findings } = diagnose(
    run(
      { 'P1-01': { class: 'ws-clean-refusal', sockets: [CRASH()] } },
      {
        exchanges: base,
        sockets: [
          fine.socketAs(
            'ws-bad',
            socket(9, { as: 'forged(A)', expected: 'refusal', frames: [got(20, welcome('e2e-gp-a'))], close: byUs() }),
          ),
        ],
      },
    ),
  );
  expect(groups.flatMap(({ tests }) => tests)).toEqual(['P1-01']);
  expect(findings.filter(({ kind }) => kind === 'security').map(({ statement }) => statement)).toEqual([
    expect.stringContaining('auth-token-not-validated'),
  ]);
});

test('one observation of a certain sign - medium, and high with a second one', () => {
  const one = { class: 'ws-closed-early' as const, sockets: [socket(1, { close: closed(1000, 'main cleanup', 56) })] };
  const confidenceOf = (red: Parameters<typeof run>[0]) =>
    diagnose(run(red)).groups.map(({ confidence }) => confidence);
  expect(confidenceOf({ 'P1-01': one })).toEqual(['medium']);
  expect(confidenceOf({ 'P1-01': one, 'P1-03': one })).toEqual(['high']);
});

test('a standstill of our own process - no timing is held against the target at high', () => {
  const slow = (lag: number) =>
    diagnose(
      run({
        'P1-11': {
          class: 'deadline',
          key: 'agent.slowest',
          lag,
          exchanges: ['/health', '/api/threads', '/api/tools', '/health/ready'].map((path) =>
            http(`GET ${path}`, 200, { body: {}, head: 2_300 }),
          ),
        },
      }),
    ).groups.map(({ confidence }) => confidence);
  expect(slow(5)).toEqual(['high']);
  expect(slow(2_500)).toEqual(['low']);
});

test('a failure without wire and without a name - unknown, with the probe that would decide', () => {
  const { groups } = diagnose(
    run({ 'P1-10': { class: 'unknown', exchanges: [http('GET /api/tools', 200, { body: {} })] } }),
  );
  expect(groups.map(({ cause, confidence }) => [cause, confidence])).toEqual([['unknown', 'low']]);
  expect(groups[0]?.evidence.map(({ fact }) => fact)).toContain('GET /api/tools as A: 200 {}');
  expect(groups[0]?.next_step).toContain('health');
});

test('the first red test of two causes - it stands in the group of the first, the other under also', () => {
  const { groups } = diagnose(
    run(
      {
        'P1-09': {
          class: 'http-status',
          promise: 'GET http://127.0.0.1:4000/api/chat/agents/x/status as A -> 500',
          exchanges: [
            http('GET /api/chat/agents/x/status', 500, { body: envelope(500) }),
            http('GET /api/agents/status?agent_id=gp-0000000f', 200, {
              at: 900,
              expected: '404',
              body: [{ agent_id: 'gp-0000000f', status: 'running' }],
            }),
          ],
        },
      },
      { exchanges: base },
    ),
  );
  expect(groups.map(({ cause, tests, also }) => ({ cause, tests, also: also?.map((one) => one.cause) }))).toEqual([
    { cause: 'app-5xx', tests: ['P1-09'], also: ['lifecycle-state-wrong'] },
  ]);
});

test('session-5 - what is normal is named as ruled out, and the 1011 question is answered', () => {
  const wsHealth = {
    status: 'healthy',
    metrics: { websocket: { active_connections: 0, total_connections: 0, messages_processed: 0, error_rate: 0 } },
  };
  const { groups, findings, questions } = diagnose(
    run(
      on(['P1-01', 'P1-02', 'P1-03', 'P1-04'], () => ({ class: 'ws-clean-refusal', sockets: [CRASH()] })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs('ws-none', socket(2, { as: 'none', close: closed(1011, 'Internal error', 152) })),
        ],
      },
      preflightOf({ wsHealth }),
    ),
  );
  expect(groups).toHaveLength(1);
  expect(groups[0]?.ruled_out.map(({ cause }) => cause)).toEqual(
    expect.arrayContaining([
      'auth-valid-token-rejected',
      'tcp-reset',
      'e2e_testing.enabled:false',
      'all-zero metrics in /ws/health',
      'auth-secret-mismatch',
    ]),
  );
  expect(findings.map(({ statement }) => statement)).toContain('/ws/health says healthy while sockets do not work');
  expect(questions.close1011).toMatchObject({
    seen: 5,
    points: ['between accept and the first frame'],
    reasons: ['Internal error'],
    precedingFrames: ['none'],
  });
  expect(questions.e2eDetection).toMatchObject({ sent: true, serverSaysEnabled: false, weakenedAuthentication: null });
});

test('403 on an upgrade - five causes, told apart by what else answers', () => {
  const said = (probes: Parameters<typeof run>[1], body = '', headers = {}, healthy = true) =>
    diagnose(
      run(
        on(healthy ? ['P1-01', 'P1-03'] : ALL, () => ({
          class: 'ws-upgrade',
          sockets: [socket(1, { upgrade: { status: 403, body, headers } })],
        })),
        {
          ...probes,
          exchanges: [
            ...(healthy
              ? base
              : [fine.as('health', http('GET /health', 403, { as: 'none', type: 'text/html', body }))]),
            ...(probes?.exchanges ?? []),
          ],
        },
      ),
    ).groups.map(({ cause }) => cause);
  const refused = { status: 403 };
  expect(said({}, '<html>no permission</html>', { server: 'Google Frontend' }, false)).toEqual([
    'platform-access-denied',
  ]);
  expect(said({}, '<html>blocked</html>', { 'content-type': 'text/html' })).toEqual(['edge-request-blocked']);
  expect(
    said({
      exchanges: [fine.as('ws-config', http('GET /ws/config', 404, { body: { detail: 'Not Found' } }))],
      sockets: [
        fine.socketAs('ws-test', socket(8, { path: '/ws/test', as: 'none', expected: 'transport', upgrade: refused })),
        fine.socketAs('ws-random', socket(9, { expected: 'upgrade-refusal', upgrade: refused })),
      ],
    }),
  ).toEqual(['ws-route-missing']);
  expect(said({ sockets: [fine.wsTest, fine.socketAs('ws-none', turnedAway(9))] })).toEqual([
    'auth-valid-token-rejected',
  ]);
  expect(
    said({ sockets: [fine.wsTest, fine.socketAs('ws-none', socket(9, { as: 'none', upgrade: refused }))] }),
  ).toEqual(['ws-handshake-refused']);
});

test('a drop after the welcome - told apart by what was sent and who fell with it', () => {
  const greeted = (more: Parameters<typeof socket>[1]) =>
    socket(1, { welcomeAt: 40, ...more, frames: [got(40, welcome('e2e-gp-a')), ...(more?.frames ?? [])] });
  const said = (trace: ReturnType<typeof socket>, probe = good(9)) =>
    diagnose(
      run(
        {
          'P1-01': { class: 'ws-closed-late', sockets: [trace] },
          'P1-03': { class: 'ws-closed-late', sockets: [trace] },
        },
        { exchanges: base, sockets: [fine.socketAs('ws-repeat', probe)] },
      ),
    ).groups.map(({ cause }) => cause);
  const chat = sent(60, { type: 'chat_message', message_id: 'm', payload: { content: 'x' } });
  expect(said(greeted({ frames: [sent(60, { type: 'ping' })], close: dropped(90) }))).toEqual([
    'message-handler-crash',
  ]);
  expect(said(greeted({ frames: [chat], close: closed(1011, 'Internal error', 4_000) }))).toEqual(['agent-run-crash']);
  expect(said(greeted({ close: dropped(900) }), greeted({ close: dropped(900) }))).toEqual(['ws-crash-after-welcome']);
  expect(said(greeted({ frames: [chat], close: dropped(30_300) }))).toEqual(['edge-timeout']);
  expect(said(greeted({ close: closed(1012, 'Service restart', 900) }))).toEqual(['redeploy']);
  expect(said(greeted({ close: closed(1008, 'Connection limit', 900) }))).toEqual(['ws-connection-limit']);
});

test('probes of a failure - those that tell its rivals apart', () => {
  const plan = (red: Parameters<typeof failedTest>[1]) => {
    const [attempt] = failedTest('P1-01', red).attempts;
    return wantedProbes(attempt?.failures ?? [], attempt?.evidence ?? null);
  };
  expect(plan({ class: 'ws-upgrade', sockets: [socket(1, { upgrade: { status: 403 } })] })).toMatchObject({
    symptom: 'socket upgrade 403',
    probes: expect.arrayContaining(['ws-test', 'ws-none', 'ws-bad', 'ws-random', 'ws-config', 'http-token']),
  });
  expect(
    plan({
      class: 'auth-rejected',
      sockets: [socket(1, { frames: [got(20, refusal('NO_TOKEN'))], close: closed(1008, 'SSOT Auth failed', 25) })],
    }).probes,
  ).toContain('ws-carriers');
  expect(
    plan({ class: 'ws-subprotocol', sockets: [socket(1, { error: { message: 'Server sent no subprotocol' } })] })
      .probes,
  ).toContain('ws-no-offer');
  expect(
    plan({
      class: 'events-missing',
      sockets: [
        good(1, 'A', {
          frames: [sent(90, { type: 'chat_message', payload: { content: 'x', thread_id: 'thread_7' } })],
        }),
      ],
    }),
  ).toMatchObject({ probes: expect.arrayContaining(['http-run', 'stored']), threadId: 'thread_7' });
  expect(
    plan({
      class: 'http-status',
      exchanges: [http('GET /api/chat/messages/aaaaaaaa-1', 404, { body: envelope(404) })],
    }),
  ).toMatchObject({ probes: ['health', 'reread', 'ws-config'], reread: 1 });
  expect(
    plan({ class: 'tcp-refused', exchanges: [http('GET /health', null, { error: { code: 'ECONNREFUSED' } })] }).probes,
  ).toEqual(['health', 'scheme']);
});

test('a socket as a picture - the steps in order, the end in words', () => {
  const trace = socket(3, {
    as: 'A',
    welcomeAt: 40,
    frames: [got(40, welcome('e2e-gp-a')), sent(60, { type: 'ping' }), got(70, refusal('PROCESSING_ERROR'))],
    close: closed(1011, 'Internal error', 151),
  });
  const lines = sequenceText(trace).split('\n');
  expect(lines.map((line) => line.replace(/\s+/g, ' ').trim())).toEqual([
    'socket 3 as A, with E2E headers, welcomed after 40 ms',
    '1 ms client ──▶ server GET /ws Upgrade, token by header',
    '5 ms client ◀── server 101, subprotocol jwt-auth',
    '40 ms client ◀── server system_message: connection_established, e2e-gp-a',
    '60 ms client ──▶ server ping',
    '70 ms client ◀── server error_message: PROCESSING_ERROR',
    '151 ms client ◀── server close 1011 "Internal error"',
  ]);
  expect(sequenceSvg(trace)).toContain('close 1011 &quot;Internal error&quot;');
});
