/** Threads and their messages (sections 6.8 and 6.9). */
import { z } from 'zod';
import { THREAD_PAGE_DEFAULT } from '../../contract/threads.ts';
import { json } from '../http/reply.ts';
import { body, nothing, optionalRecord, param, personal, type Route } from '../http/route.ts';
import { pageOf } from '../http/validation.ts';
import { openThread } from '../open-thread.ts';
import { appendMessage } from '../stores.ts';
import type { Caller } from '../tokens.ts';
import type { HttpCall } from '../unit.ts';
import type { World } from '../world.ts';

const LIST_DEFAULT = 20;
const change = z.object({ title: z.string().nullable().optional(), metadata: optionalRecord });
const post = z.object({ message: z.string(), metadata: optionalRecord });

export const threadRoutes = (world: World): Route[] => {
  const { seams } = world;
  const one = '/api/threads/:id';
  const opened = (call: HttpCall, caller: Caller, purpose: 'read' | 'write') =>
    openThread(world, call, caller.userId, param(call, 'id'), purpose);
  return [
    personal('POST', '/api/threads', body(change), (call, caller, input) =>
      json(seams['threads.create'](call, caller.userId, input).thread),
    ),
    personal(
      'GET',
      '/api/threads',
      (call) => pageOf(call, LIST_DEFAULT),
      (_call, caller, { limit, offset }) => {
        const owned = world.threads.ownedBy(caller.userId).slice(offset, offset + limit);
        return json(owned.map((stored) => stored.thread));
      },
    ),
    personal('GET', one, nothing, (call, caller) => json(opened(call, caller, 'read').thread)),
    personal('PUT', one, body(change), (call, caller, input) =>
      json(seams['threads.update'](call, opened(call, caller, 'write'), input).thread),
    ),
    personal('DELETE', one, nothing, (call, caller) => {
      seams['threads.archive'](call, opened(call, caller, 'write'));
      return json({ message: 'Thread archived successfully' });
    }),
    personal('POST', `${one}/auto-rename`, nothing, (call, caller) =>
      json(seams['threads.rename'](call, opened(call, caller, 'write')).thread),
    ),
    personal('POST', `${one}/messages`, body(post), (call, caller, input) => {
      const stored = opened(call, caller, 'write');
      const kept = appendMessage(stored, { role: 'user', content: input.message, metadata: input.metadata });
      const { id, content, role, created_at } = kept;
      return json({ id, thread_id: stored.thread.id, content, role, created_at });
    }),
    personal(
      'GET',
      `${one}/messages`,
      (call) => pageOf(call, THREAD_PAGE_DEFAULT),
      (call, caller, page) => {
        const stored = opened(call, caller, 'read');
        const { messages, total } = seams['threads.messages'](call, stored, page);
        return json({ messages, thread_id: stored.thread.id, total, ...page });
      },
    ),
  ];
};
