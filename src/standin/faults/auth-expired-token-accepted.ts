import { isApi } from '../switchboard/about.ts';
import { forgiving } from '../tokens.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-expired-token-accepted',
  layer: 'authentication',
  origin: 'history',
  summary: 'a token past its exp is accepted on /ws and on required routes',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => forgiving('expired', await next(unit, surface, token)),
      isApi,
    ),
});
