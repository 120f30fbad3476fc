import { edgeReply, isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const PAGE =
  '<html><head><title>403 Forbidden</title></head><body><h1>Error: Forbidden</h1>' +
  '<h2>Your client does not have permission to get URL from this server.</h2></body></html>';

export default defineFault({
  id: 'platform-access-denied',
  layer: 'network',
  origin: 'realistic',
  summary: '403 text/html of the front end on every API path and upgrade',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'edge.answer',
      () => () => edgeReply(403, 'text/html; charset=UTF-8', PAGE, { server: 'Google Frontend' }),
      isApi,
    ),
});
