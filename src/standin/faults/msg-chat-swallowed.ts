import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'msg-chat-swallowed',
  layer: 'messages',
  origin: 'history',
  summary: 'chat messages get no frame at all and store nothing',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.chat', () => () => undefined),
});
