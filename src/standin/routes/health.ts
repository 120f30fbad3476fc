/** Health, readiness and the companions of the socket (sections 6.1 and 9). */
import type { Endpoint } from '../../contract/endpoint.ts';
import { endpoints } from '../../contract/endpoints.ts';
import { STANDIN_MEMBER } from '../../contract/headers.ts';
import { LIMITS } from '../../contract/limits.ts';
import { isoNow, unixNow } from '../clock.ts';
import { json } from '../http/reply.ts';
import { serveAnyone, type Route } from '../http/route.ts';
import { VERSION } from '../settings.ts';
import { isChatPath } from '../socket/upgrade.ts';
import type { JsonObject } from '../unit.ts';
import type { World } from '../world.ts';

const SERVICE = 'netra-ai-platform';
const ACTIVE_SECONDS = 300;

const chatSockets = (world: World) => [...world.sockets].filter((socket) => isChatPath(socket.call.path));

const health = (world: World): JsonObject => ({
  status: 'healthy',
  service: SERVICE,
  version: '1.0.0',
  [STANDIN_MEMBER]: `${VERSION} at ${world.origins.api}`,
  timestamp: unixNow(),
});

const ready = (world: World): JsonObject => ({
  status: 'ready',
  service: SERVICE,
  timestamp: unixNow(),
  environment: world.settings.environment,
  core_db: 'connected',
  clickhouse_db: 'connected',
  redis_db: 'connected',
  websocket_readiness: { status: 'ready', websocket_ready: true, details: {} },
  details: {},
});

const live = (world: World): JsonObject => ({
  status: 'healthy',
  service: SERVICE,
  version: '1.0.0',
  timestamp: isoNow(),
  environment: world.settings.environment,
});

const agents = (): JsonObject => ({
  status: 'healthy',
  message: 'All agents are operational',
  system_overview: { agents: ['triage', 'data', 'optimization'] },
  agents_count: 3,
  fallback_mode: false,
  timestamp: isoNow(),
});

const wsHealth = (world: World): JsonObject => {
  const { metrics } = world;
  const sockets = chatSockets(world);
  const recent = sockets.filter((socket) => unixNow() - socket.lastActive < ACTIVE_SECONDS);
  return {
    status: 'healthy',
    service: 'websocket',
    version: '1.0.0',
    timestamp: isoNow(),
    environment: world.settings.environment,
    metrics: {
      websocket: {
        active_connections: sockets.length,
        total_connections: metrics.totalConnections,
        messages_processed: metrics.messages,
        error_rate: metrics.failedMessages / Math.max(1, metrics.messages),
      },
      authentication: {
        success_rate: metrics.admissions / Math.max(1, metrics.attempts),
        rate_limited_requests: metrics.rateLimited,
      },
      monitoring: { monitored_connections: metrics.totalConnections, healthy_connections: recent.length },
    },
    config: {
      max_connections_per_user: LIMITS.connectionsPerUser,
      heartbeat_interval: world.settings.heartbeatSeconds,
      pre_connection_auth_required: true,
    },
    // The auth service holds the bypass key, the backend that answers here does not.
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
    [STANDIN_MEMBER]: `${VERSION} at ${world.origins.api}`,
  };
};

const wsConfig = (world: World): JsonObject => ({
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
      max_connections_per_user: LIMITS.connectionsPerUser,
      max_message_rate_per_minute: LIMITS.messagesPerMinute,
      max_message_size_bytes: LIMITS.messageBytes,
      heartbeat_interval_seconds: world.settings.heartbeatSeconds,
    },
  },
  server: {
    active_connections: chatSockets(world).length,
    uptime_seconds: world.uptimeSeconds,
    server_time: isoNow(),
    stats_error: null,
  },
  migration: {},
});

const beacon = (): JsonObject => ({
  status: 'healthy',
  service: 'websocket_beacon',
  timestamp: isoNow(),
  message: 'The WebSocket module is mounted',
});

export const healthRoutes = (world: World): Route[] => {
  const shown = (endpoint: Endpoint, show: (of: World) => JsonObject) => serveAnyone(endpoint, () => json(show(world)));
  return [
    shown(endpoints.health.read, health),
    shown({ ...endpoints.health.read, path: '/health/' }, health),
    shown(endpoints.health.ready, ready),
    shown(endpoints.health.live, live),
    shown(endpoints.health.agents, agents),
    shown(endpoints.sockets.health, wsHealth),
    shown(endpoints.sockets.config, wsConfig),
    shown(endpoints.sockets.beacon, beacon),
  ];
};
