import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'session-expires-in-lie',
  layer: 'sessions',
  origin: 'history',
  summary: 'replies say 900 s, the tokens live 1800 s',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('auth.lifetime', (next) => (call) => ({ seconds: 1_800, stated: next(call).stated })),
});
