import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'iso-messages-by-label',
  layer: 'isolation',
  origin: 'history',
  summary: 'a list by label shows the messages of every user',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'chat.list',
      (next) => (unit, _owner, label, page) => next(unit, undefined, label, page),
      (_unit, _owner, label) => label !== undefined,
    ),
});
