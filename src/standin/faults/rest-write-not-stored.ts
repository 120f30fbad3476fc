import { newChatMessage } from '../stores.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'rest-write-not-stored',
  layer: 'rest',
  origin: 'history',
  summary: 'POST /api/chat/messages is accepted and stored nowhere',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('chat.create', () => (_unit, owner, draft) => newChatMessage(owner, draft)),
});
