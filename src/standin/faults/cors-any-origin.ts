import { text } from '../http/reply.ts';
import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'cors-any-origin',
  layer: 'page',
  origin: 'realistic',
  summary: 'CORS reflects whatever origin asks, with credentials: any page reads the data of whoever is logged in',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap(
      'http.respond',
      () => () => Promise.resolve(text(200, 'OK')),
      (call) => isApi(call) && call.method === 'OPTIONS' && call.headers.origin !== undefined,
    );
    wrap(
      'http.finish',
      (next) => (call, reply) => {
        const finished = next(call, reply);
        const { origin } = call.headers;
        if (origin === undefined) return finished;
        const allowed = {
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
          'access-control-allow-headers': call.headers['access-control-request-headers'] ?? '*',
          vary: 'Origin',
        };
        return { ...finished, headers: { ...finished.headers, ...allowed } };
      },
      isApi,
    );
  },
});
