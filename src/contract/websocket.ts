/** Frames of `/ws` and `/ws/test`, in both directions, and close codes. */
import { z } from 'zod';
import { iso, jsonObject, nonEmpty, unix } from './primitives.ts';

export const SUBPROTOCOL = 'jwt-auth';
/** Subprotocol entry that carries a token where no header can be set: a browser. */
export const tokenSubprotocol = (token: string) => `jwt.${Buffer.from(token).toString('base64url')}`;

export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  policy: 1008,
  tooBig: 1009,
  internalError: 1011,
  restart: 1012,
  tryLater: 1013,
} as const;
export const REFUSED_REASON = 'SSOT Auth failed';
export const EVICTED_REASON = 'Connection limit';
/** Codes by which a server refuses a socket in good order before the welcome. */
export const CLEAN_REFUSAL_CODES: readonly number[] = [CLOSE.internalError, CLOSE.restart, CLOSE.tryLater];

export const REFUSAL_CODES = ['NO_TOKEN', 'INVALID_FORMAT', 'VALIDATION_FAILED', 'AUTH_SERVICE_ERROR'] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

const serverEnvelope = {
  timestamp: unix,
  server_id: z.string().nullable(),
  correlation_id: z.string().nullable(),
};

/** Events of a `system_message` that say the service works with less than it promises. */
export const DEGRADATION_EVENTS: readonly string[] = ['degraded_mode', 'service_degradation'];

export const systemMessage = z.looseObject({
  type: z.literal('system_message'),
  data: jsonObject,
  ...serverEnvelope,
});

/** The welcome: exactly one a socket. */
export const welcome = z.looseObject({
  type: z.literal('system_message'),
  data: z.looseObject({
    event: z.literal('connection_established'),
    connection_id: nonEmpty,
    user_id: nonEmpty,
    server_time: iso,
    connection_ready: z.boolean(),
    environment: z.string(),
    startup_complete: z.boolean(),
    config: z.looseObject({ heartbeat_interval: z.number().positive(), max_message_size: z.int().positive() }),
    factory_pattern_enabled: z.boolean(),
  }),
  ...serverEnvelope,
});
export type Welcome = z.infer<typeof welcome>;

export const serverPing = z.looseObject({
  type: z.literal('ping'),
  data: z.looseObject({ timestamp: unix }),
  ...serverEnvelope,
});

export const pong = z.looseObject({
  type: z.literal('pong'),
  data: z.looseObject({ timestamp: unix, user_id: nonEmpty }),
  ...serverEnvelope,
});

export const heartbeatAck = z.looseObject({
  type: z.literal('heartbeat_ack'),
  data: z.looseObject({ timestamp: unix, status: z.literal('healthy') }),
  ...serverEnvelope,
});

/** Reply to an unknown type; it never means that something was processed. */
export const ack = z.looseObject({
  type: z.literal('ack'),
  received_type: z.string(),
  timestamp: unix,
  user_id: nonEmpty,
  status: z.literal('acknowledged'),
});

export const jsonRpcReply = z.looseObject({
  jsonrpc: z.literal('2.0'),
  result: z.looseObject({ status: z.literal('processed'), method: z.string() }),
  id: z.union([z.string(), z.number()]),
});

export const errorMessage = z.looseObject({
  type: z.literal('error_message'),
  error_code: nonEmpty,
  error_message: z.string(),
  details: jsonObject,
  timestamp: unix,
  recovery_suggestions: z.unknown(),
});
export type ErrorMessage = z.infer<typeof errorMessage>;

/** `details` of an `error_message` `RATE_LIMIT_EXCEEDED`. */
export const rateLimitDetails = z.looseObject({
  limit: z.int(),
  window_seconds: z.int(),
  retry_after_seconds: z.int().min(1),
});

/** The reply to a message over the rate. */
export const rateLimitError = z.looseObject({
  ...errorMessage.shape,
  error_code: z.literal('RATE_LIMIT_EXCEEDED'),
  details: rateLimitDetails,
});

const event = <Type extends string, Payload extends z.ZodType>(type: Type, payload: Payload) =>
  z.looseObject({
    type: z.literal(type),
    run_id: nonEmpty,
    agent_name: nonEmpty,
    timestamp: iso,
    payload,
  });

/** The agent events; one canonical shape. */
export const agentEvents = {
  agent_started: event(
    'agent_started',
    z.looseObject({
      status: z.literal('started'),
      context: z.looseObject({ thread_id: nonEmpty, message_id: z.string().optional() }),
      message: z.string(),
    }),
  ),
  agent_thinking: event(
    'agent_thinking',
    z.looseObject({
      reasoning: nonEmpty,
      step_number: z.int().positive(),
      progress_percentage: z.number().nullable(),
      status: z.literal('thinking'),
    }),
  ),
  tool_executing: event(
    'tool_executing',
    z.looseObject({
      tool_name: nonEmpty,
      parameters: jsonObject,
      status: z.literal('executing'),
      message: z.string(),
    }),
  ),
  tool_completed: event(
    'tool_completed',
    z.looseObject({
      tool_name: nonEmpty,
      result: jsonObject,
      execution_time_ms: z.number().nonnegative(),
      status: z.literal('completed'),
      message: z.string(),
    }),
  ),
  agent_completed: event(
    'agent_completed',
    z.looseObject({
      status: z.literal('completed'),
      result: z.looseObject({ answer: z.string(), thread_id: nonEmpty, message_id: nonEmpty }),
      execution_time_ms: z.number().nonnegative(),
      message: z.string(),
    }),
  ),
  agent_error: event(
    'agent_error',
    z.looseObject({
      status: z.literal('error'),
      error_message: z.string(),
      error_context: jsonObject,
      message: z.string(),
    }),
  ),
} as const;
export const agentEvent = z.discriminatedUnion('type', [
  agentEvents.agent_started,
  agentEvents.agent_thinking,
  agentEvents.tool_executing,
  agentEvents.tool_completed,
  agentEvents.agent_completed,
  agentEvents.agent_error,
]);
export type AgentEvent = z.infer<typeof agentEvent>;
export type AgentEventType = AgentEvent['type'];
export const AGENT_EVENT_TYPES = Object.keys(agentEvents) as AgentEventType[];

/** 503 body of an upgrade while start-up is incomplete. */
export const serviceNotReady = z.looseObject({
  error: z.literal('service_not_ready'),
  message: z.string(),
  details: z.looseObject({ state: z.string(), failed_services: z.array(z.string()), retry_after_seconds: z.number() }),
});

/** Frames of `/ws/test`: a transport control, never evidence for a test. */
export const transportWelcome = z.looseObject({ type: z.literal('connection_established'), connection_id: nonEmpty });
export const transportPong = z.looseObject({ type: z.literal('pong') });
