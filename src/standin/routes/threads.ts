/** Threads and their messages (sections 6.8 and 6.9). */
import { endpoints } from '../../contract/endpoints.ts';
import { THREAD_PAGE_DEFAULT } from '../../contract/threads.ts';
import { json } from '../http/reply.ts';
import { param, serve, serveJudged, type Route } from '../http/route.ts';
import { pageOf } from '../http/validation.ts';
import { openThread } from '../open-thread.ts';
import { appendMessage } from '../stores.ts';
import type { Caller } from '../tokens.ts';
import type { HttpCall } from '../unit.ts';
import type { World } from '../world.ts';

const LIST_DEFAULT = 20;

export const threadRoutes = (world: World): Route[] => {
  const { seams } = world;
  const opened = (call: HttpCall, caller: Caller, purpose: 'read' | 'write') =>
    openThread(world, call, caller.userId, param(call, 'id'), purpose);
  return [
    serve(endpoints.threads.create, (call, caller, input) =>
      json(seams['threads.create'](call, caller.userId, input).thread),
    ),
    serveJudged(
      endpoints.threads.list,
      (call) => pageOf(call, LIST_DEFAULT),
      (_call, caller, { limit, offset }) => {
        const owned = world.threads.ownedBy(caller.userId).slice(offset, offset + limit);
        return json(owned.map((stored) => stored.thread));
      },
    ),
    serve(endpoints.threads.read, (call, caller) => json(opened(call, caller, 'read').thread)),
    serve(endpoints.threads.update, (call, caller, input) =>
      json(seams['threads.update'](call, opened(call, caller, 'write'), input).thread),
    ),
    serve(endpoints.threads.archive, (call, caller) => {
      seams['threads.archive'](call, opened(call, caller, 'write'));
      return json({ message: 'Thread archived successfully' });
    }),
    serve(endpoints.threads.autoRename, (call, caller) =>
      json(seams['threads.rename'](call, opened(call, caller, 'write')).thread),
    ),
    serve(endpoints.threads.post, (call, caller, input) => {
      const stored = opened(call, caller, 'write');
      const kept = appendMessage(stored, { role: 'user', content: input.message, metadata: input.metadata });
      const { id, content, role, created_at } = kept;
      return json({ id, thread_id: stored.thread.id, content, role, created_at });
    }),
    serveJudged(
      endpoints.threads.messages,
      (call) => pageOf(call, THREAD_PAGE_DEFAULT),
      (call, caller, page) => {
        const stored = opened(call, caller, 'read');
        const { messages, total } = seams['threads.messages'](call, stored, page);
        return json({ messages, thread_id: stored.thread.id, total, ...page });
      },
    ),
  ];
};
