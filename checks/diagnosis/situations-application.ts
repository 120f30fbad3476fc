/** Wires of FAULTS.md 3.5 to 3.14: messages, agents, storage, settings, isolation, limits, errors, sessions, health. */
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
  refusal,
  RUN_OK,
  run,
  sent,
  socket,
  SUB,
  turnedAway,
  welcome,
  WS_TESTS,
  type Red,
} from './wire.ts';
import type { Exchange, Frame, SocketTrace } from '../../src/evidence/trace.ts';

const base = [...fine.health, ...fine.token];
const HTTP_TESTS = ALL.filter((id) => Number(id.slice(3)) > 4);

const MARK = ['gp-0000000a', 'gp-0000000b', 'gp-0000000c', 'gp-0000000d'] as const;
const prompt = (marker: string, a = 48_213, b = 7_719) =>
  `Reply with the sum of ${a} and ${b}, followed by the marker ${marker}.`;
const chat = (at: number, id: string, marker: string): Frame =>
  sent(at, { type: 'chat_message', message_id: id, payload: { content: prompt(marker) } });

interface RunWire {
  readonly at?: number;
  readonly id?: string;
  readonly messageId?: string;
  readonly answer?: string;
  readonly tool?: string;
}
const event = (type: string, runId: string, payload: object, at: number): Frame =>
  got(at, {
    type,
    run_id: runId,
    agent_name: 'Supervisor',
    timestamp: `2025-09-09T17:35:0${Math.min(9, Math.floor(at / 1000))}.${String(Math.floor(at % 1000)).padStart(3, '0')}Z`,
    payload,
  });

const wholeRun = ({
  at = 100,
  id = 'run_1',
  messageId = 'm1',
  answer = `The sum is 55932. Marker: ${MARK[0]}.`,
  tool = 'calculator',
}: RunWire): Frame[] => [
  event(
    'agent_started',
    id,
    { status: 'started', context: { thread_id: 'thread_1', message_id: messageId }, message: 'x' },
    at,
  ),
  event(
    'agent_thinking',
    id,
    { reasoning: 'x', step_number: 1, progress_percentage: null, status: 'thinking' },
    at + 30,
  ),
  event('tool_executing', id, { tool_name: tool, parameters: {}, status: 'executing', message: 'x' }, at + 60),
  event(
    'tool_completed',
    id,
    { tool_name: tool, result: {}, execution_time_ms: 1, status: 'completed', message: 'x' },
    at + 90,
  ),
  event(
    'agent_completed',
    id,
    {
      status: 'completed',
      result: { answer, thread_id: 'thread_1', message_id: 'x' },
      execution_time_ms: 1,
      message: 'x',
    },
    at + 120,
  ),
];

const talk = (frames: Frame[], more: { as?: string; id?: number; close?: SocketTrace['close'] } = {}): SocketTrace => {
  const as = more.as ?? 'A';
  return socket(more.id ?? 1, {
    as,
    welcomeAt: 40,
    frames: [got(40, welcome(SUB[as] ?? as, `ws_${as}_${more.id ?? 1}`)), got(42, ping), ...frames],
    close: more.close ?? byUs(),
  });
};
const RUNS = ['P1-03', 'P1-04'];
const alive = fine.socketAs(
  'ws-repeat',
  socket(1, {
    welcomeAt: 40,
    frames: [got(40, welcome('e2e-gp-a')), sent(1_000, { type: 'ping' }), got(1_006, pong('e2e-gp-a'))],
    close: byUs(2_000),
  }),
);
const asked = (body: object, status = 200, more: object = {}): Exchange =>
  http('POST /api/agents/triage', status, { sent: { message: prompt(MARK[0]) }, body, ...more });
const REFUSED = {
  ...RUN_OK,
  status: 'service_unavailable',
  response: null,
  circuit_breaker_state: 'OPEN',
  error: 'agents are not available',
};
const sse = (path: string, frames: object[], more: Parameters<typeof http>[2] = {}): Exchange =>
  http(`POST ${path}`, 200, {
    type: 'text/event-stream',
    sent: { message: prompt(MARK[0]), simulate_delay: 0.3 },
    body: frames.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''),
    reads: [9, 40, 400],
    ...more,
  });
const AGENT_TESTS = ['P1-07', 'P1-11', 'P1-16', 'P1-19', 'P1-20'];

const post = (id: string, label: string, more: Parameters<typeof http>[2] = {}): Exchange =>
  http('POST /api/chat/messages', 200, {
    sent: { thread_id: label, content: `${id} text` },
    body: { message: { id, content: `${id} text`, user_id: 'e2e-gp-a', thread_id: label }, status: 'created' },
    headers: { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '9' },
    ...more,
  });
const list = (label: string, total: number, messages: object[], more: Parameters<typeof http>[2] = {}): Exchange =>
  http(`GET /api/chat/messages?thread_id=${label}`, 200, {
    at: 500,
    body: { messages, total_count: total, page: 1, page_size: 50, has_more: false },
    ...more,
  });
const byId = (id: string, status: number, more: Parameters<typeof http>[2] = {}): Exchange =>
  http(`GET /api/chat/messages/${id}`, status, {
    at: 500,
    body: status === 200 ? { id, content: `${id} text`, user_id: 'e2e-gp-a' } : envelope(404, 'Message not found'),
    ...more,
  });
const wsConfig = (limits: object): Exchange =>
  http('GET /ws/config', 200, { as: 'none', body: { websocket: { limits } } });
const GOOD_LIMITS = {
  max_connections_per_user: 3,
  max_message_rate_per_minute: 100,
  max_message_size_bytes: 8192,
  heartbeat_interval_seconds: 1,
};

const STOPPED = event(
  'agent_started',
  'run_1',
  { status: 'started', context: { thread_id: 'thread_1', message_id: 'm1' }, message: 'x' },
  100,
);
const THINKING = event(
  'agent_thinking',
  'run_1',
  { reasoning: 'x', step_number: 1, progress_percentage: null, status: 'thinking' },
  130,
);

export const APPLICATION: readonly Situation[] = [
  {
    name: 'msg-crash-1011',
    cause: 'message-handler-crash',
    tests: WS_TESTS,
    confidence: 'high',
    input: run(
      on(WS_TESTS, (id) => ({
        class: 'ws-closed-late',
        sockets: [
          talk([id === 'P1-03' ? chat(60, 'm1', MARK[0]) : sent(60, { type: id === 'P1-16' ? 'x_type' : 'ping' })], {
            close: closed(1011, 'Internal error', 75),
          }),
        ],
      })),
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs(
            'ws-repeat',
            talk([sent(1_000, { type: 'ping' })], { close: closed(1011, 'Internal error', 1_010) }),
          ),
        ],
      },
    ),
  },
  {
    name: 'crash after the welcome',
    cause: 'ws-crash-after-welcome',
    tests: ['P1-01', 'P1-02', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-02', 'P1-03'], () => ({
        class: 'ws-closed-late',
        sockets: [talk([sent(60, { type: 'ping' })], { close: closed(1011, 'Internal error', 200) })],
      })),
      {
        exchanges: base,
        sockets: [fine.socketAs('ws-repeat', talk([], { close: closed(1011, 'Internal error', 200) }))],
      },
    ),
  },
  {
    name: 'a run kills the socket',
    cause: 'agent-run-crash',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'ws-closed-late',
        sockets: [talk([chat(60, 'm1', MARK[0]), STOPPED], { close: dropped(3_100) })],
      })),
      { exchanges: base, sockets: [alive] },
    ),
  },
  ...(['msg-chat-swallowed', 'msg-ack-only'] as const).map((name): Situation => ({
    name,
    cause: 'message-swallowed',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'events-missing',
        sockets: [
          talk([
            chat(60, 'm1', MARK[0]),
            ...(name === 'msg-ack-only'
              ? [got(66, { type: 'ack', received_type: 'chat_message', status: 'acknowledged' })]
              : []),
            sent(3_060, { type: 'ping' }),
            got(3_066, pong('e2e-gp-a')),
          ]),
        ],
      })),
      { exchanges: [...base, fine.run(RUN_OK)], sockets: [alive] },
    ),
  })),
  {
    name: 'msg-bad-json-kills-socket',
    cause: 'message-handler-crash',
    tests: ['P1-03'],
    confidence: 'medium',
    input: run(
      {
        'P1-03': {
          class: 'ws-closed-late',
          sockets: [talk([chat(60, 'm1', MARK[0]), ...wholeRun({}), sent(300, '{not json')], { close: dropped(320) })],
        },
      },
      { exchanges: base, sockets: [alive] },
    ),
  },
  {
    name: 'msg-oversize-dropped',
    cause: 'message-contract',
    tests: ['P1-03'],
    input: run({
      'P1-03': {
        class: 'ws-mute',
        sockets: [
          talk([
            chat(60, 'm1', MARK[0]),
            ...wholeRun({}),
            sent(300, { type: 'ping' }, 8_192),
            got(306, pong('e2e-gp-a')),
            sent(310, { type: 'ping' }, 8_193),
          ]),
        ],
      },
    }),
  },
  {
    name: 'agent-ws-canned',
    cause: 'agent-fake-answer',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'answer-wrong',
        sockets: [
          talk([chat(60, 'm1', MARK[0]), ...wholeRun({ answer: 'Your analysis is complete.', tool: 'analysis_tool' })]),
        ],
      })),
    ),
  },
  {
    name: 'agent-http-mock',
    cause: 'agent-fake-answer',
    tests: ['P1-07'],
    input: run({
      'P1-07': {
        class: 'answer-wrong',
        exchanges: [
          asked({ ...RUN_OK, response: `The sum is 55932. ${MARK[0]}` }),
          asked({ ...RUN_OK, response: `Mock triage agent response for: ${prompt(MARK[1])}` }, 200, {
            sent: { message: prompt(MARK[1]) },
          }),
        ],
      },
    }),
  },
  {
    name: 'agent-failure-inside-200',
    cause: 'agent-reported-failure',
    tests: AGENT_TESTS,
    confidence: 'high',
    input: run(
      on(AGENT_TESTS, () => ({ class: 'answer-failure', exchanges: [asked(REFUSED)] })),
      { exchanges: [...base, fine.run(REFUSED)] },
    ),
  },
  {
    name: 'agent-fallback-with-token',
    cause: 'agent-fake-answer',
    tests: ['P1-07', 'P1-09', 'P1-11', 'P1-16', 'P1-19', 'P1-20', 'P1-22'],
    confidence: 'high',
    input: run({
      ...on(AGENT_TESTS, (id) => ({
        class: 'answer-wrong',
        exchanges: [
          asked(
            {
              ...RUN_OK,
              response: "Fallback triage agent response: Successfully processed 'x' using recovery mechanism",
            },
            200,
            id === 'P1-16'
              ? { sent: { message: 'Which code word is in my context?', context: { code_word: MARK[1] } } }
              : {},
          ),
        ],
      })),
      'P1-09': {
        class: 'http-body',
        exchanges: [
          http('POST /api/agents/start', 200, {
            sent: { agent_id: 'gp-00000001-agent' },
            body: { success: true, agent_id: 'gp-00000001-agent', message: 'Fallback agent started' },
          }),
        ],
      },
      'P1-22': {
        class: 'answer-wrong',
        exchanges: [
          http('POST /api/agents/start', 200, {
            sent: { agent_id: 'gp-00000001-life' },
            body: { success: true, agent_id: 'gp-00000001-life', message: 'Fallback start' },
          }),
        ],
      },
    }),
  },
  {
    name: 'agent-ws-tools-missing',
    cause: 'event-delivery-lost',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'events-missing',
        sockets: [talk([chat(60, 'm1', MARK[0]), ...wholeRun({}).filter(({ type }) => !type?.startsWith('tool'))])],
      })),
      {
        exchanges: [
          ...base,
          fine.as(
            'stored',
            http('GET /api/threads/thread_1/messages', 200, { body: { messages: [{ role: 'assistant' }] } }),
          ),
        ],
      },
    ),
  },
  {
    name: 'agent-ws-duplicated',
    cause: 'event-order',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'events-order',
        sockets: [
          talk([
            chat(60, 'm1', MARK[0]),
            ...wholeRun({})
              .flatMap((one) =>
                one.type === 'agent_started' || one.type === 'agent_completed'
                  ? [one, { ...one, at: one.at + 20 }]
                  : [one],
              )
              .sort((a, b) => a.at - b.at),
          ]),
        ],
      })),
    ),
  },
  {
    name: 'agent-ws-out-of-order',
    cause: 'event-order',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'events-order',
        sockets: [talk([chat(60, 'm1', MARK[0]), ...wholeRun({}), { ...THINKING, at: 260 }])],
      })),
    ),
  },
  {
    name: 'agent-ws-wrong-run',
    cause: 'event-misrouted',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'events-missing',
        sockets: [talk([chat(60, 'm1', MARK[0]), STOPPED, ...wholeRun({ id: 'run_other' }).slice(1)])],
      })),
    ),
  },
  {
    name: 'events without a field',
    cause: 'event-contract',
    tests: RUNS,
    confidence: 'high',
    input: run(
      on(RUNS, () => ({
        class: 'ws-frame',
        sockets: [
          talk([
            chat(60, 'm1', MARK[0]),
            ...wholeRun({}).map((one) =>
              one.type === 'agent_thinking' ? { ...one, text: one.text.replace('"reasoning":"x",', '') } : one,
            ),
          ]),
        ],
      })),
    ),
  },
  {
    name: 'agent-stalls',
    cause: 'agent-stalled',
    tests: ['P1-03', 'P1-04', 'P1-07', 'P1-08', 'P1-11', 'P1-16', 'P1-19', 'P1-20'],
    confidence: 'high',
    input: run(
      {
        ...on(RUNS, () => ({
          class: 'events-missing',
          sockets: [
            talk([chat(60, 'm1', MARK[0]), STOPPED, THINKING, got(1_040, ping), got(2_040, ping)], {
              close: byUs(5_300),
            }),
          ],
        })),
        ...on(AGENT_TESTS, () => ({
          class: 'answer-failure',
          exchanges: [asked({ ...RUN_OK, status: 'timeout', response: null })],
        })),
        'P1-08': {
          class: 'deadline',
          exchanges: [
            sse('/api/agents/stream', [{ event: 'agent_started' }, { event: 'agent_thinking' }], {
              error: { code: 'GOLDENPATH_DEADLINE', message: 'no end within 5000 ms' },
              reads: [9, 40],
            }),
          ].map((one) => ({ ...one, phases: { ...one.phases, end: 5_000 } })),
        },
      },
      { exchanges: [...base, fine.run({ ...RUN_OK, status: 'timeout' })], sockets: [alive] },
    ),
  },
  {
    name: 'agent-sse-error',
    cause: 'agent-reported-failure',
    tests: ['P1-08'],
    input: run({
      'P1-08': {
        class: 'answer-failure',
        exchanges: [
          sse('/api/agents/stream', [
            { event: 'agent_started' },
            { event: 'agent_error', error: 'Service unavailable, using fallback' },
            { event: 'stream_end' },
          ]),
        ],
      },
    }),
  },
  {
    name: 'agent-sse-buffered',
    cause: 'stream-buffered',
    tests: ['P1-08'],
    confidence: 'high',
    input: run({
      'P1-08': {
        class: 'events-order',
        key: 'stream.agent.delivery',
        exchanges: ['/api/agents/stream', '/api/chat/stream'].map((path) =>
          sse(
            path,
            [
              { event: 'agent_started' },
              { event: 'agent_thinking' },
              { event: 'agent_progress' },
              { event: 'agent_completed', result: `55932 ${MARK[0]}` },
              { event: 'stream_end' },
            ],
            { reads: [1_000] },
          ),
        ),
      },
    }),
  },
  {
    name: 'a stream of broken JSON',
    cause: 'stream-broken',
    tests: ['P1-08'],
    input: run({
      'P1-08': {
        class: 'http-body',
        exchanges: [
          sse('/api/agents/stream', [], {
            body: 'data: {"event":"agent_started"}\n\ndata: {"event":\n\ndata: {"event":"stream_end"}\n\n',
          }),
        ],
      },
    }),
  },
  {
    name: 'health-green-agents-dead',
    cause: 'agent-service-down',
    tests: ['P1-03', 'P1-04', 'P1-07', 'P1-08', 'P1-11', 'P1-16', 'P1-19', 'P1-20'],
    confidence: 'high',
    input: run(
      {
        ...on(RUNS, () => ({
          class: 'events-missing',
          sockets: [talk([chat(60, 'm1', MARK[0]), sent(3_060, { type: 'ping' }), got(3_066, pong('e2e-gp-a'))])],
        })),
        ...on(AGENT_TESTS, () => ({ class: 'answer-failure', exchanges: [asked(REFUSED)] })),
        'P1-08': {
          class: 'answer-failure',
          exchanges: [
            sse('/api/agents/stream', [
              { event: 'agent_started' },
              { event: 'agent_error', error: 'unavailable' },
              { event: 'stream_end' },
            ]),
          ],
        },
      },
      { exchanges: [...base, fine.run(REFUSED)], sockets: [alive] },
    ),
  },
  {
    name: 'rest-500',
    cause: 'app-5xx',
    tests: HTTP_TESTS,
    confidence: 'high',
    input: run(
      on(HTTP_TESTS, (id, index) => ({
        class: 'http-status',
        exchanges: [
          http(`GET /api/${['threads', 'tools', 'config', 'mcp/servers', 'users/profile'][index % 5] ?? ''}`, 500, {
            expected: id === 'P1-06' ? '403' : '200',
            inFlight: id === 'P1-05' ? 8 : 0,
            body: envelope(500),
          }),
        ],
      })),
      { exchanges: fine.health },
    ),
  },
  ...(
    [
      ['P1-10', 'GET /api/tools'],
      ['P1-08', 'POST /api/chat/stream'],
      ['P1-12', 'GET /api/messages/'],
      ['P1-21', 'GET /api/users/profile'],
    ] as const
  ).map(([test, route]): Situation => ({
    name: `rest-500-route ${route}`,
    cause: 'app-5xx',
    tests: [test],
    input: run(
      {
        [test]: {
          class: 'http-status',
          exchanges: [http('GET /api/threads', 200, { body: [] }), http(route, 500, { body: envelope(500) })],
        },
      },
      { exchanges: base },
    ),
  })),
  {
    name: 'rest-write-not-stored',
    cause: 'persistence-lost',
    tests: ['P1-12', 'P1-15', 'P1-16', 'P1-17', 'P1-18'],
    confidence: 'high',
    input: run(
      {
        ...on(['P1-12', 'P1-17'], () => ({
          class: 'http-status',
          exchanges: [post('aaaaaaaa-1', 'gp-00000001'), byId('aaaaaaaa-1', 404)],
        })),
        'P1-15': {
          class: 'pagination',
          exchanges: [
            ...Array.from({ length: 12 }, (_, n) => post(`bbbbbbbb-${n}`, 'gp-00000002')),
            list('gp-00000002', 0, []),
          ],
        },
        'P1-16': { class: 'not-persisted', exchanges: [post('cccccccc-1', 'gp-00000003'), list('gp-00000003', 0, [])] },
        'P1-18': {
          class: 'not-persisted',
          exchanges: [
            ...Array.from({ length: 101 }, (_, n) => post(`dddddddd-${n}`, 'gp-00000004')),
            list('gp-00000004', 0, []),
          ],
        },
      },
      { exchanges: [...base, ...Array.from({ length: 6 }, () => fine.as('reread', byId('aaaaaaaa-1', 404)))] },
    ),
  },
  {
    name: 'rest-instance-local-store',
    cause: 'instance-local-state',
    tests: ['P1-12', 'P1-15', 'P1-18'],
    input: run(
      {
        'P1-12': {
          class: 'http-status',
          exchanges: [post('aaaaaaaa-1', 'gp-00000001'), byId('aaaaaaaa-1', 200), byId('aaaaaaaa-1', 404)],
        },
        'P1-15': {
          class: 'pagination',
          exchanges: [
            ...Array.from({ length: 12 }, (_, n) => post(`bbbbbbbb-${n}`, 'gp-00000002')),
            list('gp-00000002', 6, [{ id: 'bbbbbbbb-0' }]),
          ],
        },
        'P1-18': {
          class: 'not-persisted',
          exchanges: [
            ...Array.from({ length: 101 }, (_, n) => post(`dddddddd-${n}`, 'gp-00000004')),
            list('gp-00000004', 50, [{ id: 'x' }]),
          ],
        },
      },
      {
        exchanges: [
          ...base,
          ...[200, 404, 200, 404, 200, 404].map((status) => fine.as('reread', byId('aaaaaaaa-1', status))),
        ],
      },
    ),
  },
  {
    name: 'thread-update-lost',
    cause: 'persistence-lost',
    tests: ['P1-13'],
    input: run({
      'P1-13': {
        class: 'not-persisted',
        key: 'thread.rename.reread',
        exchanges: [
          http('POST /api/threads', 200, { sent: { title: MARK[0] }, body: { id: 'thread_1_aa', title: MARK[0] } }),
          http('PUT /api/threads/thread_1_aa', 200, {
            sent: { title: MARK[1] },
            body: { id: 'thread_1_aa', title: MARK[1] },
          }),
          http('GET /api/threads/thread_1_aa', 200, {
            at: 90,
            body: { id: 'thread_1_aa', title: MARK[0], updated_at: null, metadata: { status: 'active' } },
          }),
        ],
      },
    }),
  },
  {
    name: 'thread-switch-stale',
    cause: 'thread-mixup',
    tests: ['P1-14'],
    input: run({
      'P1-14': {
        class: 'not-persisted',
        exchanges: [
          http('POST /api/threads/thread_1_aa/messages', 200, { sent: { message: MARK[0] }, body: { id: 'm1' } }),
          http('POST /api/threads/thread_2_bb/messages', 200, { sent: { message: MARK[1] }, body: { id: 'm2' } }),
          http('GET /api/threads/thread_2_bb/messages', 200, {
            at: 90,
            body: { messages: [{ content: MARK[0] }], thread_id: 'thread_2_bb', total: 1 },
          }),
        ],
      },
    }),
  },
  ...(['history-offset-off-by-one', 'history-total-wrong'] as const).map((name): Situation => ({
    name,
    cause: 'pagination-wrong',
    tests: ['P1-15'],
    input: run({
      'P1-15': {
        class: 'pagination',
        exchanges: [
          ...Array.from({ length: 25 }, (_, n) =>
            http('POST /api/threads/thread_1_aa/messages', 200, {
              sent: { message: `gp-00000001 message ${n}` },
              body: { id: `m${n}` },
            }),
          ),
          ...[0, 10, 20].map((offset) =>
            http(`GET /api/threads/thread_1_aa/messages?limit=10&offset=${offset}`, 200, {
              at: 90,
              body: {
                messages: Array.from(
                  {
                    length:
                      name === 'history-total-wrong'
                        ? Math.min(10, 25 - offset)
                        : Math.min(10, 25 - offset - (offset > 0 ? 1 : 0)),
                  },
                  (_, n) => ({ id: n }),
                ),
                thread_id: 'thread_1_aa',
                total: name === 'history-total-wrong' ? Math.min(10, 25 - offset) : 25,
                limit: 10,
                offset,
              },
            }),
          ),
        ],
      },
    }),
  })),
  {
    name: 'discovery-localhost',
    cause: 'config-wrong',
    tests: ['P1-05'],
    input: run({
      'P1-05': {
        class: 'http-body',
        key: 'discovery.urls',
        exchanges: [
          http('GET /api/discovery/services', 200, {
            as: 'none',
            body: { services: { backend: { url: 'http://localhost:8000', ws_url: 'ws://localhost:8000/ws' } } },
          }),
        ],
      },
    }),
  },
  {
    name: 'config-limits-mismatch',
    cause: 'config-wrong',
    tests: ['P1-01', 'P1-06'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-06'], () => ({
        class: 'http-body',
        key: 'ws.config.limits',
        exchanges: [
          wsConfig({ ...GOOD_LIMITS, max_connections_per_user: 300, max_message_size_bytes: 4096 }),
          http('GET /ws/health', 200, {
            as: 'none',
            body: { status: 'healthy', config: { max_connections_per_user: 3 } },
          }),
        ],
      })),
    ),
  },
  {
    name: 'iso-messages-by-label',
    cause: 'isolation-breach-http',
    tests: ['P1-16'],
    input: run({
      'P1-16': {
        class: 'foreign-data',
        exchanges: [
          http('POST /api/chat/messages', 200, {
            sent: { content: MARK[0], thread_id: MARK[3] },
            body: { message: { id: 'aaaaaaaa-1' } },
          }),
          http('POST /api/chat/messages', 200, {
            as: 'B',
            sent: { content: MARK[1], thread_id: MARK[3] },
            body: { message: { id: 'bbbbbbbb-1' } },
          }),
          list(MARK[3], 2, [
            { id: 'aaaaaaaa-1', content: MARK[0], user_id: 'e2e-gp-a' },
            { id: 'bbbbbbbb-1', content: MARK[1], user_id: 'e2e-gp-b' },
          ]),
        ],
      },
    }),
  },
  {
    name: 'iso-thread-open',
    cause: 'isolation-breach-http',
    tests: ['P1-14', 'P1-16'],
    confidence: 'high',
    input: run(
      on(['P1-14', 'P1-16'], () => ({
        class: 'foreign-data',
        exchanges: [
          http('POST /api/threads', 200, {
            as: 'B',
            sent: { title: MARK[1] },
            body: { id: 'thread_3_cc', title: MARK[1] },
          }),
          http('GET /api/threads/thread_3_cc', 200, { expected: '403', body: { id: 'thread_3_cc', title: MARK[1] } }),
        ],
      })),
    ),
  },
  {
    name: 'iso-ws-broadcast',
    cause: 'isolation-breach-ws',
    tests: ['P1-04', 'P1-16'],
    confidence: 'high',
    input: run(
      on(['P1-04', 'P1-16'], () => ({
        class: 'foreign-data',
        sockets: [
          talk([chat(60, 'gp-11111111', MARK[0]), ...wholeRun({ messageId: 'gp-11111111' })]),
          talk(wholeRun({ messageId: 'gp-11111111' }), { as: 'B', id: 2 }),
        ],
      })),
    ),
  },
  {
    name: 'iso-first-call-admin',
    cause: 'privilege-escalation',
    tests: ['P1-06'],
    input: run({
      'P1-06': {
        class: 'foreign-data',
        exchanges: [http('GET /api/config', 200, { as: 'fresh', expected: '403', body: { log_level: 'info' } })],
      },
    }),
  },
  {
    name: 'perf-connect-blocks',
    cause: 'event-loop-stall',
    tests: ['P1-04'],
    input: run({
      'P1-04': {
        class: 'ws-upgrade',
        promise: 'the sockets open',
        exchanges: [1, 2, 3].map(() => http('GET /health', 200, { as: 'none', body: HEALTHY, head: 2_900, at: 50 })),
        sockets: [1, 2, 3, 4, 5].map((n) =>
          n < 4
            ? socket(n, {
                as: n > 3 ? 'B' : 'A',
                at: n,
                head: n * 1_000,
                welcomeAt: n * 1_000 + 20,
                frames: [got(n * 1_000 + 20, welcome('e2e-gp-a', `ws_${n}`))],
                close: byUs(5_000),
              })
            : socket(n, {
                as: 'B',
                at: n,
                head: null,
                error: { message: 'Opening handshake has timed out' },
                close: dropped(3_000),
              }),
        ),
      },
    }),
  },
  {
    name: 'limit-socket-leak',
    cause: 'ws-connection-limit',
    tests: ['P1-02', 'P1-04'],
    confidence: 'high',
    input: run(
      {
        'P1-02': {
          class: 'ws-clean-refusal',
          sockets: [good(1), good(2), good(3), socket(4, { close: closed(1011, 'Internal error', 10) })],
        },
        'P1-04': {
          class: 'ws-closed-early',
          sockets: [
            good(1),
            good(2),
            good(3),
            good(4, 'B'),
            good(5, 'B'),
            turnedAway(6),
            socket(7, { close: closed(1011, 'Internal error', 10) }),
          ],
        },
      },
      {
        exchanges: base,
        sockets: [
          fine.wsTest,
          fine.socketAs('ws-none', turnedAway(1)),
          fine.socketAs('ws-other-user', good(2, 'B', { at: 9_000 })),
          fine.socketAs('ws-repeat', socket(1, { at: 9_100, close: closed(1011, 'Internal error', 10) })),
        ],
      },
    ),
  },
  {
    name: 'limit-not-enforced',
    cause: 'app-rate-limit',
    tests: ['P1-18'],
    input: run({
      'P1-18': {
        class: 'limit',
        key: 'limit.enforced',
        exchanges: Array.from({ length: 120 }, (_, n) => post(`e${n}`, 'gp-00000009', { as: 'u', at: n * 5 })),
      },
    }),
  },
  {
    name: 'limit-429-without-retry-after',
    cause: 'app-rate-limit',
    tests: ['P1-18'],
    input: run({
      'P1-18': {
        class: 'limit',
        key: 'limit.retry-after',
        exchanges: [
          ...Array.from({ length: 101 }, (_, n) => post(`e${n}`, 'gp-00000009', { as: 'u', at: n * 5 })),
          http('POST /api/chat/messages', 429, { as: 'u', at: 600, expected: '429', body: envelope(429) }),
        ],
      },
    }),
  },
  {
    name: 'load-503-above-twelve',
    cause: 'concurrency-collapse',
    tests: ['P1-17'],
    confidence: 'high',
    input: run(
      {
        'P1-17': {
          class: 'http-status',
          exchanges: Array.from({ length: 20 }, (_, n) =>
            http('POST /api/threads', n < 12 ? 200 : 503, {
              as: `u${n}-`,
              inFlight: n,
              expected: n < 13 ? '200' : null,
              body: n < 12 ? { id: `thread_${n}_aa` } : envelope(503),
            }),
          ),
        },
      },
      { exchanges: base },
    ),
  },
  {
    name: 'err-stack-trace',
    cause: 'error-detail-leak',
    tests: ['P1-19'],
    confidence: 'high',
    input: run({
      'P1-19': {
        class: 'http-body',
        key: 'internals.fields',
        exchanges: [
          http('GET /api/threads', 403, {
            as: 'none',
            expected: '403/401',
            body: envelope(403, 'Not authenticated', {
              stack_trace: 'Traceback',
              source_file: '/app/main.py',
              line_number: 7,
            }),
          }),
          http('GET /api/threads/thread_0_xx', 404, {
            expected: '404',
            body: envelope(404, 'Thread not found', { stack_trace: 'Traceback' }),
          }),
        ],
      },
    }),
  },
  {
    name: 'err-html-instead-of-json',
    cause: 'edge-misroute',
    tests: HTTP_TESTS,
    confidence: 'high',
    input: run(
      on(HTTP_TESTS, (id) => ({
        class: id === 'P1-06' ? 'foreign-data' : 'http-body',
        exchanges: [
          http('GET /api/threads', 200, { expected: id === 'P1-06' ? '403' : '200', type: 'text/html', body: HTML }),
        ],
      })),
      { exchanges: fine.health },
    ),
  },
  {
    name: 'err-4xx-as-500',
    cause: 'error-status-wrong',
    tests: ['P1-14', 'P1-18', 'P1-19', 'P1-22'],
    confidence: 'high',
    input: run({
      'P1-14': {
        class: 'http-status',
        exchanges: [
          http('POST /api/threads/thread_1_aa/messages', 200, { sent: { message: 'x' }, body: { id: 'm' } }),
          http('POST /api/threads/thread_3_cc/messages', 500, {
            expected: '403',
            body: envelope(500, 'Failed to send message: Access denied'),
          }),
        ],
      },
      'P1-18': {
        class: 'http-status',
        exchanges: [
          post('aaaaaaaa-1', 'gp-00000001', { as: 'u' }),
          http('POST /api/chat/messages', 500, {
            as: 'u',
            body: envelope(500, 'limited', { details: { status_code: 429 } }),
          }),
        ],
      },
      'P1-19': {
        class: 'http-status',
        exchanges: [
          http('POST /api/threads/thread_1_aa/auto-rename', 500, {
            expected: '400',
            body: envelope(500, 'x', { details: { status_code: 400 } }),
          }),
        ],
      },
      'P1-22': {
        class: 'http-status',
        exchanges: [
          http('POST /api/agents/start', 200, { body: { success: true } }),
          http('POST /api/agents/start', 500, {
            expected: '409',
            body: envelope(500, 'x', { details: { status_code: 409 } }),
          }),
        ],
      },
    }),
  },
  {
    name: 'session-refresh-reusable',
    cause: 'session-refresh-reuse',
    tests: ['P1-21'],
    input: run({
      'P1-21': {
        class: 'auth-accepted',
        exchanges: [
          http('POST /auth/refresh', 200, {
            as: 'none',
            sent: { refresh_token: '[token ab12, 300 characters]' },
            body: { expires_in: 900 },
          }),
          http('POST /auth/refresh', 200, {
            as: 'none',
            expected: '401',
            sent: { refresh_token: '[token ab12, 300 characters]' },
            body: { expires_in: 900 },
          }),
        ],
      },
    }),
  },
  {
    name: 'an access token renews',
    cause: 'auth-token-not-validated',
    tests: ['P1-21'],
    input: run({
      'P1-21': {
        class: 'auth-accepted',
        exchanges: [
          http('POST /auth/refresh', 200, {
            as: 'none',
            sent: { refresh_token: '[token ab12, 300 characters]' },
            body: { expires_in: 900 },
          }),
          http('POST /auth/refresh', 200, {
            as: 'none',
            expected: '401',
            sent: { refresh_token: '[token cd34, 300 characters]' },
            body: { expires_in: 900 },
          }),
        ],
      },
    }),
  },
  {
    name: 'session-expires-in-lie',
    cause: 'session-lifetime-wrong',
    tests: ['P1-21'],
    input: run({
      'P1-21': {
        class: 'http-body',
        key: 'minted.lifetime',
        promise: 'the token lives as long as stated',
        exchanges: [http('POST /auth/e2e/test-auth', 200, { as: 'none', body: { expires_in: 900 } })],
      },
    }),
  },
  {
    name: 'lifecycle-stop-ignored',
    cause: 'lifecycle-state-wrong',
    tests: ['P1-22'],
    input: run({
      'P1-22': {
        class: 'http-body',
        key: 'stop.status',
        exchanges: [
          http('POST /api/agents/stop', 200, {
            sent: { agent_id: 'gp-00000001-life' },
            body: { success: true, agent_id: 'gp-00000001-life', message: 'stopped' },
          }),
          http('GET /api/agents/status?agent_id=gp-00000001-life', 200, {
            body: [{ agent_id: 'gp-00000001-life', status: 'running' }],
          }),
        ],
      },
    }),
  },
  {
    name: 'lifecycle-any-id-succeeds',
    cause: 'lifecycle-state-wrong',
    tests: ['P1-09', 'P1-22'],
    confidence: 'high',
    input: run({
      'P1-09': {
        class: 'http-status',
        exchanges: [
          http('GET /api/agents/status?agent_id=gp-00000007', 200, {
            expected: '404',
            body: [{ agent_id: 'gp-00000007', status: 'running' }],
          }),
        ],
      },
      'P1-22': {
        class: 'http-status',
        exchanges: [
          http('POST /api/agents/stop', 200, {
            expected: '404',
            sent: { agent_id: 'gp-00000008' },
            body: { success: true, message: 'ok' },
          }),
        ],
      },
    }),
  },
  {
    name: 'health-flapping',
    cause: 'health-flapping',
    tests: ['P1-11', 'P1-17', 'P1-20'],
    confidence: 'high',
    input: run(
      on(['P1-11', 'P1-17', 'P1-20'], () => ({
        class: 'http-status',
        exchanges: [
          http('GET /health', 200, { as: 'none', body: HEALTHY }),
          http('GET /health', 503, { as: 'none', body: { status: 'unhealthy', message: 'x' } }),
        ],
      })),
      { exchanges: base },
    ),
  },
  {
    name: 'health-ready-lies',
    cause: 'health-untruthful',
    tests: ['P1-01', 'P1-20'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-20'], () => ({
        class: 'http-body',
        key: 'health.ready.core-db',
        exchanges: [http('GET /health/ready', 200, { as: 'none', body: { status: 'ready', core_db: 'failed' } })],
      })),
    ),
  },
  {
    name: 'anonymous agents',
    cause: 'anonymous-access',
    tests: ['P1-07', 'P1-09'],
    confidence: 'high',
    input: run(
      on(['P1-07', 'P1-09'], () => ({
        class: 'auth-accepted',
        exchanges: [
          http('POST /api/agents/triage', 200, {
            as: 'none',
            expected: '403/401',
            sent: { message: 'x' },
            body: RUN_OK,
          }),
        ],
      })),
    ),
  },
  {
    name: 'event streams for anybody, left after the status line',
    cause: 'anonymous-access',
    tests: ['P1-08', 'P1-16'],
    confidence: 'high',
    input: run(
      on(['P1-08', 'P1-16'], (id) => ({
        class: 'auth-accepted',
        exchanges: [
          {
            ...http(id === 'P1-16' ? 'GET /api/events/stream' : 'POST /api/agents/stream', 200, {
              as: 'none',
              expected: '403/401',
              type: 'text/event-stream',
            }),
            abortedByClient: true,
          },
        ],
      })),
    ),
  },
  {
    name: 'a missing route',
    cause: 'route-missing',
    tests: ['P1-10'],
    input: run({
      'P1-10': { class: 'http-status', exchanges: [http('GET /api/tools', 404, { body: { detail: 'Not Found' } })] },
    }),
  },
  {
    name: 'an altered message',
    cause: 'data-corrupted',
    tests: ['P1-12'],
    input: run({
      'P1-12': {
        class: 'not-persisted',
        exchanges: [
          http('POST /api/chat/messages', 200, {
            sent: { thread_id: 'gp-00000001', content: 'Ünïcödé' },
            body: { message: { id: 'aaaaaaaa-1' } },
          }),
          http('GET /api/chat/messages/aaaaaaaa-1', 200, { body: { id: 'aaaaaaaa-1', content: 'Unicode' } }),
        ],
      },
    }),
  },
  {
    name: 'a disconnected server',
    cause: 'dependency-down',
    tests: ['P1-05'],
    input: run({
      'P1-05': {
        class: 'http-body',
        exchanges: [
          http('GET /api/mcp/servers', 200, {
            body: { status: 'success', data: [{ name: 'netra-mcp', status: 'disconnected' }] },
          }),
        ],
      },
    }),
  },
  {
    name: 'errors at random',
    cause: 'intermittent-5xx',
    tests: ['P1-13', 'P1-15'],
    input: run(
      on(['P1-13', 'P1-15'], (): Red => ({
        class: 'http-status',
        exchanges: [
          http('POST /api/threads', 200, { body: { id: 'thread_1_aa' } }),
          http('POST /api/threads', 200, { body: { id: 'thread_2_bb' } }),
          http('POST /api/threads', 502, { type: 'text/plain', body: 'Bad Gateway' }),
        ],
      })),
      { exchanges: base },
    ),
  },
  {
    name: 'messages answered by errors',
    cause: 'message-rejected',
    tests: ['P1-01', 'P1-03'],
    confidence: 'high',
    input: run(
      on(['P1-01', 'P1-03'], () => ({
        class: 'ws-mute',
        sockets: [talk([sent(60, { type: 'ping' }), got(66, refusal('PROCESSING_ERROR'))])],
      })),
    ),
  },
  {
    name: 'no pong, all else works',
    cause: 'heartbeat-missing',
    tests: ['P1-01', 'P1-02'],
    input: run(
      on(['P1-01', 'P1-02'], () => ({
        class: 'ws-mute',
        sockets: [talk([sent(60, { type: 'ping' }), got(1_042, ping), got(2_042, ping)])],
      })),
    ),
  },
  {
    name: 'one id for two sockets',
    cause: 'ws-connection-identity',
    tests: ['P1-04'],
    input: run({
      'P1-04': {
        class: 'ws-frame',
        key: 'burst.ids',
        sockets: [
          good(1),
          socket(2, { welcomeAt: 40, frames: [got(40, welcome('e2e-gp-a', 'ws_e2e-gp-a_1'))], close: byUs() }),
        ],
      },
    }),
  },
  {
    name: 'a label that counts what others wrote',
    cause: 'isolation-breach-http',
    tests: ['P1-18'],
    input: run({
      'P1-18': {
        class: 'not-persisted',
        exchanges: [
          post('aaaaaaaa-1', MARK[3], { as: 'u' }),
          post('bbbbbbbb-1', MARK[3], { as: 'v' }),
          list(MARK[3], 2, [{ id: 'aaaaaaaa-1' }], { as: 'u' }),
        ],
      },
    }),
  },
  {
    name: 'any token will do, the logged-out one among them',
    cause: 'auth-token-not-validated',
    tests: ['P1-02'],
    input: run(
      {
        'P1-02': {
          class: 'auth-accepted',
          sockets: [
            good(1),
            socket(2, {
              as: 'logged-out(leaver)',
              expected: 'refusal',
              frames: [got(30, welcome('x'))],
              close: byUs(),
            }),
          ],
        },
      },
      {
        exchanges: base,
        sockets: [
          fine.socketAs(
            'ws-bad',
            socket(9, { as: 'forged(A)', expected: 'refusal', frames: [got(30, welcome('x'))], close: byUs() }),
          ),
        ],
      },
    ),
  },
  {
    name: 'a short outage of which nobody saw the uptime',
    cause: 'redeploy',
    tests: ['P1-12', 'P1-22'],
    confidence: 'medium',
    input: run(
      on(['P1-12', 'P1-22'], (id) => ({
        class: 'http-status',
        exchanges: [
          http('GET /api/threads', 200, { body: [] }),
          http(id === 'P1-12' ? 'POST /api/chat/messages' : 'GET /api/agents/stop', 503, {
            at: 5_000,
            type: 'text/plain',
            body: 'Service Unavailable',
          }),
        ],
      })),
      {
        exchanges: [
          fine.as(
            'health',
            http('GET /health', 503, { as: 'none', at: 5_300, type: 'text/plain', body: 'Service Unavailable' }),
          ),
        ],
      },
    ),
  },
];
