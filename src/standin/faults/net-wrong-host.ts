import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'net-wrong-host',
  layer: 'network',
  origin: 'history',
  summary: 'the API has a host name that does not exist',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'net.announce',
      (next) => async (process, origin, server) => {
        const url = new URL(await next(process, origin, server));
        return `${url.protocol}//goldenpath-no-such-host.invalid:${url.port}`;
      },
      isApi,
    ),
});
