import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'control-fast',
  layer: 'control',
  origin: 'control',
  summary: 'no artificial pace: every frame as soon as possible',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('pace', () => () => 0),
});
