/** Chat messages: a store of its own; `thread_id` is a free label. */
import { z } from 'zod';
import { MAX_SIMULATED_DELAY_SECONDS } from './agents.ts';
import { count, iso, jsonObject, nonEmpty } from './primitives.ts';

export const MAX_CONTENT_CODE_POINTS = 8000;

export const chatMessage = z.looseObject({
  id: z.uuid(),
  content: z.string(),
  user_id: nonEmpty,
  thread_id: nonEmpty,
  timestamp: iso,
  message_type: z.string(),
  metadata: jsonObject.nullable(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

export const chatMessageCreated = z.looseObject({ message: chatMessage, status: z.literal('created') });

export const chatMessagePage = z.looseObject({
  messages: z.array(chatMessage),
  total_count: count,
  page: z.int(),
  page_size: z.int(),
  has_more: z.boolean(),
});

export const chatMessageDeleted = z.looseObject({ status: z.literal('deleted'), message_id: nonEmpty });

/** GET /api/messages/: the service card. */
export const messagesCard = z.looseObject({
  service: z.literal('messages-api'),
  status: z.literal('available'),
  message: z.string(),
  endpoints: jsonObject,
  authentication: z.looseObject({ required: z.boolean(), user_id: z.string(), status: z.string() }),
  features: z.unknown().refine((features) => features !== undefined, 'missing'),
  timestamp: iso,
});

const TOO_SHORT = 'String should have at least 1 character';
/** Body of POST /api/chat/messages; characters are Unicode code points. */
export const chatMessageDraft = z.object({
  content: z
    .string()
    .min(1, TOO_SHORT)
    .refine(
      (text) => Array.from(text).length <= MAX_CONTENT_CODE_POINTS,
      `String should have at most ${MAX_CONTENT_CODE_POINTS} characters`,
    ),
  thread_id: z.string().min(1, TOO_SHORT),
  message_type: z.string().nullish(),
  metadata: jsonObject.nullish(),
});
/** Body of POST /api/chat/stream. */
export const chatStreamRequest = z.object({
  ...chatMessageDraft.shape,
  simulate_delay: z.number().min(0).max(MAX_SIMULATED_DELAY_SECONDS).nullish(),
});
