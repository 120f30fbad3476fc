/** The example bodies of the contract, each with its schema and with what the contract leaves open in it. */
import type { z } from 'zod';
import * as agents from '../../src/contract/agents.ts';
import * as auth from '../../src/contract/auth.ts';
import * as chat from '../../src/contract/chat-messages.ts';
import * as discovery from '../../src/contract/discovery.ts';
import * as errors from '../../src/contract/errors.ts';
import * as health from '../../src/contract/health.ts';
import * as sse from '../../src/contract/sse.ts';
import * as threads from '../../src/contract/threads.ts';
import * as tools from '../../src/contract/tools.ts';
import * as users from '../../src/contract/users.ts';
import * as ws from '../../src/contract/websocket.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Example {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly body: Json;
  /** Fields that may be missing. */
  readonly optional?: readonly string[];
  /** Fields whose value may be anything, as long as they are there. */
  readonly anything?: readonly string[];
  /** Objects whose inside is free. */
  readonly free?: readonly string[];
  /** Fields that may be of further JSON types. */
  readonly also?: Readonly<Record<string, readonly Kind[]>>;
  /** Texts that have to be exactly these. */
  readonly exact?: readonly string[];
}
export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJlMmUtZ3AtN2sybSJ9.c2lnbmF0dXJl';
const UUID = '6e9a3681-58f1-4f3e-9a55-8a2f3a6f8f10';
const ISO = '2025-09-09T17:35:00.000000+00:00';
const UNIX = 1757439300.1;
const ENVELOPE = { timestamp: UNIX, server_id: null, correlation_id: null };
const SERVER_ENVELOPE = { also: { server_id: ['string'], correlation_id: ['string'] } } as const;

const thread = {
  id: 'thread_1_a789ebb9',
  object: 'thread',
  title: null,
  created_at: 1757439300,
  updated_at: null,
  metadata: { user_id: 'e2e-gp-7k2m-w0-a', status: 'active', created_at: 1757439300 },
  message_count: 0,
};
const chatMessage = {
  id: UUID,
  content: 'Grüße, 世界 👋🏽',
  user_id: 'e2e-gp-7k2m-w0-a',
  thread_id: 'gp-3fa9c1d2-label',
  timestamp: ISO,
  message_type: 'user',
  metadata: { marker: 'gp-3fa9c1d2' },
};
const run = { run_id: 'run_5b0f6c1e', timestamp: ISO };
const agentFrame = (type: string, payload: Json) => ({
  type,
  run_id: 'run_5b0f6c1e',
  agent_name: 'Supervisor',
  timestamp: '2025-09-09T17:35:01.000000+00:00',
  payload,
});

const AUTH: readonly Example[] = [
  {
    name: '2.2 claims of an access token',
    schema: auth.tokenClaims,
    body: {
      sub: 'e2e-gp-7k2m-w0-a',
      email: 'gp-7k2m-w0-a@staging.netrasystems.ai',
      permissions: [],
      iat: 1757439300,
      exp: 1757440200,
      token_type: 'access',
      type: 'access',
      iss: 'netra-auth-service',
      aud: 'netra-platform',
      jti: UUID,
      env: 'staging',
      svc_id: 'netra_auth_service_staging',
    },
    exact: ['token_type', 'type', 'iss', 'aud', 'jti'],
  },
  {
    name: '3.1 test login',
    schema: auth.testLoginReply,
    body: {
      access_token: JWT,
      refresh_token: JWT,
      token_type: 'Bearer',
      expires_in: 900,
      user: {
        id: 'e2e-gp-7k2m-w0-a',
        email: 'gp-7k2m-w0-a@staging.netrasystems.ai',
        name: 'gp a',
        permissions: ['read', 'write'],
        oauth_simulated: true,
      },
    },
    exact: ['token_type'],
  },
  {
    name: '3.2 refresh',
    schema: auth.refreshReply,
    body: { access_token: JWT, refresh_token: JWT, token_type: 'Bearer', expires_in: 900 },
    exact: ['token_type'],
  },
  {
    name: '3.2 verify, valid',
    schema: auth.verifyReply,
    body: { valid: true, user_id: 'e2e-gp-a', email: 'gp-a@staging.netrasystems.ai', exp: '2025-09-09T17:50:00' },
  },
  { name: '3.2 verify, invalid', schema: auth.verifyReply, body: { valid: false, error: 'Invalid or expired token' } },
  {
    name: '3.2 validate, valid',
    schema: auth.validateReply,
    body: {
      valid: true,
      user_id: 'e2e-gp-a',
      email: 'gp-a@staging.netrasystems.ai',
      permissions: [],
      expires_at: ISO,
    },
  },
  {
    name: '3.2 validate, invalid',
    schema: auth.validateReply,
    body: { valid: false, error: 'missing_token', message: 'Token is required' },
    exact: ['error'],
  },
  {
    name: '3.2 logout',
    schema: auth.logoutReply,
    body: { message: 'Successfully logged out', status: 'success' },
    exact: ['message', 'status'],
  },
  {
    name: '3.2 me',
    schema: auth.meReply,
    body: { user_id: 'e2e-gp-a', email: 'gp-a@staging.netrasystems.ai', permissions: [], token_expires_at: ISO },
  },
  {
    name: '3.2 health of the auth service',
    schema: auth.authHealthReply,
    body: {
      status: 'healthy',
      service: 'auth-service',
      version: '1.0.0',
      timestamp: ISO,
      uptime_seconds: 12.5,
      database_status: 'connected',
      environment: 'staging',
    },
    exact: ['status', 'service', 'database_status'],
  },
  {
    name: '3 error of the auth service',
    schema: auth.authError,
    body: { detail: 'Invalid E2E bypass key' },
  },
];

const ERRORS: readonly Example[] = [
  {
    name: '5.1 envelope',
    schema: errors.envelope,
    body: {
      error: true,
      error_code: 'DB_RECORD_NOT_FOUND',
      message: 'Thread not found',
      user_message: null,
      details: { status_code: 404 },
      trace_id: UUID,
      timestamp: ISO,
      request_id: null,
      line_number: null,
      source_file: null,
      stack_trace: null,
      debug_info: null,
    },
    also: { user_message: ['string'], request_id: ['string'] },
    // That they are null is a claim of P1-19, which names a leak as such.
    anything: [...errors.INTERNAL_FIELDS],
  },
  {
    name: '5.2 no such path',
    schema: errors.routerNotFound,
    body: { detail: 'Not Found' },
    exact: ['detail'],
  },
  {
    name: '5.2 no such method',
    schema: errors.routerMethodNotAllowed,
    body: { detail: 'Method Not Allowed' },
    exact: ['detail'],
  },
  {
    name: '5.3 validation error',
    schema: errors.validationError,
    body: { detail: [{ type: 'missing', loc: ['body', 'message'], msg: 'Field required', input: {} }] },
    optional: ['detail.0.input'],
    anything: ['detail.0.input'],
    also: { 'detail.0.loc.0': ['number'], 'detail.0.loc.1': ['number'] },
  },
];

const HEALTH: readonly Example[] = [
  {
    name: '6.1 health',
    schema: health.healthReply,
    body: { status: 'healthy', service: 'netra-ai-platform', version: '1.0.0', timestamp: UNIX },
    exact: ['status', 'service'],
  },
  {
    name: '6.1 health while starting',
    schema: health.unhealthyReply,
    body: { status: 'unhealthy', message: 'Startup in progress', startup_in_progress: true },
    optional: ['startup_in_progress'],
    exact: ['status'],
  },
  {
    name: '6.1 ready',
    schema: health.readyReply,
    body: {
      status: 'ready',
      service: 'netra-ai-platform',
      timestamp: UNIX,
      environment: 'staging',
      core_db: 'connected',
      clickhouse_db: 'connected',
      redis_db: 'connected',
      websocket_readiness: { status: 'ready', websocket_ready: true, details: {} },
      details: {},
    },
    free: ['websocket_readiness.details', 'details'],
    exact: ['status'],
  },
  {
    name: '6.1 live',
    schema: health.liveReply,
    body: {
      status: 'healthy',
      service: 'netra-ai-platform',
      version: '1.0.0',
      timestamp: ISO,
      environment: 'staging',
    },
  },
  {
    name: '6.1 health of the agents',
    schema: health.agentsHealthReply,
    body: {
      status: 'healthy',
      message: 'ok',
      system_overview: {},
      agents_count: 3,
      fallback_mode: false,
      timestamp: ISO,
    },
    also: { timestamp: ['number'] },
    free: ['system_overview'],
  },
  {
    name: '9.1 health of the sockets',
    schema: health.wsHealthReply,
    body: {
      status: 'healthy',
      service: 'websocket',
      version: '1.0.0',
      timestamp: ISO,
      environment: 'staging',
      metrics: {
        websocket: { active_connections: 0, total_connections: 0, messages_processed: 0, error_rate: 0.0 },
        authentication: { success_rate: 0, rate_limited_requests: 0 },
        monitoring: { monitored_connections: 0, healthy_connections: 0 },
      },
      config: { max_connections_per_user: 3, heartbeat_interval: 20, pre_connection_auth_required: true },
      e2e_testing: {
        enabled: false,
        variables: {
          E2E_TESTING: null,
          PYTEST_RUNNING: null,
          STAGING_E2E_TEST: null,
          E2E_OAUTH_SIMULATION_KEY: null,
          E2E_TEST_ENV: null,
        },
        auth_bypass_active: false,
      },
    },
    // "… name the same values where they name them": P1-01.
    optional: ['config.max_connections_per_user', 'config.heartbeat_interval', 'config.pre_connection_auth_required'],
    also: Object.fromEntries(
      ['E2E_TESTING', 'PYTEST_RUNNING', 'STAGING_E2E_TEST', 'E2E_OAUTH_SIMULATION_KEY', 'E2E_TEST_ENV'].map((name) => [
        `e2e_testing.variables.${name}`,
        ['string'],
      ]),
    ),
    anything: ['config.pre_connection_auth_required'],
    exact: ['status', 'service'],
  },
  {
    name: '9.2 configuration of the sockets',
    schema: health.wsConfigReply,
    body: {
      websocket: {
        endpoint: '/ws',
        version: '1.0.0',
        authentication: 'jwt_required',
        supported_auth_methods: ['header', 'subprotocol'],
        features: {
          heartbeat: true,
          message_routing: true,
          json_rpc_support: true,
          rate_limiting: true,
          error_recovery: true,
        },
        limits: {
          max_connections_per_user: 3,
          max_message_rate_per_minute: 100,
          max_message_size_bytes: 8192,
          heartbeat_interval_seconds: 20,
        },
      },
      server: { active_connections: 1, uptime_seconds: 12.5, server_time: ISO, stats_error: null },
      migration: {},
    },
    also: { 'server.stats_error': ['string'] },
    free: ['websocket.features', 'migration'],
    exact: ['websocket.endpoint'],
  },
  {
    name: '9.2 beacon',
    schema: health.wsBeaconReply,
    body: { status: 'healthy', service: 'websocket_beacon', timestamp: ISO, message: 'ok' },
    exact: ['service'],
  },
];

const CAPABILITIES = { tools: true, resources: true, prompts: true };
const DISCOVERY: readonly Example[] = [
  {
    name: '6.2 MCP servers',
    schema: discovery.mcpServersReply,
    body: {
      status: 'success',
      data: [
        {
          name: 'netra-mcp',
          status: 'connected',
          version: '1.0.0',
          capabilities: CAPABILITIES,
          description: 'Netra internal MCP service',
        },
      ],
    },
  },
  {
    name: '6.2 a known MCP server',
    schema: discovery.mcpServerStatusReply,
    body: {
      status: 'success',
      data: {
        name: 'netra-mcp',
        status: 'connected',
        version: '1.0.0',
        capabilities: CAPABILITIES,
        description: 'Netra internal MCP service',
        info: {},
      },
    },
    anything: ['data.info'],
    exact: ['status'],
  },
  {
    name: '6.2 an unknown MCP server',
    schema: discovery.mcpServerUnknownReply,
    body: { data: null, status: 'not_found', message: "Server 'gp-3fa9c1d2' not found" },
    exact: ['status'],
  },
  {
    name: '6.2 MCP status',
    schema: discovery.mcpStatusReply,
    body: {
      name: 'Netra MCP Server',
      version: '2.0.0',
      protocol: 'MCP',
      implementation: 'netra',
      capabilities: { ...CAPABILITIES, sampling: false },
      active_sessions: 0,
      tools_available: ['run_agent'],
      resources_available: ['a'],
      prompts_available: ['b'],
      authenticated: true,
    },
  },
  {
    name: '6.2 MCP tools',
    schema: discovery.mcpToolsReply,
    body: { tools: [{ name: 'run_agent', description: 'Runs an agent' }], count: 1 },
  },
  {
    name: '6.2 MCP configuration',
    schema: discovery.mcpConfigReply,
    body: {
      claude: {},
      cursor: {},
      mcp: {},
      http: { endpoint: 'https://api.staging.netrasystems.ai/mcp' },
      websocket: { endpoint: 'wss://api.staging.netrasystems.ai/ws' },
    },
    free: ['claude', 'cursor', 'mcp'],
  },
  {
    name: '6.2 discovery',
    schema: discovery.discoveryReply,
    body: {
      services: {
        backend: {
          port: 443,
          url: 'https://api.staging.netrasystems.ai',
          api_url: 'https://api.staging.netrasystems.ai',
          ws_url: 'wss://api.staging.netrasystems.ai/ws',
          timestamp: '2025-09-09T17:35:00',
          cors_metadata: null,
        },
        frontend: { url: 'https://app.staging.netrasystems.ai', api_url: null, ws_url: null },
        auth: {
          url: 'https://auth.staging.netrasystems.ai',
          api_url: 'https://auth.staging.netrasystems.ai',
          ws_url: null,
        },
      },
      timestamp: '2025-09-09T17:35:00',
      available: false,
    },
    anything: ['services.backend.cors_metadata'],
    also: {
      'services.frontend.api_url': ['string'],
      'services.frontend.ws_url': ['string'],
      'services.auth.api_url': ['null'],
      'services.auth.ws_url': ['string'],
    },
  },
  {
    name: '6.3 public configuration',
    schema: discovery.publicConfigReply,
    body: {
      environment: 'staging',
      app_name: 'netra',
      version: '2.0.0',
      features: { websocket: true, multi_agent: true },
    },
  },
  {
    name: '6.3 socket URL',
    schema: discovery.websocketConfigReply,
    body: { ws_url: 'wss://api.staging.netrasystems.ai/ws' },
  },
  {
    name: "6.3 administrators' configuration",
    schema: discovery.adminConfigReply,
    body: { log_level: 'INFO', max_retries: 3, timeout: 30, ws_url: 'wss://api.staging.netrasystems.ai/ws' },
  },
];

const AGENTS: readonly Example[] = [
  {
    name: '6.4 execution',
    schema: agents.agentReply,
    body: {
      status: 'success',
      agent: 'triage',
      response: 'The sum of 48213 and 7719 is 55932. Marker: gp-3fa9c1d2.',
      execution_time: 0.42,
      circuit_breaker_state: 'CLOSED',
      error: null,
    },
    also: { response: ['null'], error: ['string'] },
  },
  {
    name: '6.4 circuit breaker',
    schema: agents.breakerReply,
    body: {
      state: 'HALF_OPEN',
      failure_count: 1,
      success_count: 7,
      last_failure_time: ISO,
      next_attempt_time: null,
    },
    also: { last_failure_time: ['null'] },
    exact: ['state', 'last_failure_time'],
  },
  {
    name: '6.5 control',
    schema: agents.controlReply,
    body: { success: true, agent_id: 'gp-3fa9c1d2-agent', action: 'start', message: 'ok', timestamp: ISO },
    exact: ['action', 'timestamp'],
  },
  {
    name: '6.5 status',
    schema: agents.agentStatusReply,
    body: [
      {
        agent_id: 'gp-3fa9c1d2-agent',
        status: 'running',
        agent_type: 'triage',
        start_time: ISO,
        last_activity: ISO,
        message_count: 1,
      },
    ],
    exact: ['0.status', '0.start_time', '0.last_activity'],
  },
  {
    name: '6.6 control of a chat run',
    schema: agents.chatRunControlReply,
    body: { status: 'started', run_id: 'gp-1', user_id: 'e2e-gp-a', timestamp: ISO, message: 'ok' },
    exact: ['status', 'timestamp'],
  },
  {
    name: '6.6 status of a chat run',
    schema: agents.chatRunStatusReply,
    body: {
      run_id: 'gp-1',
      status: 'running',
      user_id: 'e2e-gp-a',
      agent_name: 'Supervisor',
      progress: 40,
      current_task: null,
      started_at: ISO,
      timestamp: ISO,
      websocket_events_enabled: true,
    },
    also: { current_task: ['string'] },
    exact: ['status', 'started_at', 'timestamp'],
  },
  {
    name: '6.7 tools',
    schema: tools.toolsReply,
    body: {
      tools: [
        {
          tool_name: 'calculator',
          category: 'utility',
          description: 'Basic arithmetic',
          available: true,
          permission_level: null,
          required_permissions: [],
          missing_requirements: [],
          rate_limits: null,
          usage_today: null,
          upgrade_required: null,
        },
      ],
      user_plan: 'free',
      total_tools: 1,
      available_tools: 1,
      categories: ['utility'],
    },
    anything: ['tools.0.permission_level', 'tools.0.rate_limits', 'tools.0.usage_today', 'tools.0.upgrade_required'],
  },
  {
    name: '6.7 tool execution',
    schema: tools.toolExecutionReply,
    body: {
      tool_name: 'calculator',
      status: 'success',
      execution_time_ms: 3,
      timestamp: ISO,
      result: { value: 55932 },
    },
    free: ['result'],
  },
  { name: '6.7 tool categories', schema: tools.toolCategoriesReply, body: [{ name: 'utility', count: 1 }] },
];

const CONVERSATIONS: readonly Example[] = [
  {
    name: '6.8 thread',
    schema: threads.thread,
    body: thread,
    also: { title: ['string'], updated_at: ['number'], metadata: ['null'] },
    free: ['metadata'],
    exact: ['object'],
  },
  {
    name: '6.8 list of threads',
    schema: threads.threadList,
    body: [thread],
    also: { '0.title': ['string'], '0.updated_at': ['number'], '0.metadata': ['null'] },
    free: ['0.metadata'],
  },
  {
    name: '6.8 archived',
    schema: threads.threadArchivedReply,
    body: { message: 'Thread archived successfully' },
    exact: ['message'],
  },
  {
    name: '6.9 message posted',
    schema: threads.threadMessageCreated,
    body: { id: UUID, thread_id: 'thread_1_a789ebb9', content: 'hello', role: 'user', created_at: 1757439300 },
    exact: ['id', 'role'],
  },
  {
    name: '6.9 messages of a thread',
    schema: threads.threadMessagePage,
    body: {
      messages: [{ id: 'm1', role: 'user', content: 'hello', created_at: 1757439300, metadata: {} }],
      thread_id: 'thread_1_a789ebb9',
      total: 1,
      limit: 50,
      offset: 0,
    },
    // Content has a second shape, an array: the next example.
    also: { 'messages.0.content': ['array'] },
    free: ['messages.0.metadata'],
    exact: ['messages.0.role'],
  },
  {
    name: '6.9 a message that an agent wrote',
    schema: threads.threadMessage,
    body: {
      id: 'm2',
      role: 'assistant',
      content: [{ type: 'text', text: { value: 'The sum is 55932.' } }],
      created_at: 1757439300,
      metadata: {},
    },
    also: { content: ['string'] },
    free: ['metadata'],
    exact: ['role', 'content.0.type'],
  },
  {
    name: '6.10 chat message',
    schema: chat.chatMessage,
    body: chatMessage,
    also: { metadata: ['null'] },
    free: ['metadata'],
    exact: ['id', 'timestamp'],
  },
  {
    name: '6.10 chat message created',
    schema: chat.chatMessageCreated,
    body: { message: chatMessage, status: 'created' },
    also: { 'message.metadata': ['null'] },
    free: ['message.metadata'],
    exact: ['status'],
  },
  {
    name: '6.10 page of chat messages',
    schema: chat.chatMessagePage,
    body: { messages: [chatMessage], total_count: 1, page: 1, page_size: 50, has_more: false },
    also: { 'messages.0.metadata': ['null'] },
    free: ['messages.0.metadata'],
  },
  {
    name: '6.10 chat message deleted',
    schema: chat.chatMessageDeleted,
    body: { status: 'deleted', message_id: UUID },
    exact: ['status'],
  },
  {
    name: '6.10 service card',
    schema: chat.messagesCard,
    body: {
      service: 'messages-api',
      status: 'available',
      message: 'ok',
      endpoints: {},
      authentication: { required: true, user_id: 'anonymous', status: 'anonymous' },
      features: ['a'],
      timestamp: ISO,
    },
    anything: ['features'],
    free: ['endpoints', 'features'],
    exact: ['service', 'status'],
  },
  {
    name: '6.11 profile',
    schema: users.profileReply,
    body: { name: null, email: 'gp-a@x.y', avatar_url: null, bio: null, company: null, location: null },
    also: {
      name: ['string'],
      avatar_url: ['string'],
      bio: ['string'],
      company: ['string'],
      location: ['string'],
    },
  },
  {
    name: '6.11 settings',
    schema: users.settingsReply,
    body: { theme: 'light', language: 'en', timezone: null, email_notifications: true },
    also: { timezone: ['string'] },
  },
];

const STREAMS: readonly Example[] = [
  {
    name: '7 agent stream: agent_started',
    schema: sse.agentStreamFrame,
    body: { event: 'agent_started', agent_id: 'a1', agent_type: 'triage', message: 'text', timestamp: ISO },
    exact: ['event', 'timestamp'],
  },
  {
    name: '7 agent stream: agent_thinking',
    schema: sse.agentStreamFrame,
    body: { event: 'agent_thinking', status: 'processing', message: 'text' },
    exact: ['event', 'status'],
  },
  {
    name: '7 agent stream: agent_progress',
    schema: sse.agentStreamFrame,
    body: { event: 'agent_progress', progress: 40, message: 'text' },
  },
  {
    name: '7 agent stream: agent_completed',
    schema: sse.agentStreamFrame,
    body: { event: 'agent_completed', result: 'The sum is 55932.' },
  },
  {
    name: '7 agent stream: agent_error',
    schema: sse.agentStreamFrame,
    body: { event: 'agent_error', error: 'timeout' },
  },
  { name: '7 agent stream: stream_end', schema: sse.agentStreamFrame, body: { event: 'stream_end' } },
  ...(
    [
      [{ type: 'stream_start', user_id: 'e2e-gp-a' }, {}],
      [{ type: 'user_message', message: chatMessage }, { also: { 'message.metadata': ['null'] } }],
      [{ type: 'agent_started', agent_name: 'Supervisor', message: 'text' }, {}],
      [{ type: 'agent_thinking', thought: 'text', step_number: 1 }, {}],
      [{ type: 'tool_executing', tool_name: 'calculator', tool_purpose: 'add' }, {}],
      [{ type: 'tool_completed', tool_name: 'calculator', result: { value: 1 } }, { free: ['result'] }],
      [{ type: 'response_chunk', content: 'The ', is_final: false }, {}],
      [{ type: 'response_complete', message: chatMessage }, { also: { 'message.metadata': ['null'] } }],
      [{ type: 'agent_completed', agent_name: 'Supervisor', result: {}, duration_ms: 42.5 }, { free: ['result'] }],
      [{ type: 'stream_end', status: 'completed' }, { exact: ['status'] }],
    ] as readonly (readonly [{ readonly type: string } & Record<string, Json>, Partial<Example>])[]
  ).map(([body, open]): Example => ({
    name: `7 chat stream: ${body.type}`,
    schema: sse.chatStreamFrame,
    body: { ...body, ...run },
    ...open,
    free: ['message.metadata', ...(open.free ?? [])],
    exact: ['type', 'timestamp', ...(open.exact ?? [])],
  })),
  {
    name: '7 events: stream_connected',
    schema: sse.eventStreamConnected,
    body: { event: 'stream_connected', connection_id: 'c1', user_id: 'e2e-gp-a', timestamp: ISO },
    exact: ['event'],
  },
  {
    name: '7 events: heartbeat',
    schema: sse.eventStreamHeartbeat,
    body: { event: 'heartbeat', connection_id: 'c1', count: 1 },
    exact: ['event'],
  },
  {
    name: '7 stream information',
    schema: sse.streamInfoReply,
    body: {
      available: true,
      supported_agents: ['triage', 'data', 'optimization'],
      stream_events: [...sse.STREAM_EVENTS],
      endpoints: { post_stream: '/api/agents/stream', get_info: '/api/agents/stream' },
    },
  },
];

const SOCKETS: readonly Example[] = [
  {
    name: '8.2 welcome',
    schema: ws.welcome,
    body: {
      type: 'system_message',
      data: {
        event: 'connection_established',
        connection_id: 'ws_e2e-gp-7_1757439300_6e9a3681',
        user_id: 'e2e-gp-7k2m-w0-a',
        server_time: ISO,
        connection_ready: true,
        environment: 'staging',
        startup_complete: true,
        config: { heartbeat_interval: 20, max_message_size: 8192 },
        factory_pattern_enabled: true,
      },
      ...ENVELOPE,
    },
    ...SERVER_ENVELOPE,
    exact: ['type', 'data.event', 'data.server_time'],
  },
  {
    name: '8.2 another system message',
    schema: ws.systemMessage,
    body: { type: 'system_message', data: { status: 'typing_acknowledged' }, ...ENVELOPE },
    ...SERVER_ENVELOPE,
    free: ['data'],
    exact: ['type'],
  },
  {
    name: '8.2 ping of the server',
    schema: ws.serverPing,
    body: { type: 'ping', data: { timestamp: UNIX }, ...ENVELOPE },
    ...SERVER_ENVELOPE,
    exact: ['type'],
  },
  {
    name: '8.3 refusal',
    schema: ws.errorMessage,
    body: {
      type: 'error_message',
      error_code: 'NO_TOKEN',
      error_message: 'No JWT token found in WebSocket headers or subprotocols',
      details: {},
      timestamp: UNIX,
      recovery_suggestions: null,
    },
    free: ['details'],
    anything: ['recovery_suggestions'],
    exact: ['type'],
  },
  {
    name: '8.4 pong',
    schema: ws.pong,
    body: { type: 'pong', data: { timestamp: UNIX, user_id: 'e2e-gp-a' }, ...ENVELOPE },
    ...SERVER_ENVELOPE,
    exact: ['type'],
  },
  {
    name: '8.4 heartbeat_ack',
    schema: ws.heartbeatAck,
    body: { type: 'heartbeat_ack', data: { timestamp: UNIX, status: 'healthy' }, ...ENVELOPE },
    ...SERVER_ENVELOPE,
    exact: ['type', 'data.status'],
  },
  {
    name: '8.4 JSON-RPC',
    schema: ws.jsonRpcReply,
    body: { jsonrpc: '2.0', result: { status: 'processed', method: 'tools/list' }, id: 'gp-1' },
    also: { id: ['number'] },
    exact: ['jsonrpc', 'result.status'],
  },
  {
    name: '8.4 ack',
    schema: ws.ack,
    body: { type: 'ack', received_type: 'unknown', timestamp: UNIX, user_id: 'e2e-gp-a', status: 'acknowledged' },
    exact: ['type', 'status'],
  },
  {
    name: '8.4 over the rate',
    schema: ws.rateLimitError,
    body: {
      type: 'error_message',
      error_code: 'RATE_LIMIT_EXCEEDED',
      error_message: 'slow down',
      details: { limit: 100, window_seconds: 60, retry_after_seconds: 3 },
      timestamp: UNIX,
      recovery_suggestions: null,
    },
    anything: ['recovery_suggestions'],
    exact: ['type', 'error_code'],
  },
  ...(
    [
      [
        'agent_started',
        {
          status: 'started',
          context: { thread_id: 'thread_1_a789ebb9', message_id: 'm-2' },
          message: 'Supervisor has started processing your request',
        },
        { optional: ['payload.context.message_id'] },
      ],
      [
        'agent_thinking',
        { reasoning: 'text', step_number: 1, progress_percentage: 40.5, status: 'thinking' },
        { also: { 'payload.progress_percentage': ['null'] } },
      ],
      [
        'tool_executing',
        { tool_name: 'calculator', parameters: { a: 1 }, status: 'executing', message: 'text' },
        { free: ['payload.parameters'] },
      ],
      [
        'tool_completed',
        {
          tool_name: 'calculator',
          result: { value: 1 },
          execution_time_ms: 3.5,
          status: 'completed',
          message: 'text',
        },
        { free: ['payload.result'] },
      ],
      [
        'agent_completed',
        {
          status: 'completed',
          result: { answer: 'The sum is 55932.', thread_id: 'thread_1_a789ebb9', message_id: 'm1' },
          execution_time_ms: 93,
          message: 'text',
        },
        {},
      ],
      [
        'agent_error',
        { status: 'error', error_message: 'text', error_context: {}, message: 'text' },
        { free: ['payload.error_context'] },
      ],
    ] as readonly (readonly [string, Json, Partial<Example>])[]
  ).map(([type, payload, open]): Example => ({
    name: `8.6 ${type}`,
    schema: ws.agentEvent,
    body: agentFrame(type, payload),
    exact: ['type', 'payload.status', 'timestamp'],
    ...open,
  })),
  {
    name: '8.1 upgrade while starting',
    schema: ws.serviceNotReady,
    body: {
      error: 'service_not_ready',
      message: 'text',
      details: { state: 'starting', failed_services: [], retry_after_seconds: 10 },
    },
    exact: ['error'],
  },
  {
    name: '9.2 welcome of /ws/test',
    schema: ws.transportWelcome,
    body: { type: 'connection_established', connection_id: 'c1' },
    exact: ['type'],
  },
  { name: '9.2 pong of /ws/test', schema: ws.transportPong, body: { type: 'pong' }, exact: ['type'] },
];

export const EXAMPLES: readonly Example[] = [
  ...AUTH,
  ...ERRORS,
  ...HEALTH,
  ...DISCOVERY,
  ...AGENTS,
  ...CONVERSATIONS,
  ...STREAMS,
  ...SOCKETS,
];
