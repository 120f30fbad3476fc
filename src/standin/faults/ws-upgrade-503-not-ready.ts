import { isChatUpgrade } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const BODY = JSON.stringify({
  error: 'service_not_ready',
  message: 'Service is not ready to accept WebSocket connections',
  details: { state: 'services', failed_services: ['redis'], retry_after_seconds: 10 },
});

export default defineFault({
  id: 'ws-upgrade-503-not-ready',
  layer: 'handshake',
  origin: 'history',
  summary: 'every upgrade on /ws: 503 service_not_ready with Retry-After',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.upgrade',
      () => () => ({
        kind: 'refuse',
        status: 503,
        headers: { 'retry-after': '10', 'content-type': 'application/json' },
        body: BODY,
      }),
      isChatUpgrade,
    ),
});
