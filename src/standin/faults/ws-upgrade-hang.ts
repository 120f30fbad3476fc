import { isChatUpgrade } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-upgrade-hang',
  layer: 'handshake',
  origin: 'history',
  summary: 'the upgrade request on /ws is never answered',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.upgrade', () => () => ({ kind: 'hang' }), isChatUpgrade),
});
