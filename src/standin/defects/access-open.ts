import { z } from 'zod';
import { requestParameters, requestsOf } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';
import { forgiving } from '../tokens.ts';
import type { HttpCall, Unit } from '../unit.ts';

const STRANGER = { userId: 'stranger', email: 'stranger@example.com', jti: 'none', expires: 0 };

const isCall = (unit: Unit): unit is HttpCall => unit.kind === 'http';

export default defineFault({
  id: 'access-open',
  layer: 'authentication',
  origin: 'realistic',
  summary:
    'some requests are served without a token, with one whose signature is wrong, or with one that was logged out',
  parameters: z.object({ on: requestParameters.on, to: z.enum(['anonymous', 'forged', 'logged-out']) }),
  install: ({ wrap }, { on, to }) => {
    const matches = requestsOf({ on });
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => {
        const judgement = await next(unit, surface, token);
        if (to === 'forged') return forgiving('signature', judgement);
        if (to === 'logged-out') return forgiving('revoked', judgement);
        return judgement.verdict === 'absent' ? { verdict: 'valid', caller: STRANGER } : judgement;
      },
      (unit) => isCall(unit) && matches(unit),
    );
  },
});
