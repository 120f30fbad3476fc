import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'lifecycle-stop-ignored',
  layer: 'lifecycle',
  origin: 'realistic',
  summary: 'stop and cancel say success, the agent keeps running',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) =>
    // The owner is still asked for: what is missing or somebody else's stays refused.
    wrap('agents.end', () => (call, owner, id, state) => ({ ...server.agent(call, owner, id), state })),
});
