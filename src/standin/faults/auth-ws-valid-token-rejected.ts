import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-ws-valid-token-rejected',
  layer: 'authentication',
  origin: 'history',
  summary: 'a valid token is refused on /ws and works over HTTP',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('ws.authenticate', (next) => async (connection, presented) => {
      const admission = await next(connection, presented);
      return admission.verdict === 'refused'
        ? admission
        : { verdict: 'refused', code: 'VALIDATION_FAILED', message: 'Token validation failed' };
    }),
});
