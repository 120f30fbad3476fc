import { Problem } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'limit-429-without-retry-after',
  layer: 'limits',
  origin: 'realistic',
  summary: 'the 429 has no Retry-After',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.problem',
      (next) => (call, problem) => new Problem(429, next(call, problem).message),
      (_call, problem) => problem.status === 429,
    ),
});
