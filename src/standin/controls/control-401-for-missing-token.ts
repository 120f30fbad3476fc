import { Problem } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const MISSING = 'Not authenticated';

export default defineFault({
  id: 'control-401-for-missing-token',
  layer: 'control',
  origin: 'control',
  summary: 'required routes answer 401 instead of 403 to a missing token',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.problem',
      () => () => new Problem(401, MISSING),
      (_call, problem) => problem.status === 403 && problem.message === MISSING,
    ),
});
