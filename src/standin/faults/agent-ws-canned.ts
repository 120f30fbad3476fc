import { z } from 'zod';
import { eventOf } from '../socket/runs.ts';
import { appendMessage } from '../stores.ts';
import { defineFault } from '../switchboard/fault.ts';

const ANSWER = 'I have analyzed your request and prepared recommendations for your workload.';

export default defineFault({
  id: 'agent-ws-canned',
  layer: 'agents',
  origin: 'history',
  summary: 'all five events, but with analysis_tool and the same answer whatever was asked',
  parameters: z.object({ pace: z.coerce.number().nonnegative().default(100) }),
  install: ({ wrap }, { pace }) => {
    wrap(
      'pace',
      () => () => pace,
      (_about, kind) => kind === 'ws-event',
    );
    wrap(
      'ws.run',
      () =>
        function* (_connection, run) {
          const threadId = run.stored.thread.id;
          appendMessage(run.stored, { role: 'user', content: run.text });
          yield eventOf(run, 'agent_started', {
            status: 'started',
            context: { thread_id: threadId, ...(run.messageId === undefined ? {} : { message_id: run.messageId }) },
            message: 'Supervisor has started processing your request',
          });
          yield eventOf(run, 'agent_thinking', {
            reasoning: 'Analyzing your request',
            step_number: 1,
            progress_percentage: null,
            status: 'thinking',
          });
          yield eventOf(run, 'tool_executing', {
            tool_name: 'analysis_tool',
            parameters: {},
            status: 'executing',
            message: 'Running analysis_tool',
          });
          yield eventOf(run, 'tool_completed', {
            tool_name: 'analysis_tool',
            result: { status: 'ok' },
            execution_time_ms: 100,
            status: 'completed',
            message: 'analysis_tool has finished',
          });
          const kept = appendMessage(run.stored, { role: 'assistant', content: ANSWER });
          yield eventOf(run, 'agent_completed', {
            status: 'completed',
            result: { answer: ANSWER, thread_id: threadId, message_id: kept.id },
            execution_time_ms: 500,
            message: 'Supervisor has completed your request',
          });
        },
    );
  },
});
