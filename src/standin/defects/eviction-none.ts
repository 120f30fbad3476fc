import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'eviction-none',
  layer: 'limits',
  origin: 'realistic',
  summary: 'a user may keep more sockets open than the limit that is advertised',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.place', (next) => (connection) => ({ ...next(connection), evicted: [] })),
});
