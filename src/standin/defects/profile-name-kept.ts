import { changedJson } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'profile-name-kept',
  layer: 'isolation',
  origin: 'realistic',
  summary: 'a profile without a name shows the e-mail address of whoever asked before',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let last: unknown = null;
    wrap(
      'http.finish',
      (next) => (call, reply) =>
        changedJson(next(call, reply), (body) => {
          const shown = { ...body, name: last };
          last = body['email'];
          return shown;
        }),
      (call, reply) => reply.status === 200 && call.path === '/api/users/profile',
    );
  },
});
