import { isChatUpgrade } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-subprotocol-none',
  layer: 'handshake',
  origin: 'history',
  summary: '101 without a subprotocol although jwt-auth was offered',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.subprotocol', () => () => undefined, isChatUpgrade),
});
