/** Health, readiness and the WebSocket companions. */
import { z } from 'zod';
import { count, iso, jsonObject, nonEmpty, unix } from './primitives.ts';

/** What the bodies below say in every release; undefined = a release promises nothing of the kind. */
export interface HealthSays {
  readonly status: string;
  readonly timestamp?: number | undefined;
  readonly version?: string | undefined;
}
export interface ReadySays {
  readonly status: string;
  readonly core_db?: string | undefined;
  readonly websocket_readiness?: { readonly status: string; readonly websocket_ready: boolean } | undefined;
}
export interface AgentsHealthSays {
  readonly status: string;
}
export interface WsHealthSays {
  readonly status: 'healthy' | 'degraded';
  readonly metrics?: Readonly<Record<string, unknown>> | undefined;
  readonly config?:
    | {
        readonly max_connections_per_user?: number | undefined;
        readonly heartbeat_interval?: number | undefined;
      }
    | undefined;
  readonly e2e_testing?: { readonly enabled: boolean; readonly variables: E2eTestingVariables } | undefined;
  readonly errors?: readonly string[] | undefined;
}
export interface WsConfigSays {
  readonly websocket: {
    readonly limits: {
      readonly max_connections_per_user?: number | undefined;
      readonly max_message_rate_per_minute?: number | undefined;
      readonly max_message_size_bytes: number;
      readonly heartbeat_interval_seconds: number;
    };
  };
}
export interface WsBeaconSays {
  /** `healthy` where all is well, whatever a release calls it. */
  readonly status: string;
}

export const healthReply = z.looseObject({
  status: z.literal('healthy'),
  service: z.literal('netra-ai-platform'),
  version: z.string(),
  timestamp: unix,
});

/** 503 of /health while starting or failed. */
export const unhealthyReply = z.looseObject({
  status: z.literal('unhealthy'),
  message: z.string(),
  startup_in_progress: z.boolean().optional(),
  startup_failed: z.boolean().optional(),
  startup_complete: z.boolean().optional(),
});

/** `core_db` and `websocket_ready` are judged by the tests, so that a false "ready" is named as such. */
export const readyReply = z.looseObject({
  status: z.literal('ready'),
  service: z.string(),
  timestamp: unix,
  environment: z.string(),
  core_db: z.string(),
  clickhouse_db: z.string(),
  redis_db: z.string(),
  websocket_readiness: z.looseObject({ status: z.string(), websocket_ready: z.boolean(), details: jsonObject }),
  details: jsonObject,
});

export const liveReply = z.looseObject({
  status: nonEmpty,
  service: z.string(),
  version: z.string(),
  timestamp: iso,
  environment: z.string(),
});

export const agentsHealthReply = z.looseObject({
  status: z.string(),
  message: z.string(),
  system_overview: jsonObject,
  agents_count: count,
  fallback_mode: z.boolean(),
  timestamp: z.union([iso, unix]),
});

const unavailable = z.looseObject({ status: z.literal('unavailable'), error: z.string() });
const share = z.number().min(0).max(1);

/** Environment variables of the server that `e2e_testing.enabled` is computed from. */
export const e2eTestingVariables = z.looseObject({
  E2E_TESTING: z.string().nullable(),
  PYTEST_RUNNING: z.string().nullable(),
  STAGING_E2E_TEST: z.string().nullable(),
  E2E_OAUTH_SIMULATION_KEY: z.string().nullable(),
  E2E_TEST_ENV: z.string().nullable(),
});
export type E2eTestingVariables = z.infer<typeof e2eTestingVariables>;

/** GET /ws/health, always HTTP 200. */
export const wsHealthReply = z.looseObject({
  status: z.enum(['healthy', 'degraded']),
  service: z.literal('websocket'),
  version: z.string(),
  timestamp: iso,
  environment: z.string(),
  metrics: z.looseObject({
    websocket: z.union([
      unavailable,
      z.looseObject({
        active_connections: count,
        total_connections: count,
        messages_processed: count,
        error_rate: share,
      }),
    ]),
    authentication: z.union([unavailable, z.looseObject({ success_rate: share, rate_limited_requests: count })]),
    monitoring: z.union([unavailable, z.looseObject({ monitored_connections: count, healthy_connections: count })]),
  }),
  config: z.looseObject({
    max_connections_per_user: z.int().optional(),
    heartbeat_interval: z.number().optional(),
    pre_connection_auth_required: z.boolean().optional(),
  }),
  e2e_testing: z.looseObject({
    enabled: z.boolean(),
    variables: e2eTestingVariables,
    auth_bypass_active: z.boolean(),
  }),
  errors: z.array(z.string()).optional(),
});
export type WsHealthReply = z.infer<typeof wsHealthReply>;

/** What `e2e_testing.enabled` has to be, by the server's own variables. */
export const e2eTestingExpected = (variables: E2eTestingVariables): boolean =>
  variables.E2E_TESTING === '1' ||
  variables.PYTEST_RUNNING === '1' ||
  variables.STAGING_E2E_TEST === '1' ||
  (variables.E2E_OAUTH_SIMULATION_KEY ?? '') !== '' ||
  variables.E2E_TEST_ENV === 'staging';

export const wsConfigReply = z.looseObject({
  websocket: z.looseObject({
    endpoint: z.literal('/ws'),
    version: z.string(),
    authentication: z.string(),
    supported_auth_methods: z.array(z.string()),
    features: z.looseObject({
      heartbeat: z.boolean(),
      message_routing: z.boolean(),
      json_rpc_support: z.boolean(),
      rate_limiting: z.boolean(),
      error_recovery: z.boolean(),
    }),
    limits: z.looseObject({
      max_connections_per_user: z.int(),
      max_message_rate_per_minute: z.int(),
      max_message_size_bytes: z.int(),
      heartbeat_interval_seconds: z.number().positive(),
    }),
  }),
  server: z.looseObject({
    active_connections: count,
    uptime_seconds: z.number().nonnegative(),
    server_time: iso,
    stats_error: z.string().nullable(),
  }),
  migration: jsonObject,
});
export type WsConfigReply = z.infer<typeof wsConfigReply>;

export const wsBeaconReply = z.looseObject({
  status: z.string(),
  service: z.literal('websocket_beacon'),
  timestamp: iso,
  message: z.string(),
});
