import { changedJson } from '../http/reply.ts';
import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const WRONG = { max_connections_per_user: 300, max_message_size_bytes: 4096 };

export default defineFault({
  id: 'config-limits-mismatch',
  layer: 'discovery',
  origin: 'realistic',
  summary: '/ws/config advertises 300 connections and 4096 bytes',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.answer',
      (next) => async (call, produce) =>
        changedJson(await next(call, produce), ({ websocket, ...rest }) => ({
          ...rest,
          websocket: isObject(websocket)
            ? { ...websocket, limits: { ...(isObject(websocket['limits']) ? websocket['limits'] : {}), ...WRONG } }
            : websocket,
        })),
      (call) => call.route === 'GET /ws/config',
    ),
});
