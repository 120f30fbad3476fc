import { notFound } from '../http/reply.ts';
import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const PAGES = ['/ws/config', '/ws/health', '/ws/beacon'];

export default defineFault({
  id: 'ws-route-missing',
  layer: 'handshake',
  origin: 'realistic',
  summary: 'the socket module is not mounted: its sockets are 403 and its pages 404',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap(
      'ws.upgrade',
      () => () => ({ kind: 'refuse', status: 403, headers: { 'content-length': '0' }, body: '' }),
      isApi,
    );
    wrap(
      'http.respond',
      () => () => Promise.resolve(notFound()),
      (call) => isApi(call) && PAGES.includes(call.path),
    );
  },
});
