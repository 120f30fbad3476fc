import { isApi } from '../switchboard/about.ts';
import { forgiving } from '../tokens.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-refresh-as-access',
  layer: 'authentication',
  origin: 'realistic',
  summary: 'a refresh token opens sockets and passes every required route',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => forgiving('kind', await next(unit, surface, token)),
      isApi,
    ),
});
