import { claimed } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-ws-bad-token-accepted',
  layer: 'authentication',
  origin: 'history',
  summary: 'a token of a socket is decoded but not checked',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let guests = 0;
    wrap(
      'ws.authenticate',
      () => (_connection, presented) => {
        const claims = claimed(presented.token ?? '');
        const sub = claims?.['sub'];
        if (typeof sub !== 'string' || sub === '') guests += 1;
        const userId =
          typeof sub === 'string' && sub !== '' ? sub : `staging-e2e-user-${String(guests).padStart(3, '0')}`;
        return Promise.resolve({ verdict: 'admitted', userId, email: `${userId}@staging.netrasystems.ai` });
      },
      (_connection, presented) => presented.source !== 'none',
    );
  },
});
