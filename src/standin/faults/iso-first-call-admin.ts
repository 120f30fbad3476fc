import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'iso-first-call-admin',
  layer: 'isolation',
  origin: 'history',
  summary: 'the first backend call of a new user passes administrator checks',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) =>
    wrap(
      'auth.administrator',
      (next) => (call, caller) => !server.users().includes(caller.userId) || next(call, caller),
    ),
});
