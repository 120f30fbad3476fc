import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'identity-by-header',
  layer: 'isolation',
  origin: 'realistic',
  summary: 'with any valid token the header X-User-ID says who the caller is',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('auth.judge', (next) => async (unit, surface, token) => {
      const judgement = await next(unit, surface, token);
      const claimed = unit.headers['x-user-id'];
      return judgement.verdict === 'valid' && typeof claimed === 'string'
        ? { ...judgement, caller: { ...judgement.caller, userId: claimed } }
        : judgement;
    }),
});
