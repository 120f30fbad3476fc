import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'net-reset',
  layer: 'network',
  origin: 'history',
  summary: 'TCP connects, and is reset as soon as the request arrives',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('edge.answer', () => () => ({ kind: 'reset' }), isApi),
});
