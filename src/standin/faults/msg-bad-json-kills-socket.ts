import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'msg-bad-json-kills-socket',
  layer: 'messages',
  origin: 'realistic',
  summary: 'text that is not JSON ends TCP without a close frame',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.malformed', () => (connection) => connection.drop()),
});
