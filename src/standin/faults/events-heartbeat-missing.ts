import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'events-heartbeat-missing',
  layer: 'agents',
  origin: 'realistic',
  summary: 'GET /api/events/stream says stream_connected and then nothing: no heartbeat ever',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'sse.frames',
      (next) =>
        async function* (call, stream, frames) {
          for await (const frame of next(call, stream, frames)) if (frame['event'] !== 'heartbeat') yield frame;
        },
      (call, stream) => isApi(call) && stream === 'events',
    ),
});
