import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const NOBODY = { userId: 'anonymous', email: 'anonymous@localhost', jti: '', expires: 0 };

export default defineFault({
  id: 'part-anonymous-agents',
  layer: 'scenario',
  origin: 'history',
  summary: 'callers without a token are served by /api/agents/*',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'auth.gate',
      () => () => NOBODY,
      (call, access, judgement) =>
        judgement.verdict === 'absent' && access === 'required' && call.path.startsWith('/api/agents/'),
    ),
});
