import { isApi } from '../switchboard/about.ts';
import type { Unit } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const GUEST = { userId: 'e2e-gp-detected', email: 'gp-detected@staging.netrasystems.ai' };

export default defineFault({
  id: 'auth-headers-let-in',
  layer: 'authentication',
  origin: 'realistic',
  summary: 'a request that calls itself an E2E test and brings no token is served as a test user',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    const saysTest = (unit: Unit) => isApi(unit) && unit.headers['x-e2e-test'] !== undefined;
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => {
        const judgement = await next(unit, surface, token);
        return judgement.verdict === 'absent'
          ? { verdict: 'valid', caller: { ...GUEST, jti: GUEST.userId, expires: 0 } }
          : judgement;
      },
      saysTest,
    );
    wrap(
      'ws.authenticate',
      () => () => Promise.resolve({ verdict: 'admitted', ...GUEST }),
      ({ call }, { source }) => saysTest(call) && source === 'none',
    );
  },
});
