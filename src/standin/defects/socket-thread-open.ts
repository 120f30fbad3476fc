import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'socket-thread-open',
  layer: 'isolation',
  origin: 'realistic',
  summary: 'over the socket any valid token writes to any thread',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'threads.permit',
      () => () => true,
      ({ path }) => path === '/ws',
    ),
});
