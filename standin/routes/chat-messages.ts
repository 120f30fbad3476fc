/** Chat messages and the streams that belong to them (sections 6.10 and 7). */
import { z } from 'zod';
import { MAX_CONTENT_CODE_POINTS, type ChatMessage } from '../../contract/chat-messages.ts';
import { isoNow } from '../clock.ts';
import { eventStream, json, Problem, type Reply } from '../http/reply.ts';
import { body, nothing, open, optionalRecord, param, personal, type Method, type Route } from '../http/route.ts';
import { pageOf } from '../http/validation.ts';
import type { ChatDraft } from '../stores.ts';
import type { Caller } from '../tokens.ts';
import { codePoints, type HttpCall } from '../unit.ts';
import type { World } from '../world.ts';
import { delay } from './agents.ts';
import { eventFrames } from './streams.ts';

const PAGE_DEFAULT = 50;
const FOREIGN = 'Access denied: You can only access your own messages';

const message = {
  content: z
    .string()
    .min(1, 'String should have at least 1 character')
    .refine((text) => codePoints(text).length <= MAX_CONTENT_CODE_POINTS, 'String should have at most 8000 characters'),
  thread_id: z.string().min(1, 'String should have at least 1 character'),
  message_type: z.string().nullish(),
  metadata: optionalRecord,
};
const draftBody = z.object(message);
const streamBody = z.object({ ...message, simulate_delay: delay });

const draftOf = (input: z.output<typeof draftBody>): ChatDraft => ({
  content: input.content,
  threadId: input.thread_id,
  messageType: input.message_type ?? 'user',
  metadata: input.metadata ?? null,
});

const owned = (world: World, call: HttpCall, caller: Caller): ChatMessage => {
  const found = world.seams['chat.find'](call, param(call, 'id'));
  if (found === undefined) throw new Problem(404, 'Message not found');
  if (found.user_id !== caller.userId) throw new Problem(403, FOREIGN);
  return found;
};

const create = (world: World, call: HttpCall, caller: Caller, draft: ChatDraft): Reply => {
  const rate = world.seams['rate.take'](call, 'http', caller.userId);
  if (!rate.allowed) {
    const headers = { 'retry-after': String(rate.retryAfterSeconds) };
    throw new Problem(429, 'Too many messages', { headers });
  }
  const headers: Record<string, string> = rate.announced
    ? { 'x-ratelimit-limit': String(rate.limit), 'x-ratelimit-remaining': String(rate.remaining) }
    : {};
  return json({ message: world.seams['chat.create'](call, caller.userId, draft), status: 'created' }, 200, headers);
};

const card = (caller: Caller | undefined): Reply =>
  json({
    service: 'messages-api',
    status: 'available',
    message: 'Messages API',
    endpoints: { create: 'POST /api/chat/messages', list: 'GET /api/chat/messages', stream: 'POST /api/chat/stream' },
    authentication: {
      required: caller === undefined,
      user_id: caller?.userId ?? 'anonymous',
      status: caller === undefined ? 'anonymous' : 'authenticated',
    },
    features: ['streaming', 'threads'],
    timestamp: isoNow(),
  });

/** The same scheme as the request: a redirect from https to http would leave the browser without an answer. */
const redirect = (world: World) => (call: HttpCall) => {
  const { protocol } = new URL(world.origins.api);
  const location = `${protocol}//${call.headers.host ?? new URL(world.origins.api).host}/api/messages/`;
  return { status: 307, headers: { location }, body: { kind: 'empty' } } as const;
};

export const chatMessageRoutes = (world: World): Route[] => {
  const { seams } = world;
  const methods: Method[] = ['GET', 'POST', 'PUT', 'DELETE'];
  return [
    personal('POST', '/api/chat/messages', body(draftBody), (call, caller, input) =>
      create(world, call, caller, draftOf(input)),
    ),
    personal(
      'GET',
      '/api/chat/messages',
      (call) => pageOf(call, PAGE_DEFAULT),
      (call, caller, page) => {
        const label = call.query.get('thread_id') ?? '';
        const found = seams['chat.list'](call, caller.userId, label === '' ? undefined : label, page);
        return json({
          messages: found.messages,
          total_count: found.total,
          page: Math.floor(page.offset / page.limit) + 1,
          page_size: page.limit,
          has_more: page.offset + found.messages.length < found.total,
        });
      },
    ),
    personal('GET', '/api/chat/messages/:id', nothing, (call, caller) => json(owned(world, call, caller))),
    personal('DELETE', '/api/chat/messages/:id', nothing, (call, caller) => {
      const { id } = owned(world, call, caller);
      seams['chat.remove'](call, id);
      return json({ status: 'deleted', message_id: id });
    }),
    personal('POST', '/api/chat/stream', body(streamBody), (call, caller, input) => {
      const request = { draft: draftOf(input), delaySeconds: input.simulate_delay };
      return eventStream('chat', seams['chat.stream'](call, request, caller));
    }),
    personal('GET', '/api/events/stream', nothing, (call, caller) => eventStream('events', eventFrames(call, caller))),
    open('optional', 'GET', '/api/messages/', (_call, caller) => card(caller)),
    ...methods.map((method) => open('optional', method, '/api/messages', redirect(world))),
  ];
};
