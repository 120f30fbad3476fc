import { ChatStore } from '../stores.ts';
import type { Unit } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'rest-instance-local-store',
  layer: 'rest',
  origin: 'history',
  summary: 'chat-message requests alternate between two stores that do not know each other',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    const stores = [new ChatStore(), new ChatStore()] as const;
    const served = new WeakMap<Unit, ChatStore>();
    let requests = 0;
    const storeOf = (unit: Unit): ChatStore => {
      const store = served.get(unit) ?? stores[requests++ % 2 === 0 ? 0 : 1];
      served.set(unit, store);
      return store;
    };
    wrap('chat.create', () => (unit, owner, draft) => storeOf(unit).create(owner, draft));
    wrap('chat.find', () => (unit, id) => storeOf(unit).find(id));
    wrap('chat.list', () => (unit, owner, label, page) => storeOf(unit).list(owner, label, page));
    wrap('chat.remove', () => (unit, id) => storeOf(unit).remove(id));
  },
});
