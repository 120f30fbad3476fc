import { unixNow } from '../clock.ts';
import { enveloped, serverPing } from '../socket/frames.ts';
import { isAdmitted } from '../switchboard/about.ts';
import type { Frame } from '../switchboard/seams.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const inRun = (frame: Frame): boolean => 'run_id' in frame && frame['type'] !== 'agent_started';

const between = (frame: Frame, turn: number): Frame => {
  if (turn % 3 === 0) return serverPing();
  if (turn % 3 === 1 || !inRun(frame)) return enveloped('heartbeat', { timestamp: unixNow(), status: 'healthy' });
  return {
    type: 'progress_update',
    run_id: frame['run_id'],
    agent_name: frame['agent_name'],
    // Time never falls within a run, so it borrows that of the event it goes before.
    timestamp: frame['timestamp'],
    payload: { progress_percentage: 50, message: 'Working' },
  };
};

export default defineFault({
  id: 'control-pings-anywhere',
  layer: 'control',
  origin: 'control',
  summary: 'a ping, a heartbeat or a progress_update, and a protocol ping, between any two frames',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    let turn = 0;
    wrap(
      'ws.outgoing',
      (next) => (connection, frame) => {
        turn += 1;
        connection.pingProtocol();
        return [between(frame, turn), ...next(connection, frame)];
      },
      isAdmitted,
    );
  },
});
