/** Right statuses with wrong contents, and sockets that are sent away: told by what was sent before, and by the reason. */
import type { FailureClass } from '../../src/evidence/failure.ts';
import { redact } from '../../src/evidence/redaction.ts';
import type { CauseId } from '../../src/diagnosis/causes.ts';
import type { Exchange, SocketTrace } from '../../src/evidence/trace.ts';
import type { Situation } from './situation.ts';
import {
  byUs,
  closed,
  envelope,
  got,
  HEALTHY,
  http,
  ping,
  pong,
  refusal,
  run,
  sent,
  socket,
  SUB,
  welcome,
} from './wire.ts';

const one = (
  name: string,
  cause: CauseId,
  test: string,
  [failureClass, key]: readonly [FailureClass, string],
  exchanges: readonly Exchange[],
): Situation => ({
  name,
  cause,
  tests: [test],
  input: run({ [test]: { class: failureClass, key, exchanges: [...exchanges] } }),
});

const THREAD = '/api/threads/thread_1_aa';
const RICH = '<b>Zürich</b> & more\nsecond line';
const thread = (title: string | null, metadata: object = {}) => ({ id: 'thread_1_aa', title, metadata });
const created = http('POST /api/threads', 200, { sent: { title: RICH }, body: thread(RICH) });
const posted = http(`POST ${THREAD}/messages`, 200, {
  sent: { message: RICH },
  body: { id: 'm1', thread_id: 'thread_1_aa', content: RICH, role: 'user' },
});
const readAs = (content: string) =>
  http(`GET ${THREAD}/messages`, 200, {
    at: 20,
    body: { messages: [{ id: 'm1', role: 'user', content }], thread_id: 'thread_1_aa', total: 1 },
  });
const control = (action: string, id: string, at: number, as = 'A') =>
  http(`POST /api/agents/${action}`, 200, {
    as,
    at,
    sent: { agent_id: id, message: 'x' },
    body: { success: true, agent_id: id, action },
  });
const listed = (items: readonly (readonly [string, string])[]) =>
  http('GET /api/agents/status', 200, {
    at: 50,
    body: items.map(([agent_id, status]) => ({ agent_id, status })),
  });
const me = (as: string, name: string) =>
  http('GET /auth/me', 200, { as, body: { user_id: `e2e-gp-${name}`, email: `gp-${name}@x.y` } });
const profile = (as: string, name: string) =>
  http('GET /api/users/profile', 200, { as, body: { email: `gp-${name}@x.y` } });
const owned = (as: string, name: string, id: string) =>
  http('POST /api/threads', 200, {
    as,
    sent: { title: id },
    body: { id, title: id, metadata: { user_id: `e2e-gp-${name}` } },
  });
const asked = (type: string, status: number, detection = true, at = 0): Exchange => ({
  ...http('POST /api/agents/execute', status, {
    at,
    sent: { type, message: 'x' },
    body: status === 200 ? { status: 'success', agent: type, response: 'x' } : envelope(status),
  }),
  detection,
});
const chatPost = (status: number, as: string, at = 0, headers: Record<string, string> = {}) =>
  http('POST /api/chat/messages', status, {
    as,
    at,
    headers,
    sent: { content: 'x', thread_id: 'l' },
    body: status === 200 ? { message: { id: `c${at}` } } : envelope(status, 'Rate limit exceeded'),
  });

const sentAway = (reason: string, cause: CauseId): Situation => ({
  name: `a served socket is closed with "${reason}"`,
  cause,
  tests: ['P1-03'],
  input: run({
    'P1-03': { class: 'ws-closed-late', key: 'socket.send', sockets: [chatting([], closed(1008, reason, 460))] },
  }),
});
const chatting = (frames: SocketTrace['frames'], close = byUs()): SocketTrace =>
  socket(1, {
    welcomeAt: 12,
    frames: [
      got(12, welcome(SUB['A'] ?? '')),
      got(13, ping),
      sent(20, { type: 'ping' }),
      got(22, pong(SUB['A'] ?? '')),
      ...frames,
    ],
    close,
  });
const limited = (at: number) =>
  got(at, refusal('RATE_LIMIT_EXCEEDED', { limit: 100, window_seconds: 60, retry_after_seconds: 1 }));

export const CONTENT: readonly Situation[] = [
  one(
    'a thread message without its markup',
    'data-corrupted',
    'P1-14',
    ['not-persisted', 'switch.first'],
    [created, posted, readAs('Zürich & more\nsecond line')],
  ),
  one(
    'a title that is cut off',
    'data-corrupted',
    'P1-13',
    ['not-persisted', 'thread.create'],
    [http('POST /api/threads', 200, { sent: { title: RICH }, body: thread(RICH.slice(0, 8)) })],
  ),
  one(
    'a title as it was before',
    'persistence-lost',
    'P1-13',
    ['not-persisted', 'thread.rename.reread'],
    [
      created,
      http(`PUT ${THREAD}`, 200, { at: 10, sent: { title: 'new' }, body: thread('new') }),
      http(`GET ${THREAD}`, 200, { at: 20, body: thread(RICH) }),
    ],
  ),
  one(
    'metadata with other types',
    'data-corrupted',
    'P1-12',
    ['not-persisted', 'message.read'],
    [
      http('POST /api/chat/messages', 200, {
        sent: { content: 'x', thread_id: 'l', metadata: { n: 2.5 } },
        body: { message: { id: 'c1', content: 'x', metadata: { n: 2.5 } } },
      }),
      http('GET /api/chat/messages/c1', 200, { at: 10, body: { id: 'c1', content: 'x', metadata: { n: '2.5' } } }),
    ],
  ),
  one(
    'a stream about another text',
    'data-corrupted',
    'P1-08',
    ['answer-wrong', 'stream.agent.request'],
    [
      http('POST /api/agents/stream', 200, {
        type: 'text/event-stream',
        sent: { message: 'Zürich' },
        body: [
          { event: 'agent_started', agent_id: 'a', agent_type: 'triage', message: 'Z?rich' },
          { event: 'agent_thinking', status: 'processing', message: 'x' },
          { event: 'agent_progress', progress: 50, message: 'x' },
          { event: 'agent_completed', result: 'x' },
          { event: 'stream_end' },
        ]
          .map(
            (frame) => `data: ${JSON.stringify(frame)}

`,
          )
          .join(''),
      }),
    ],
  ),
  one(
    'a statement of the database',
    'error-detail-leak',
    'P1-19',
    ['http-body', 'internals.text'],
    [
      http('GET /api/threads/thread_0_aa', 404, {
        expected: '404',
        body: envelope(404, 'no row: SELECT * FROM threads WHERE id = 1'),
      }),
    ],
  ),
  one(
    'a stack trace of Node',
    'error-detail-leak',
    'P1-19',
    ['http-body', 'internals.text'],
    [
      http('POST /api/agents/execute', 500, {
        expected: '500',
        body: envelope(500, 'at run (/srv/agent.js:10:5)'),
      }),
    ],
  ),
  one(
    'where the database is, and how to get in',
    'error-detail-leak',
    'P1-19',
    ['http-body', 'internals.text'],
    [
      http('GET /api/threads/thread_0_aa', 404, {
        expected: '404',
        body: envelope(404, redact('no answer of postgresql://netra:hunter2@10.0.0.5:5432')),
      }),
    ],
  ),
  one(
    'an error that repeats the token',
    'auth-detail-leak',
    'P1-19',
    ['http-body', 'token.echoed'],
    [
      http('POST /api/tools/execute', 422, {
        expected: '422',
        body: { detail: [{ type: 'missing', loc: ['body'], msg: 'x', input: '[token 23e1, 509 characters]' }] },
      }),
    ],
  ),
  one(
    'reads are limited too',
    'app-rate-limit',
    'P1-18',
    ['http-status', 'others.threads'],
    [http('GET /api/threads', 429, { body: envelope(429, 'Rate limit exceeded') })],
  ),
  one(
    'the limit of another user',
    'app-rate-limit',
    'P1-18',
    ['http-status', 'others.post'],
    [chatPost(429, 'other', 0, { 'retry-after': '2' })],
  ),
  one(
    'a stopped agent is listed as running',
    'lifecycle-state-wrong',
    'P1-22',
    ['http-body', 'stop.list'],
    [control('start', 'gp-a', 0), control('stop', 'gp-a', 10), listed([['gp-a', 'running']])],
  ),
  one(
    'only the last agent is listed',
    'lifecycle-state-wrong',
    'P1-09',
    ['http-body', 'agent.both'],
    [control('start', 'gp-a', 0), control('start', 'gp-b', 10), listed([['gp-b', 'running']])],
  ),
  one(
    'a stopped agent cannot start again',
    'lifecycle-state-wrong',
    'P1-22',
    ['http-status', 'restart'],
    [
      control('start', 'gp-a', 0),
      control('stop', 'gp-a', 10),
      http('POST /api/agents/start', 409, { at: 20, sent: { agent_id: 'gp-a', message: 'x' }, body: envelope(409) }),
    ],
  ),
  one(
    'everybody is the one who asked first',
    'isolation-breach-http',
    'P1-21',
    ['http-body', 'minted.me'],
    [me('A', 'a'), profile('A', 'a'), profile('u', 'u'), owned('u', 'u', 'thread_1_u'), me('u', 'a')],
  ),
  one(
    'a header makes me another user',
    'isolation-breach-http',
    'P1-16',
    ['foreign-data', 'header-identity.written'],
    [
      owned('A', 'a', 'thread_1_a'),
      owned('B', 'b', 'thread_2_b'),
      http('GET /api/threads/thread_1_a', 200, { body: { id: 'thread_1_a', metadata: { user_id: 'e2e-gp-a' } } }),
      owned('A', 'b', 'thread_3_c'),
    ],
  ),
  one(
    'a renewal ends the token before',
    'auth-valid-token-rejected',
    'P1-21',
    ['auth-rejected', 'earlier.me'],
    [me('u', 'u'), http('GET /auth/me', 401, { as: 'u', at: 10, body: { detail: 'Invalid or expired token' } })],
  ),
  one(
    'one agent of a route fails',
    'app-5xx',
    'P1-07',
    ['http-status', 'run.execute'],
    [asked('triage', 200), asked('data', 500)],
  ),
  one(
    'my own record is forbidden after a change',
    'unknown',
    'P1-13',
    ['auth-rejected', 'thread.rename'],
    [
      created,
      http(`GET ${THREAD}`, 200, { at: 5, body: thread(RICH) }),
      http(`PUT ${THREAD}`, 403, { at: 10, sent: { title: 'new' }, body: envelope(403, 'Access denied') }),
    ],
  ),
  one(
    'an unknown agent that is answered by a fallback',
    'agent-fake-answer',
    'P1-22',
    ['http-status', 'stop.unknown'],
    [
      http('POST /api/agents/stop', 200, {
        at: 5,
        expected: '404',
        sent: { agent_id: 'gp-1' },
        body: { success: true, agent_id: 'gp-1', action: 'stop', message: 'Fallback stop processed for agent gp-1' },
      }),
    ],
  ),
  one(
    'who does not look like a test is forbidden',
    'served-to-tests-only',
    'P1-07',
    ['auth-rejected', 'run.data'],
    [asked('triage', 200), asked('data', 403, false, 10), asked('data', 200, true, 20)],
  ),
  one(
    'who does not look like a test is refused once the platform is down',
    'app-5xx',
    'P1-07',
    ['http-status', 'ordinary.agents.data'],
    [asked('triage', 200), asked('data', 500, false, 10), asked('data', 500, true, 20)],
  ),
  one(
    'the clock of the server is an hour late',
    'health-untruthful',
    'P1-20',
    ['http-body', 'health.clock'],
    [http('GET /health', 200, { as: 'none', body: { ...HEALTHY, timestamp: HEALTHY.timestamp - 3_600 } })],
  ),
  one(
    'the card of strangers',
    'auth-token-not-validated',
    'P1-12',
    ['auth-accepted', 'messages.card.stranger'],
    [
      http('GET /api/messages/', 200, {
        as: 'forged(A)',
        body: {
          service: 'messages-api',
          status: 'available',
          authentication: { user_id: 'a', status: 'authenticated' },
        },
      }),
    ],
  ),
  one(
    'a route that asks for no token at all',
    'anonymous-access',
    'P1-21',
    ['auth-accepted', 'logout.api'],
    [
      http('GET /api/users/profile', 200, { as: 'none', expected: '401, 403', body: { email: 'gp-u@x.y' } }),
      http('GET /api/users/profile', 200, { as: 'logged-out(u)', expected: '401', body: { email: 'gp-u@x.y' } }),
    ],
  ),
  one(
    'the e-mail of another one in my profile',
    'isolation-breach-http',
    'P1-21',
    ['foreign-data', 'minted.other'],
    [
      me('A', 'a'),
      profile('A', 'a'),
      me('u', 'u'),
      http('GET /api/users/profile', 200, { as: 'u', body: { name: 'gp-a@x.y', email: 'gp-u@x.y' } }),
    ],
  ),
  {
    name: 'a refusal that tells what the token says',
    cause: 'auth-detail-leak',
    tests: ['P1-02'],
    input: run({
      'P1-02': {
        class: 'ws-frame',
        key: 'refused.tampered.leak',
        sockets: [
          socket(1, {
            as: 'tampered(A)',
            frames: [got(10, refusal('VALIDATION_FAILED', { claims: { sub: 'e2e-gp-b', email: 'gp-b@x.y' } }))],
            close: closed(1008, 'SSOT Auth failed', 12),
          }),
        ],
      },
    }),
  },
  sentAway('Too many errors', 'message-contract'),
  sentAway('Rate limit', 'app-rate-limit'),
  sentAway('Token expired', 'auth-valid-token-rejected'),
  sentAway('Session ended', 'ws-closed-early'),
  sentAway('Platform information: migrated', 'ws-closed-early'),
  {
    name: 'limited again after the wait that was asked for',
    cause: 'app-rate-limit',
    tests: ['P1-03'],
    input: run({
      'P1-03': {
        class: 'ws-mute',
        key: 'burst.afterwards',
        sockets: [
          chatting([
            ...Array.from({ length: 30 }, (_, index) => sent(30 + index, { type: 'ping' })),
            ...Array.from({ length: 30 }, (_, index) => got(70 + index, pong(SUB['A'] ?? ''))),
            sent(110, { type: 'ping' }),
            limited(112),
            sent(1_200, { type: 'ping' }),
            limited(1_202),
          ]),
        ],
      },
    }),
  },
];
