import { z } from 'zod';
import { Problem } from '../http/reply.ts';
import { isApi } from '../switchboard/about.ts';
import { requestParameters, requestsOf } from '../switchboard/edit.ts';
import { defineFault } from '../switchboard/fault.ts';
import { bearerOf } from '../unit.ts';

export default defineFault({
  id: 'serves-tests-only',
  layer: 'rest',
  origin: 'realistic',
  summary: 'authorised requests that do not look like an E2E test, by header or by user agent, get 503',
  parameters: z.object({ by: z.enum(['header', 'agent']).default('header'), on: requestParameters.on.optional() }),
  install: ({ wrap }, { by, on }) => {
    const matches = on === undefined ? () => true : requestsOf({ on });
    wrap(
      'http.answer',
      () => () => Promise.reject(new Problem(503, 'Service unavailable')),
      (call) =>
        isApi(call) &&
        bearerOf(call.headers.authorization) !== undefined &&
        (by === 'header'
          ? call.headers['x-e2e-test'] === undefined
          : /^Mozilla\//.test(call.headers['user-agent'] ?? '')) &&
        matches(call),
    );
  },
});
