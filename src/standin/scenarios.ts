/** Named lists of fault specs. */
import { nearestTo } from './switchboard/nearest.ts';
import { UnknownSelection } from './switchboard/switchboard.ts';

export const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  healthy: [],
  'session-5': ['ws-close-1011-after-accept:delay=150', 'control-e2e-flag'],
  'session-5-immediate': ['ws-close-1011-after-accept:delay=0', 'control-e2e-flag'],
  'outage-503': ['platform-503-wall'],
  'dead-host': ['net-refused'],
  'cold-start': ['platform-cold-start:silent=0.1'],
  // Named by the deviation (D1 to D17) that each stands for; D15 does not show on the wire.
  'release-2025-09-09': [
    'ws-zombie', // D1
    'auth-ws-bad-token-accepted', // D2
    'perf-connect-blocks', // D3
    'rest-500-route:route=chat-stream', // D4
    'thread-update-lost:rename=on', // D5
    'agent-fallback-with-token', // D6
    'rest-500-route:route=messages-card', // D6
    'part-event-stream-fatal', // D6
    'rest-500-route:route=profile', // D7
    'agent-sse-error', // D8
    'rest-500-route:route=tools', // D9
    'iso-messages-by-label', // D10
    'rest-500-route:route=run-status', // D11
    'iso-first-call-admin', // D12
    'err-4xx-as-500', // D13
    'msg-chat-swallowed', // D14
    'part-socket-metrics-stuck', // D16
    'err-stack-trace', // D17
    'auth-refusal-leaks-token', // D17
    'limit-not-enforced:headers=off',
    'lifecycle-any-id-succeeds',
    'agent-http-mock',
    'msg-oversize-dropped',
    'session-expires-in-lie',
    'part-anonymous-agents',
  ],
};

export const faultsOfScenario = (name: string): readonly string[] => {
  const specs = SCENARIOS[name];
  if (specs !== undefined) return specs;
  const nearest = nearestTo(name, Object.keys(SCENARIOS));
  throw new UnknownSelection(`unknown scenario "${name}". Nearest: ${nearest.join(', ')}`);
};
