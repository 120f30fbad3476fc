import { isApi } from '../switchboard/about.ts';
import { forgiving } from '../tokens.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-audience-ignored',
  layer: 'authentication',
  origin: 'realistic',
  summary: 'a token that was issued for another platform, or by another issuer, is accepted',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => forgiving('issuer', await next(unit, surface, token)),
      isApi,
    ),
});
