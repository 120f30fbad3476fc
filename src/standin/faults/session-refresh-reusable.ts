import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'session-refresh-reusable',
  layer: 'sessions',
  origin: 'realistic',
  summary: 'a refresh token works any number of times',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('auth.spend', () => () => true),
});
