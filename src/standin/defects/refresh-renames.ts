import { endpoints } from '../../contract/endpoints.ts';
import { changedJson } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';
import { forgiving } from '../tokens.ts';
import { claimed } from '../unit.ts';

const renamed = (token: string): string => {
  const [head = '', , signature = ''] = token.split('.');
  const claims = { ...claimed(token), email: 'somebody@example.com' };
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
};

export default defineFault({
  id: 'refresh-renames',
  layer: 'sessions',
  origin: 'realistic',
  summary: 'a refreshed access token names another e-mail address',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    // The stand-in signs by itself, so it has to trust what it did not sign.
    wrap(
      'auth.judge',
      (next) => async (unit, surface, token) => forgiving('signature', await next(unit, surface, token)),
    );
    wrap(
      'http.finish',
      (next) => (call, reply) =>
        changedJson(next(call, reply), (body) => ({ ...body, access_token: renamed(String(body['access_token'])) })),
      (call, reply) => reply.status === 200 && call.path === endpoints.auth.refresh.path,
    );
  },
});
