import { drop, edit, frameDrop, frameLost, header, late, open, set, status } from './spell.ts';

const CHAT = 'GET /api/chat/messages';
const ONE_CHAT = 'GET /api/chat/messages/{id}';
const POST_CHAT = 'POST /api/chat/messages';
const TRIAGE = 'POST /api/agents/triage';
const UNKNOWN = 'GET /api/{anything}';
/** How every token of HS256 begins. */
const TOKEN_HEADER = 'eyJhbGciOiJIUzI1NiIs';
const TRAVERSAL = 'GET /api/%2e%2e/%2e%2e/etc/passwd';

export const RESILIENCE = {
  'P1-17': [
    drop('POST /api/threads', '/object', { only: 3 }),
    drop(POST_CHAT, '/status', { only: 3 }),
    drop('GET /api/threads', '/*/object', { only: 3 }),
    edit('GET /api/threads', '', 'empty', { only: 3 }),
    set(POST_CHAT, '/message/user_id', 'somebody', { only: 3 }),
    status(ONE_CHAT, 404, { only: 3 }),
    set(ONE_CHAT, '/content', 'another', { only: 3 }),
    drop(ONE_CHAT, '/timestamp', { only: 3 }),
    drop('GET /api/mcp/servers', '/status', { only: 3 }),
    edit('POST /api/threads', '/id', 'first'),
    'ids-per-user',
    drop('GET /health', '/version', { only: 3 }),
    open('GET /api/threads', 'anonymous'),
    late('GET /api/mcp/servers', 1_200, { only: 3 }),
  ],

  'P1-18': [
    drop(POST_CHAT, '/status', { only: 5 }),
    header(POST_CHAT, 'x-ratelimit-limit', { by: 'token' }) + ':nth=2',
    'limit-429-without-retry-after',
    'rate-limit:of=http:accepts=50',
    'limit-not-enforced',
    header(POST_CHAT, 'x-ratelimit-limit', { to: '60' }),
    header(POST_CHAT, 'x-ratelimit-remaining', { to: 'many' }),
    set(POST_CHAT, '/error_code', 'TOO_MANY', { of: 429 }),
    drop(POST_CHAT, '/status', { user: 'gp-mutation-P1-18-v' }),
    drop(CHAT, '/page', { only: 1 }),
    status('GET /api/threads', 500),
    drop('GET /health', '/version'),
    drop('GET /ws/config', '/migration'),
    set('GET /ws/config', '/websocket/limits/max_message_rate_per_minute', 60),
    drop(CHAT, '/page', { only: 2 }),
    edit(CHAT, '/total_count', 'add', { to: 1, only: 2 }),
    'limit-not-enforced:headers=off',
    'rate-limit:of=http:accepts=100:again=no',
  ],

  'P1-19': [
    drop(TRIAGE, '/agent'),
    set(TRIAGE, '/status', 'partial'),
    'answer-canned:surface=http',
    drop('POST /api/threads', '/object'),
    drop('GET /api/threads', '/*/object'),
    set(UNKNOWN, '/detail', 'No', { of: 404, by: 'anonymous' }),
    set(UNKNOWN, '/detail', 'No', { of: 404, by: 'token' }),
    set(TRAVERSAL, '/detail', 'No', { of: 404 }),
    set(TRAVERSAL, '/file', 'root:x:0:0', { of: 404 }),
    header('PUT /api/messages/', 'allow', { of: 405 }),
    set('GET /api/threads/{id}', '/message', 'No', { of: 404 }),
    status('POST /api/threads/{id}/auto-rename', 500, { of: 400 }),
    edit('POST /api/agents/execute', '/detail', 'pop', { of: 422 }),
    status('POST /api/tools/execute', 400, { of: 422 }),
    set('POST /api/threads', '/detail/0/type', 'value_error', { of: 422 }),
    set('GET /api/threads', '/message', 'No', { of: 403 }),
    set('GET /api/threads', '/error_code', 'NO', { of: 401 }),
    set('POST /api/agents/execute', '/error_code', 'NO', { of: 500 }),
    set('GET /api/threads/{id}', '/trace_id', 'none', { of: 404 }),
    edit('GET /api/threads', '/trace_id', 'first', { of: 'any' }),
    set('GET /api/threads/{id}', '/debug_info', 'row 7', { of: 404 }),
    set('POST /api/threads/{id}/auto-rename', '/message', 'in /app/threads', { of: 400 }),
    set('POST /api/tools/execute', '/input', TOKEN_HEADER, { of: 422 }),
    drop('GET /api/agents/execution/circuit_breaker/status', '/success_count'),
    set('GET /api/agents/execution/circuit_breaker/status', '/failure_count', 0),
  ],

  'P1-20': [
    drop('GET /health/live', '/environment'),
    drop('GET /health', '/version', { only: 2 }),
    edit('GET /health', '/timestamp', 'first'),
    edit('GET /health', '/timestamp', 'add', { to: 3600 }),
    drop('GET /health/ready', '/environment'),
    'health-ready-lies',
    status('POST /api/agents/stream', 500),
    frameDrop('agents', 'agent_started', '/agent_id', { after: 1 }),
    frameLost('agents', 'agent_started', { after: 1 }),
    open('GET /api/users/settings', 'anonymous'),
    set(UNKNOWN, '/detail', 'No', { of: 404 }),
    status('POST /api/tools/execute', 400, { of: 422 }),
    drop('GET /api/users/settings', '/theme', { only: 2 }),
    drop('GET /api/users/settings', '/theme', { only: '3-' }),
    header(UNKNOWN, 'connection', { of: 404, to: 'close' }),
    drop('GET /health', '/version', { only: 6 }),
    set('GET /health/ready', '/websocket_readiness/websocket_ready', false),
    late('GET /health/ready', 1_200),
  ],
} as const;
