import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-ws-no-token-accepted',
  layer: 'authentication',
  origin: 'history',
  summary: 'a socket without any token is welcomed as a staging user',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let guests = 0;
    wrap(
      'ws.authenticate',
      () => () => {
        guests += 1;
        const userId = `staging-e2e-user-${String(guests).padStart(3, '0')}`;
        return Promise.resolve({ verdict: 'admitted', userId, email: `${userId}@staging.netrasystems.ai` });
      },
      (_connection, presented) => presented.source === 'none',
    );
  },
});
