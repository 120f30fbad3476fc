import { isoNow } from '../clock.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'part-event-stream-fatal',
  layer: 'scenario',
  origin: 'history',
  summary: 'GET /api/events/stream ends after one stream_fatal_error',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'sse.frames',

      () =>
        function* () {
          yield { event: 'stream_fatal_error', error: 'Stream initialisation failed', timestamp: isoNow() };
        },
      (_call, stream) => stream === 'events',
    ),
});
