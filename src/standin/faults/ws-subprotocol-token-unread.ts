import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-subprotocol-token-unread',
  layer: 'authentication',
  origin: 'realistic',
  summary: 'the token is looked for in the header only; a browser cannot send one there, so it counts as absent',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.authenticate',
      (next) => (connection) => next(connection, { source: 'none', token: undefined }),
      (_connection, presented) => presented.source === 'subprotocol',
    ),
});
