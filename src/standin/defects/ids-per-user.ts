import { randomUUID } from 'node:crypto';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';
import { localPartOf } from '../unit.ts';

export default defineFault({
  id: 'ids-per-user',
  layer: 'isolation',
  origin: 'realistic',
  summary: 'chat messages are numbered for each user apart, so that the first of everybody has the same id',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    const shared = randomUUID();
    const first = new Map<string, string>();
    wrap('chat.create', (next) => (unit, owner, draft) => {
      const message = next(unit, owner, draft);
      const user = localPartOf(owner);
      if (first.has(user)) return message;
      first.set(user, message.id);
      return { ...message, id: shared };
    });
    wrap('chat.find', (next) => (unit, id) => {
      const found = next(unit, id === shared ? (first.get(unit.user() ?? '') ?? id) : id);
      return found === undefined ? undefined : { ...found, id };
    });
  },
});
