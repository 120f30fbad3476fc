/** Chat messages: a store of its own; `thread_id` is a free label. */
import { z } from 'zod';
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
