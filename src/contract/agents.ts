/** Agents: execution, circuit breaker, lifecycle, chat runs. */
import { z } from 'zod';
import { count, iso, jsonObject, nonEmpty } from './primitives.ts';

export const AGENT_TYPES = ['triage', 'data', 'optimization'] as const;
export type AgentType = (typeof AGENT_TYPES)[number];
export const BREAKERS = ['execution', ...AGENT_TYPES] as const;
/** `simulate_delay` is a number of seconds in 0..10. */
export const MAX_SIMULATED_DELAY_SECONDS = 10;

/** 200 of POST /api/agents/*. A 200 can still be a failed run; the semantic fields are judged by the tests. */
export const agentReply = z.looseObject({
  status: z.string(),
  agent: z.string(),
  response: z.string().nullable(),
  execution_time: z.number(),
  circuit_breaker_state: z.string(),
  error: z.string().nullable(),
});
export type AgentReply = z.infer<typeof agentReply>;

export const breakerReply = z.looseObject({
  state: z.enum(['CLOSED', 'OPEN', 'HALF_OPEN']),
  failure_count: count,
  success_count: count,
  last_failure_time: iso.nullable(),
  next_attempt_time: iso.nullable(),
});

/** 200 of start, stop and cancel. */
export const controlReply = z.looseObject({
  success: z.literal(true),
  agent_id: nonEmpty,
  action: z.enum(['start', 'stop', 'cancel']),
  message: z.string(),
  timestamp: iso,
});

export const agentStatusItem = z.looseObject({
  agent_id: nonEmpty,
  status: z.enum(['running', 'completed', 'stopped', 'cancelled', 'error']),
  agent_type: z.string(),
  start_time: iso,
  last_activity: iso,
  message_count: count,
});
export const agentStatusReply = z.array(agentStatusItem);

export const chatRunControlReply = z.looseObject({
  status: z.enum(['started', 'stopped', 'cancelled']),
  run_id: nonEmpty,
  user_id: nonEmpty,
  timestamp: iso,
  message: z.string(),
});

export const chatRunStatusReply = z.looseObject({
  run_id: nonEmpty,
  status: z.enum(['running', 'stopped', 'cancelled', 'completed']),
  user_id: nonEmpty,
  agent_name: z.string(),
  progress: z.int().min(0).max(100),
  current_task: z.string().nullable(),
  started_at: iso,
  timestamp: iso,
  websocket_events_enabled: z.boolean(),
});

const simulatedDelay = z.number().min(0).max(MAX_SIMULATED_DELAY_SECONDS).nullish();
const agentType = z.enum(AGENT_TYPES);
const optionalObject = jsonObject.nullish();

/** Body of POST /api/agents/{triage,data,optimization}. */
export const agentRequest = z.object({
  message: z.string(),
  context: optionalObject,
  simulate_delay: simulatedDelay,
  force_failure: z.boolean().nullish(),
});
/** Body of POST /api/agents/execute. */
export const executeRequest = z.object({ type: agentType, ...agentRequest.shape });

/** Body of POST /api/agents/stream. */
export const agentStreamRequest = z.object({
  message: z.string(),
  agent_type: agentType.nullish(),
  context: optionalObject,
  simulate_delay: simulatedDelay,
  stream_updates: z.boolean().nullish(),
});

export const startRequest = z.object({
  message: z.string(),
  agent_id: nonEmpty.nullish(),
  agent_type: agentType.nullish(),
  context: optionalObject,
});
export const stopRequest = z.object({ agent_id: nonEmpty, reason: z.string().nullish() });
export const cancelRequest = z.object({ agent_id: nonEmpty, force: z.boolean().nullish() });
