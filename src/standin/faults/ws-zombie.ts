import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-zombie',
  layer: 'welcome',
  origin: 'history',
  summary: 'welcome and one ping, then no reply to anything and no second ping',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap('ws.receive', () => () => Promise.resolve());
    wrap('ws.heartbeat', () => () => undefined);
  },
});
