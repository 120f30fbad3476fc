import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agents-listed-to-all',
  layer: 'isolation',
  origin: 'realistic',
  summary: 'the list of agents has those of every user',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('agents.list', (next) => (call) => next(call, undefined)),
});
