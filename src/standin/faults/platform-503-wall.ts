import { edgeReply } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'platform-503-wall',
  layer: 'network',
  origin: 'history',
  summary: '503 text/plain on every path and upgrade of API and auth service',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('edge.answer', () => () => edgeReply(503, 'text/plain', 'Service Unavailable')),
});
