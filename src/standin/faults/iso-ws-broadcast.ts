import { isAdmitted } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'iso-ws-broadcast',
  layer: 'isolation',
  origin: 'history',
  summary: 'agent events of every run go to all open sockets of all users',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) =>
    wrap('ws.recipients', () => () => server.sockets().filter((socket) => socket.open && isAdmitted(socket))),
});
