import { isChatUpgrade } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'ws-upgrade-403',
  layer: 'handshake',
  origin: 'history',
  summary: '/ws and /websocket refuse every upgrade with an empty 403',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.upgrade',
      () => () => ({ kind: 'refuse', status: 403, headers: { 'content-length': '0' }, body: '' }),
      isChatUpgrade,
    ),
});
