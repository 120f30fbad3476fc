import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'net-refused',
  layer: 'network',
  origin: 'history',
  summary: 'every TCP connect to API, sockets and auth service fails with ECONNREFUSED',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    // The port was free a moment ago; some clients refuse well-known closed ones themselves.
    wrap('net.announce', (next) => async (process, origin, server) => {
      const announced = await next(process, origin, server);
      await new Promise((resolve) => server.close(resolve));
      return announced;
    }),
});
