import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const withoutCors = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('access-control-')));

export default defineFault({
  id: 'cors-missing',
  layer: 'page',
  origin: 'realistic',
  summary: 'no reply of the API has CORS headers: a browser keeps every answer from the web app',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.finish',
      (next) => (call, reply) => {
        const finished = next(call, reply);
        return { ...finished, headers: withoutCors(finished.headers) };
      },
      isApi,
    ),
});
