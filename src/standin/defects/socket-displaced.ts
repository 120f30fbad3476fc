import { CLOSE } from '../socket/frames.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'socket-displaced',
  layer: 'messages',
  origin: 'realistic',
  summary: 'every new socket, whoever opens it, ends the ones that are open',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) =>
    wrap('ws.accepted', (next) => (connection, proceed) => {
      for (const other of server.sockets()) if (other !== connection) other.close(CLOSE.goingAway, 'Replaced');
      return next(connection, proceed);
    }),
});
