import { enveloped } from '../socket/frames.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'greeting-degraded',
  layer: 'welcome',
  origin: 'realistic',
  summary: 'a system_message degraded_mode comes before the welcome',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('ws.greeting', (next) => (connection, frames) => [
      enveloped('system_message', { event: 'degraded_mode', message: 'Some services are not available' }),
      ...next(connection, frames),
    ]),
});
