import type { Cleanup } from '../../../fixtures/cleanup.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import type { User } from '../../../fixtures/user.ts';

/** Id of a new conversation, archived after the test. */
export const createThread = async (user: User, cleanup: Cleanup): Promise<string> => {
  const { id } = (await user.threads.create.response({ title: newMarker() })).ok('thread.create');
  cleanup.add(`archive ${id}`, () => user.threads.archive.response({ id }));
  return id;
};
