import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'msg-oversize-dropped',
  layer: 'messages',
  origin: 'history',
  summary: 'messages above 8192 bytes vanish',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('ws.oversize', () => () => undefined),
});
