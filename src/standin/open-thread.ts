/** A thread for somebody who asks for it: a missing one and a foreign one are two different answers. */
import { Problem } from './http/reply.ts';
import type { StoredThread } from './stores.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

export const openThread = (
  world: World,
  unit: Unit,
  caller: string,
  id: string,
  purpose: 'read' | 'write',
): StoredThread => {
  const stored = world.seams['threads.find'](unit, id);
  if (stored === undefined) throw new Problem(404, 'Thread not found');
  if (!world.seams['threads.permit'](unit, stored, caller, purpose)) throw new Problem(403, 'Access denied');
  return stored;
};
