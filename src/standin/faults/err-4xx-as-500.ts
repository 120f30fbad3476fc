import { Problem } from '../http/reply.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const REMAPPED: readonly number[] = [400, 409, 413, 429];
const POST_TO_THREAD = 'POST /api/threads/:id/messages';
const OF_THREAD = ['Thread not found', 'Access denied'];

export default defineFault({
  id: 'err-4xx-as-500',
  layer: 'errors',
  origin: 'history',
  summary: '400, 409, 413 and 429 arrive as 500, and so does a post to a thread that is not there or not yours',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap('http.problem', (next) => (call, given) => {
      const problem = next(call, given);
      if (REMAPPED.includes(problem.status)) {
        return new Problem(500, problem.message, { details: { status_code: problem.status } });
      }
      if (call.route === POST_TO_THREAD && OF_THREAD.includes(problem.message)) {
        return new Problem(500, `Failed to send message: ${problem.status}: ${problem.message}`);
      }
      return problem;
    }),
});
