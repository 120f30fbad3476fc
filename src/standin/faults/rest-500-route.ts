import { z } from 'zod';
import { Problem } from '../http/reply.ts';
import { defineFault } from '../switchboard/fault.ts';

const ROUTES = {
  'chat-stream': ['POST /api/chat/stream'],
  tools: ['GET /api/tools', 'POST /api/tools/execute'],
  profile: ['GET /api/users/profile'],
  'run-status': ['GET /api/chat/agents/:run_id/status'],
  'messages-card': ['GET /api/messages/'],
} as const;
const NAMES = ['chat-stream', 'tools', 'profile', 'run-status', 'messages-card'] as const;

export default defineFault({
  id: 'rest-500-route',
  layer: 'rest',
  origin: 'history',
  summary: 'one route answers a 500 envelope to a valid request',
  parameters: z.object({ route: z.enum(NAMES) }),
  install: ({ wrap }, { route }) => {
    const broken: readonly string[] = ROUTES[route];
    wrap(
      'http.answer',
      (next) => async (call, produce) => {
        // A request that the route itself refuses keeps its refusal.
        const reply = await next(call, produce);
        if (reply.status >= 400) return reply;
        throw new Problem(500, 'Internal server error');
      },
      (call) => broken.includes(call.route),
    );
  },
});
