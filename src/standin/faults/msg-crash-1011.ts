import { typeOf } from '../socket/messages.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'msg-crash-1011',
  layer: 'messages',
  origin: 'history',
  summary: 'any client message except pong ends the socket 1011 "Internal error"',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('ws.receive', (next) => async (connection, data) => {
      if (typeOf(data) === 'pong') await next(connection, data);
      else connection.close(1011, 'Internal error');
    }),
});
