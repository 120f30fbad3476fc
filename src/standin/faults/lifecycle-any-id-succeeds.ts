import { isoNow, unixNow } from '../clock.ts';
import { Problem } from '../http/reply.ts';
import type { AgentRecord, AgentState } from '../stores.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const fabricated = (owner: string, id: string, state: AgentState): AgentRecord => {
  const now = isoNow();
  return { id, owner, type: 'triage', state, started: now, active: now, activeAt: unixNow(), messages: 1 };
};

const unlessUnknown = (look: () => AgentRecord, otherwise: () => AgentRecord): AgentRecord => {
  try {
    return look();
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return otherwise();
    throw error;
  }
};

export default defineFault({
  id: 'lifecycle-any-id-succeeds',
  layer: 'lifecycle',
  origin: 'history',
  summary: 'stop, cancel and status say success for an id that never existed',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap(
      'agents.end',
      (next) => (call, owner, id, state) =>
        unlessUnknown(
          () => next(call, owner, id, state),
          () => fabricated(owner, id, state),
        ),
    );
    wrap(
      'agents.find',
      (next) => (call, owner, id) =>
        unlessUnknown(
          () => next(call, owner, id),
          () => fabricated(owner, id, 'running'),
        ),
    );
  },
});
