import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'session-logout-ignored',
  layer: 'sessions',
  origin: 'realistic',
  summary: 'logout says success and revokes nothing',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('auth.revoke', () => () => undefined),
});
