import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

export default defineFault({
  id: 'agent-ws-tools-missing',
  layer: 'agents',
  origin: 'history',
  summary: 'the right answer without tool_executing and tool_completed',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.run',
      (next) =>
        async function* (connection, run) {
          for await (const frame of next(connection, run)) {
            if (frame['type'] !== 'tool_executing' && frame['type'] !== 'tool_completed') yield frame;
          }
        },
    ),
});
