import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const DOUBLED = ['agent_started', 'agent_completed'];
const GAP_MS = 20;

export default defineFault({
  id: 'agent-ws-duplicated',
  layer: 'agents',
  origin: 'realistic',
  summary: 'agent_started and agent_completed are each sent twice',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => {
        const sent = next(connection, frame);
        setTimeout(() => {
          for (const again of sent) connection.sendAsIs(again);
        }, GAP_MS);
        return sent;
      },
      (_connection, frame) => DOUBLED.includes(String(frame['type'])),
    ),
});
