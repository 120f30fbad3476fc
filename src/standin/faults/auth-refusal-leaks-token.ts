import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const SHOWN_CHARACTERS = 30;

export default defineFault({
  id: 'auth-refusal-leaks-token',
  layer: 'authentication',
  origin: 'history',
  summary: 'a refusal frame lists header names and the start of the Authorization value',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('ws.refusal', (next) => (connection, frame) => {
      const { headers } = connection.call;
      const failure_context = {
        headers: Object.keys(headers),
        authorization: (headers.authorization ?? '').slice(0, SHOWN_CHARACTERS),
      };
      return { ...next(connection, frame), details: { failure_context } };
    }),
});
