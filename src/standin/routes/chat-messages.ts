/** Chat messages and the streams that belong to them (sections 6.10 and 7). */
import type { z } from 'zod';
import type { chatMessageDraft, ChatMessage } from '../../contract/chat-messages.ts';
import { endpoints } from '../../contract/endpoints.ts';
import { isoNow } from '../clock.ts';
import { eventStream, json, Problem, type Reply } from '../http/reply.ts';
import { param, serve, serveAnyone, serveJudged, type Method, type Route } from '../http/route.ts';
import { pageOf } from '../http/validation.ts';
import type { ChatDraft } from '../stores.ts';
import type { Caller } from '../tokens.ts';
import type { HttpCall } from '../unit.ts';
import type { World } from '../world.ts';
import { eventFrames } from './streams.ts';

const PAGE_DEFAULT = 50;
const FOREIGN = 'Access denied: You can only access your own messages';

const draftOf = (input: z.output<typeof chatMessageDraft>): ChatDraft => ({
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
    serve(endpoints.messages.create, (call, caller, input) => create(world, call, caller, draftOf(input))),
    serveJudged(
      endpoints.messages.list,
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
    serve(endpoints.messages.read, (call, caller) => json(owned(world, call, caller))),
    serve(endpoints.messages.delete, (call, caller) => {
      const { id } = owned(world, call, caller);
      seams['chat.remove'](call, id);
      return json({ status: 'deleted', message_id: id });
    }),
    serve(endpoints.messages.stream, (call, caller, input) => {
      const request = { draft: draftOf(input), delaySeconds: input.simulate_delay ?? 0 };
      return eventStream('chat', seams['chat.stream'](call, request, caller));
    }),
    serve(endpoints.events.stream, (call, caller) => eventStream('events', eventFrames(call, caller))),
    serveAnyone(endpoints.messages.card, (_call, caller) => card(caller)),
    ...methods.map((method) =>
      serveAnyone({ ...endpoints.messages.card, method, path: '/api/messages' }, redirect(world)),
    ),
  ];
};
