import { isoNow } from '../clock.ts';
import type { Frame } from '../switchboard/seams.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-ws-out-of-order',
  layer: 'agents',
  origin: 'realistic',
  summary: 'tool_completed before its tool_executing, and a thinking after the completion',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.run',
      (next) =>
        async function* (connection, run) {
          let executing: Frame | undefined;
          let thinking: Frame | undefined;
          for await (const frame of next(connection, run)) {
            if (frame['type'] === 'agent_thinking') thinking = frame;
            if (frame['type'] === 'tool_executing') {
              executing = frame;
              continue;
            }
            yield frame;
            if (frame['type'] === 'tool_completed' && executing !== undefined)
              yield { ...executing, timestamp: isoNow() };
          }
          if (thinking !== undefined) yield { ...thinking, timestamp: isoNow() };
        },
    ),
});
