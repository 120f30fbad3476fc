/** The backend's order of judgement: broken JSON, then the token, then the input. */
import type { Access } from '../../contract/access.ts';
import type { Caller, Judgement } from '../tokens.ts';
import { bearerOf, type HttpCall } from '../unit.ts';
import type { World } from '../world.ts';
import { Problem, type Reply } from './reply.ts';
import type { Route } from './route.ts';
import { brokenJson } from './transport.ts';

export const judgeGate = (call: HttpCall, access: Access, judgement: Judgement): Caller | undefined => {
  if (judgement.verdict === 'valid') return judgement.caller;
  if (access === 'public' || access === 'optional') return undefined;
  if (judgement.verdict === 'unavailable') throw new Problem(503, 'Authentication service unavailable');
  if (judgement.verdict === 'absent') throw new Problem(403, 'Not authenticated');
  const underChat = call.path.startsWith('/api/chat/');
  throw new Problem(401, underChat ? 'Authentication failed' : 'Invalid or expired token');
};

export const handleApi = async (world: World, call: HttpCall, route: Route): Promise<Reply> => {
  const { seams } = world;
  if (call.body.kind === 'broken') throw brokenJson(call.body.position);
  const token = route.access === 'public' ? undefined : bearerOf(call.headers.authorization);
  const judgement = await seams['auth.judge'](call, 'http', token);
  const caller = seams['auth.gate'](call, route.access, judgement);
  const newcomer = caller !== undefined && !world.users.has(caller.userId);
  if (caller !== undefined && route.access === 'administrator' && !seams['auth.administrator'](call, caller)) {
    world.users.add(caller.userId);
    throw new Problem(403, 'Admin access required');
  }
  if (newcomer) world.users.add(caller.userId);
  if (call.body.kind === 'too-large') throw new Problem(413, 'Request body is too large');
  const work = route.prepare(call, caller);
  return await seams['http.answer'](call, async () => work());
};
