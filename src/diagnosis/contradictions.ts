/** Statements of the target that cannot both be true, and holes that no red test stands for. */
import { e2eTestingExpected, e2eTestingVariables } from '../contract/health.ts';
import { CAUSES, SECURITY_CAUSES, type CauseId } from './causes.ts';
import type { Finding } from './finding.ts';
import { objectOf } from './http-view.ts';
import type { Contradiction, Group } from './result.ts';
import type { Scene } from './scene.ts';

const SOCKET_DEAD: readonly CauseId[] = [
  'ws-crash-after-accept',
  'ws-factory-failure',
  'ws-closed-early',
  'ws-crash-after-welcome',
  'ws-mute',
  'ws-zombie',
  'welcome-missing',
  'ws-handshake-refused',
  'ws-handshake-hang',
  'ws-readiness-gate',
  'message-handler-crash',
];
const AGENTS_DEAD: readonly CauseId[] = ['agent-service-down', 'agent-stalled'];
const FAILURE_IN_200: readonly CauseId[] = [
  'agent-reported-failure',
  'agent-service-down',
  'agent-stalled',
  'agent-fake-answer',
];

const wsHealth = (scene: Scene): Record<string, unknown> => {
  const asked = scene.exchanges.filter(({ path, x }) => path === '/ws/health' && x.status === 200).at(-1);
  const own = objectOf(asked?.json);
  return Object.keys(own).length > 0 ? own : objectOf(scene.input.preflight?.wsHealth);
};

const facts = (groups: readonly Group[], causes: readonly CauseId[]): string[] =>
  groups
    .filter(({ cause }) => causes.includes(cause))
    .flatMap(({ evidence }) => evidence.slice(0, 1).map(({ fact }) => fact));

const contradiction = (statement: string, evidence: string[]): Contradiction => ({
  kind: 'contradiction',
  statement,
  evidence,
});

export const contradictionsOf = (
  scene: Scene,
  groups: readonly Group[],
  findings: readonly Finding[],
): Contradiction[] => {
  const out: Contradiction[] = [];
  const has = (causes: readonly CauseId[]) => groups.some(({ cause }) => causes.includes(cause));
  const health = wsHealth(scene);
  const e2e = objectOf(health['e2e_testing']);
  if (has(SOCKET_DEAD) && health['status'] === 'healthy')
    out.push(contradiction('/ws/health says healthy while sockets do not work', facts(groups, SOCKET_DEAD)));
  else if (has(SOCKET_DEAD) && scene.healthy === true)
    out.push(contradiction('/health says healthy while sockets do not work', facts(groups, SOCKET_DEAD)));
  const open = findings.filter(({ cause }) => cause === 'auth-bypass' || cause === 'auth-token-not-validated');
  if (open.length > 0 && e2e['auth_bypass_active'] === false)
    out.push(
      contradiction(
        '/ws/health says that no bypass is active while a missing or bad token is accepted',
        [...new Set(open.map(({ fact }) => fact))].slice(0, 3),
      ),
    );
  const agents = scene.exchanges.find(
    ({ path, x, json }) => path === '/health/agents' && x.status === 200 && objectOf(json)['status'] === 'healthy',
  );
  if (has(AGENTS_DEAD) && (agents !== undefined || scene.healthy === true))
    out.push(
      contradiction(
        `${agents === undefined ? '/health' : '/health/agents'} says healthy while no agent finishes a run`,
        facts(groups, AGENTS_DEAD),
      ),
    );
  if (has(FAILURE_IN_200) && findings.some(({ cause, fact }) => FAILURE_IN_200.includes(cause) && /: 200 /.test(fact)))
    out.push(contradiction('status 200 with a failure inside', facts(groups, FAILURE_IN_200)));
  if (has(['health-untruthful']))
    out.push(contradiction('readiness contradicts its own fields', facts(groups, ['health-untruthful'])));
  const variables = e2eTestingVariables.safeParse(e2e['variables']);
  if (typeof e2e['enabled'] === 'boolean' && variables.success && e2e['enabled'] !== e2eTestingExpected(variables.data))
    out.push(
      contradiction(`e2e_testing.enabled is ${String(e2e['enabled'])}, its variables say otherwise`, [
        JSON.stringify(variables.data),
      ]),
    );
  const told = new Set<string>(groups.map(({ cause }) => cause));
  const holes = new Map(
    findings.filter(({ cause }) => SECURITY_CAUSES.includes(cause) && !told.has(cause)).map((one) => [one.cause, one]),
  );
  for (const [cause, one] of holes)
    out.push({
      kind: 'security',
      cause,
      statement: `${CAUSES[cause].meaning} (${cause}), seen beside the cause that explains the red tests`,
      evidence: [one.fact],
    });
  return out;
};
