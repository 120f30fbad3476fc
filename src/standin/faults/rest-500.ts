import { Problem } from '../http/reply.ts';
import { isApiPath } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'rest-500',
  layer: 'rest',
  origin: 'history',
  summary: 'every /api/* answers a 500 envelope',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('http.respond', () => () => Promise.reject(new Problem(500, 'Internal server error')), isApiPath),
});
