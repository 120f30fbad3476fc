import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'edge-strips-auth-header',
  layer: 'network',
  origin: 'history',
  summary: 'Authorization is removed from upgrade requests only',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('ws.headers', (next) => (call, headers) => {
      const { authorization: _stripped, ...rest } = next(call, headers);
      return rest;
    }),
});
