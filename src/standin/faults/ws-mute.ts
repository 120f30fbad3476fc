import { isAdmitted } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-mute',
  layer: 'welcome',
  origin: 'history',
  summary: '101, then no frame ever; protocol pings are answered, the socket stays open',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    // Who is not admitted is still refused as always.
    wrap('ws.outgoing', () => () => [], isAdmitted);
    wrap('ws.receive', () => () => Promise.resolve());
  },
});
