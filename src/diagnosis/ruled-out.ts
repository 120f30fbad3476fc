/** Rivals of a cause and why they are out: only what a probe or the run itself excluded. */
import type { CauseId } from './causes.ts';
import { objectOf } from './http-view.ts';
import type { Exclusion } from './result.ts';
import type { Scene } from './scene.ts';
import { welcomed } from './socket-view.ts';

const SOCKET =
  /^(?:ws-|welcome-|heartbeat|subprotocol|token-carrier|upgrade-|message-|event-|overload|identity-mixup|session-affinity|agent-run-crash|auth-valid-token)/;
const AGENT = /^(?:agent-|event-|message-swallowed)/;
const STORE = /^(?:persistence|instance-local|thread-mixup|pagination|data-corrupted)/;

const socketExclusions = (cause: CauseId, scene: Scene): readonly (Exclusion | null)[] => {
  const { probes } = scene;
  const none = probes.wsNone;
  const detection = objectOf(scene.input.preflight?.detection.server);
  const metrics = objectOf(objectOf(objectOf(scene.input.preflight?.wsHealth)['metrics'])['websocket']);
  const zero = Object.keys(metrics).length > 0 && Object.values(metrics).every((value) => value === 0);
  const sameWithout =
    none !== null &&
    none.s.carrier === null &&
    none.opened &&
    !welcomed(none) &&
    none.s.close !== null &&
    none.s.close.code !== 1008;
  return [
    probes.wsTest === true ? { cause: 'tcp-reset', because: '/ws/test opened and answered (probe ws-test)' } : null,
    probes.wsTest === true && cause !== 'upgrade-not-carried'
      ? { cause: 'upgrade-not-carried', because: '/ws/test opened by an upgrade (probe ws-test)' }
      : null,
    sameWithout || (none?.s.upgrade !== undefined && none.s.upgrade !== null)
      ? { cause: 'auth-valid-token-rejected', because: 'the same without any token (probe ws-none)' }
      : null,
    scene.tokenGood === true && cause !== 'auth-secret-mismatch'
      ? { cause: 'auth-secret-mismatch', because: 'the same user’s token is served over HTTP' }
      : null,
    probes.authHealthy === true && cause !== 'auth-service-down'
      ? { cause: 'auth-service-down', because: 'the auth service says healthy (probe verify)' }
      : null,
    detection['enabled'] === false
      ? {
          cause: 'e2e_testing.enabled:false',
          because: 'the normal and secure default; computed from the server’s own variables, no header changes it',
        }
      : null,
    zero ? { cause: 'all-zero metrics in /ws/health', because: 'idle or per-instance counters are normal' } : null,
  ];
};

export const exclusionsFor = (cause: CauseId, scene: Scene): Exclusion[] => {
  const { probes } = scene;
  const all: (Exclusion | null)[] = [
    scene.healthy === true && cause !== 'platform-unavailable'
      ? { cause: 'platform-unavailable', because: '/health answers 200 healthy' }
      : null,
    ...(SOCKET.test(cause) ? socketExclusions(cause, scene) : []),
    AGENT.test(cause) && probes.httpRun === 'answered' && !cause.startsWith('agent-service')
      ? { cause: 'agent-service-down', because: 'a run over HTTP was answered (probe http-run)' }
      : null,
    AGENT.test(cause) && probes.stored === true && cause !== 'agent-stalled'
      ? { cause: 'agent-stalled', because: 'the answer stands in the thread (probe stored)' }
      : null,
    STORE.test(cause) && cause === 'persistence-lost' && probes.reread.length > 1
      ? {
          cause: 'instance-local-state',
          because: `${probes.reread.length} rereads on fresh connections agree (probe reread)`,
        }
      : null,
    cause === 'edge-ip-ban'
      ? { cause: 'app-rate-limit', because: 'the refusal is not the application’s envelope and hits every path' }
      : null,
  ];
  return all.filter((one): one is Exclusion => one !== null && one.cause !== cause);
};
