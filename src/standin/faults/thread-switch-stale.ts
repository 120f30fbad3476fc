import type { StoredThread } from '../stores.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'thread-switch-stale',
  layer: 'rest',
  origin: 'history',
  summary: 'messages of a thread are those of the thread that this user read before it',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    const lastRead = new Map<string, StoredThread>();
    wrap('threads.messages', (next) => (unit, stored, page) => {
      const user = unit.user() ?? '';
      const previous = lastRead.get(user) ?? stored;
      lastRead.set(user, stored);
      return next(unit, previous, page);
    });
  },
});
