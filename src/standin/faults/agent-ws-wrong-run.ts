import { randomBytes } from 'node:crypto';
import { isObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-ws-wrong-run',
  layer: 'agents',
  origin: 'history',
  summary: 'from the second event on the run_id is that of another run, and the context names no thread',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    const lastRun = new Map<string, string>();
    wrap(
      'ws.run',
      (next) =>
        async function* (connection, run) {
          const other = lastRun.get(connection.userId) ?? `run_${randomBytes(4).toString('hex')}`;
          lastRun.set(connection.userId, run.runId);
          for await (const frame of next(connection, run)) {
            if (frame['type'] !== 'agent_started') {
              yield { ...frame, run_id: other };
            } else {
              const payload = isObject(frame['payload']) ? frame['payload'] : {};
              const context = isObject(payload['context']) ? payload['context'] : {};
              yield { ...frame, payload: { ...payload, context: { ...context, thread_id: null } } };
            }
          }
        },
    );
  },
});
