import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'iso-thread-open',
  layer: 'isolation',
  origin: 'history',
  summary: 'any valid token reads any thread; writing is still refused',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'threads.permit',
      () => () => true,
      (_unit, _stored, _caller, purpose) => purpose === 'read',
    ),
});
