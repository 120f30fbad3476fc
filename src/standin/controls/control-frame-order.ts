import { unixNow } from '../clock.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const PROGRESS = ['initialization_started', 'authentication_completed'];

export default defineFault({
  id: 'control-frame-order',
  layer: 'control',
  origin: 'control',
  summary: 'handshake_validation after the welcome or not at all; flat progress frames and the first ping before it',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let sockets = 0;
    wrap('ws.greeting', (next) => (connection, frames) => {
      sockets += 1;
      const usual = next(connection, frames);
      const of = (type: string) => usual.filter((frame) => frame['type'] === type);
      const progress = PROGRESS.map((event, step) => ({ event, step, timestamp: unixNow() }));
      const late = sockets % 2 === 0 ? of('handshake_validation') : [];
      const rest = usual.filter((frame) => frame['type'] !== 'ping' && frame['type'] !== 'handshake_validation');
      return [...progress, ...of('ping'), ...rest, ...late];
    });
  },
});
