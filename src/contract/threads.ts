/** Threads and their messages. */
import { z } from 'zod';
import { count, jsonObject, nonEmpty } from './primitives.ts';

const unixInt = z.int().positive();

export const thread = z.looseObject({
  id: nonEmpty,
  object: z.literal('thread'),
  title: z.string().nullable(),
  created_at: unixInt,
  updated_at: unixInt.nullable(),
  metadata: jsonObject.nullable(),
  message_count: count,
});
export type Thread = z.infer<typeof thread>;

/** GET /api/threads: a bare array, newest first, no total. */
export const threadList = z.array(thread);

export const threadArchivedReply = z.looseObject({ message: z.literal('Thread archived successfully') });

/** 200 of POST /api/threads/{id}/messages. */
export const threadMessageCreated = z.looseObject({
  id: z.uuid(),
  thread_id: nonEmpty,
  content: z.string(),
  role: z.literal('user'),
  created_at: unixInt,
});

const agentContent = z.array(z.looseObject({ type: z.literal('text'), text: z.looseObject({ value: z.string() }) }));

export const threadMessage = z.looseObject({
  id: nonEmpty,
  role: z.enum(['user', 'assistant']),
  content: z.union([z.string(), agentContent]),
  created_at: unixInt,
  metadata: jsonObject,
});
export type ThreadMessage = z.infer<typeof threadMessage>;

export const threadMessagePage = z.looseObject({
  messages: z.array(threadMessage),
  thread_id: nonEmpty,
  total: count,
  limit: z.int(),
  offset: z.int(),
});

/** Text of a message, whichever of the two content shapes it has. */
export const textOf = (content: ThreadMessage['content']): string =>
  typeof content === 'string' ? content : content.map((part) => part.text.value).join('');

export const THREAD_PAGE_DEFAULT = 50;

/** Body of POST and PUT of a thread. */
export const threadDraft = z.object({ title: z.string().nullable().optional(), metadata: jsonObject.nullish() });
/** Body of POST /api/threads/{id}/messages. */
export const threadMessageDraft = z.object({ message: z.string(), metadata: jsonObject.nullish() });
