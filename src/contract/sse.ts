/** Server-sent event streams: each frame is one `data:` line of JSON, there is no `event:` line. */
import { z } from 'zod';
import { chatMessage } from './chat-messages.ts';
import { count, iso, jsonObject, nonEmpty } from './primitives.ts';

const run = { run_id: nonEmpty, timestamp: iso };

/** Frames of POST /api/agents/stream by `event`. */
export const agentStreamFrame = z.discriminatedUnion('event', [
  z.looseObject({
    event: z.literal('agent_started'),
    agent_id: nonEmpty,
    agent_type: nonEmpty,
    message: z.string(),
    timestamp: iso,
  }),
  z.looseObject({ event: z.literal('agent_thinking'), status: z.literal('processing'), message: z.string() }),
  z.looseObject({ event: z.literal('agent_progress'), progress: z.int(), message: z.string() }),
  z.looseObject({ event: z.literal('agent_completed'), result: z.string() }),
  z.looseObject({ event: z.literal('agent_error'), error: z.string() }),
  z.looseObject({ event: z.literal('stream_end') }),
]);
export type AgentStreamFrame = z.infer<typeof agentStreamFrame>;

/** Frames of POST /api/chat/stream by `type`. */
export const chatStreamFrame = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('stream_start'), user_id: nonEmpty, ...run }),
  z.looseObject({ type: z.literal('user_message'), message: chatMessage, ...run }),
  z.looseObject({ type: z.literal('agent_started'), agent_name: nonEmpty, message: z.string(), ...run }),
  z.looseObject({ type: z.literal('agent_thinking'), thought: nonEmpty, step_number: z.int(), ...run }),
  z.looseObject({ type: z.literal('tool_executing'), tool_name: nonEmpty, tool_purpose: z.string(), ...run }),
  z.looseObject({ type: z.literal('tool_completed'), tool_name: nonEmpty, result: jsonObject, ...run }),
  z.looseObject({ type: z.literal('response_chunk'), content: z.string(), is_final: z.boolean(), ...run }),
  z.looseObject({ type: z.literal('response_complete'), message: chatMessage, ...run }),
  z.looseObject({
    type: z.literal('agent_completed'),
    agent_name: nonEmpty,
    result: jsonObject,
    duration_ms: z.number().nonnegative(),
    ...run,
  }),
  z.looseObject({ type: z.literal('stream_end'), status: z.literal('completed'), ...run }),
  z.looseObject({ type: z.literal('error') }),
  z.looseObject({ type: z.literal('timeout_error') }),
  z.looseObject({ type: z.literal('streaming_error') }),
]);
export type ChatStreamFrame = z.infer<typeof chatStreamFrame>;

/** Frames of GET /api/events/stream that the suite reads; other events may come in between. */
export const eventStreamConnected = z.looseObject({
  event: z.literal('stream_connected'),
  connection_id: nonEmpty,
  user_id: nonEmpty,
  timestamp: iso,
});
export const eventStreamHeartbeat = z.looseObject({
  event: z.literal('heartbeat'),
  connection_id: nonEmpty,
  count,
});

export const STREAM_EVENTS = [
  'agent_started',
  'agent_thinking',
  'agent_progress',
  'agent_completed',
  'agent_error',
  'stream_end',
] as const;

/** GET /api/agents/stream. */
export const streamInfoReply = z.looseObject({
  available: z.literal(true),
  supported_agents: z.array(z.string()),
  stream_events: z.array(z.string()),
  endpoints: z.looseObject({ post_stream: z.string(), get_info: z.string() }),
});

/** Any frame of GET /api/events/stream. */
export const eventStreamFrame = z.looseObject({ event: nonEmpty });
