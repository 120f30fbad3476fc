/** Named lists of fault specs. */
import { nearestTo } from './switchboard/nearest.ts';
import { UnknownSelection } from './switchboard/switchboard.ts';

export const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  healthy: [],
  'session-5': ['ws-close-1011-after-accept:delay=150', 'control-e2e-flag'],
  'session-5-immediate': ['ws-close-1011-after-accept:delay=0', 'control-e2e-flag'],
  'dead-host': ['net-refused'],
};

export const faultsOfScenario = (name: string): readonly string[] => {
  const specs = SCENARIOS[name];
  if (specs !== undefined) return specs;
  const nearest = nearestTo(name, Object.keys(SCENARIOS));
  throw new UnknownSelection(`unknown scenario "${name}". Nearest: ${nearest.join(', ')}`);
};
