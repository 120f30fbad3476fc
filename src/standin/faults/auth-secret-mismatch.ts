import { isApi } from '../switchboard/about.ts';
import { claimed } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-secret-mismatch',
  layer: 'authentication',
  origin: 'history',
  summary: 'the API knows another signing secret than the auth service',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => {
        const judgement = await next(unit, surface, token);
        return judgement.verdict === 'valid'
          ? { verdict: 'flawed', flaws: ['signature'], claims: claimed(token ?? '') }
          : judgement;
      },
      isApi,
    ),
});
