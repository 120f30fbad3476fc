import { changedJson } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const INTERNALS = {
  line_number: 214,
  source_file: '/app/netra_backend/app/core/exceptions_service.py',
  stack_trace: [
    'Traceback (most recent call last):',
    '  File "/app/netra_backend/app/routes/threads_routes.py", line 88, in get_thread',
    '    raise RecordNotFoundError(thread_id)',
  ],
  debug_info: { module: 'netra_backend.app.core', code: 'raise RecordNotFoundError(thread_id)' },
};

export default defineFault({
  id: 'err-stack-trace',
  layer: 'errors',
  origin: 'history',
  summary: 'every envelope carries paths and code lines',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.envelope',
      (next) => (call, problem) => changedJson(next(call, problem), (body) => ({ ...body, ...INTERNALS })),
    ),
});
