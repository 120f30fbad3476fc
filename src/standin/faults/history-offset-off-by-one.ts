import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'history-offset-off-by-one',
  layer: 'rest',
  origin: 'realistic',
  summary: 'offset n > 0 of thread messages behaves as n + 1',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'threads.messages',
      (next) => (unit, stored, page) => next(unit, stored, { ...page, offset: page.offset + 1 }),
      (_unit, _stored, page) => page.offset > 0,
    ),
});
