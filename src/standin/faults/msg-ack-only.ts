import { acknowledge } from '../socket/messages.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'msg-ack-only',
  layer: 'messages',
  origin: 'history',
  summary: 'chat messages get an ack and nothing else',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.chat', () => (connection, message) => acknowledge(connection, message.type)),
});
