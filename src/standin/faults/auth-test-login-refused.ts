import { Problem } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'auth-test-login-refused',
  layer: 'authentication',
  origin: 'history',
  summary: 'the test login says that the bypass key is wrong',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => wrap('auth.login', () => () => Promise.reject(new Problem(401, 'Invalid E2E bypass key'))),
});
