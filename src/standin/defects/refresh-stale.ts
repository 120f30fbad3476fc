import { endpoints } from '../../contract/endpoints.ts';
import { changedJson } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'refresh-stale',
  layer: 'sessions',
  origin: 'realistic',
  summary: 'a refresh gives back the access token that the login gave',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    const given = new Map<string, unknown>();
    wrap(
      'http.finish',
      (next) => (call, reply) =>
        changedJson(next(call, reply), (body) => {
          const user = call.user() ?? '';
          if (call.path === endpoints.auth.refresh.path)
            return { ...body, access_token: given.get(user) ?? body['access_token'] };
          if (!given.has(user)) given.set(user, body['access_token']);
          return body;
        }),
      (call, reply) =>
        reply.status === 200 &&
        [endpoints.auth.refresh, endpoints.auth.testLogin].some(({ path }) => path === call.path),
    );
  },
});
