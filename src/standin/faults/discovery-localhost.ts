import { changedJson } from '../http/reply.ts';
import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const WRONG = {
  port: 8000,
  url: 'http://localhost:8000',
  api_url: 'http://localhost:8000',
  ws_url: 'ws://localhost:8000/ws',
};

export default defineFault({
  id: 'discovery-localhost',
  layer: 'discovery',
  origin: 'realistic',
  summary: 'discovery names http://localhost:8000 for the backend',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.answer',
      (next) => async (call, produce) =>
        changedJson(await next(call, produce), ({ services, ...rest }) => ({
          ...rest,
          services: isObject(services)
            ? { ...services, backend: { ...(isObject(services['backend']) ? services['backend'] : {}), ...WRONG } }
            : services,
        })),
      (call) => call.route === 'GET /api/discovery/services',
    ),
});
