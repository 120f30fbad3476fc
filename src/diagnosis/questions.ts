/** The three questions that were open on 2025-09-09, answered from what the run recorded. */
import type { Finding } from './finding.ts';
import { objectOf } from './http-view.ts';
import type { Group, Questions } from './result.ts';
import { chatSockets, type Scene } from './scene.ts';
import { isAgentEvent, isChat, lastSentBefore, refusedWell, welcomed, type SocketView } from './socket-view.ts';

const yesNo = (value: boolean | null): string => (value === null ? 'not seen' : value ? 'yes' : 'no');

const e2eDetection = (scene: Scene, findings: readonly Finding[]): Questions['e2eDetection'] => {
  const { preflight } = scene.input;
  const all = [...scene.sockets.map(({ s }) => s.detection), ...scene.exchanges.map(({ x }) => x.detection)];
  const sent =
    preflight !== null && Object.keys(preflight.detection.sent).length > 0
      ? true
      : all.length === 0
        ? null
        : all.some(Boolean);
  const server = objectOf(preflight?.detection.server);
  const health =
    scene.exchanges
      .filter(({ path, x }) => path === '/ws/health' && x.status === 200)
      .map(({ json }) => objectOf(objectOf(json)['e2e_testing']))
      .at(-1) ?? {};
  const said = { ...server, ...health };
  const enabled = typeof said['enabled'] === 'boolean' ? said['enabled'] : null;
  const bypass = typeof said['auth_bypass_active'] === 'boolean' ? said['auth_bypass_active'] : null;
  const compared = scene.probes.sockets.some(({ s }) => s.probe === 'ws-headers');
  const changed = scene.probes.headersChange !== null ? true : compared ? false : null;
  const holes = findings.filter(({ cause }) => cause === 'auth-bypass' || cause === 'auth-token-not-validated');
  const judged = chatSockets(scene).some(refusedWell);
  const weakened = holes.length > 0 ? true : judged ? false : null;
  return {
    sent,
    serverSaysEnabled: enabled,
    bypassSaidActive: bypass,
    behaviourChanged: changed,
    weakenedAuthentication: weakened,
    answer: `Detection headers sent: ${yesNo(sent)}. The server says e2e_testing enabled: ${yesNo(enabled)} (its own variables; false is the secure default). Outcome changes with the headers: ${changed === true ? (scene.probes.headersChange ?? 'yes') : yesNo(changed)}. Authentication weakened: ${weakened === true ? `YES, ${holes[0]?.fact ?? ''}` : yesNo(weakened)}.`,
  };
};

const pointOf = (view: SocketView): string => {
  if (!welcomed(view))
    return view.received.length === 0 ? 'between accept and the first frame' : 'after a frame, before the welcome';
  const message = lastSentBefore(view, view.s.close?.at ?? 0);
  if (message === undefined) return 'after the welcome, nothing was sent';
  const gap = (view.s.close?.at ?? 0) - message.frame.at;
  return gap <= 200
    ? `${Math.round(gap)} ms after our ${message.type === '' ? 'text' : message.type}`
    : 'during a run or later';
};

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();

const close1011 = (scene: Scene): Questions['close1011'] => {
  const closed = chatSockets(scene).filter(({ s }) => s.close?.by === 'server' && s.close.code === 1011);
  const points = sorted(closed.map((view) => pointOf(view).replace(/^\d+ ms/, 'right')));
  const reasons = sorted(closed.map(({ s }) => s.close?.reason ?? ''));
  const preceding = sorted(closed.map(({ received }) => received.at(-1)?.type ?? 'none'));
  const callers = sorted(
    closed.map(
      ({ s }) =>
        `${s.carrier === null ? 'no token' : `token by ${s.carrier}`}, ${s.detection ? 'with' : 'without'} detection headers`,
    ),
  );
  return {
    seen: closed.length,
    points,
    reasons,
    precedingFrames: preceding,
    callers,
    answer:
      closed.length === 0
        ? 'No socket closed with 1011.'
        : `${closed.length} sockets closed 1011 ${reasons.map((reason) => `"${reason}"`).join(', ')}: ${points.join('; ')}. Last frame before it: ${preceding.join(', ')}. Seen for ${callers.join('; ')}.`,
  };
};

const eventDelivery = (scene: Scene, groups: readonly Group[]): Questions['eventDelivery'] => {
  const causes = new Set(groups.map(({ cause }) => cause));
  const asked = scene.sockets.filter((view) => welcomed(view) && view.sent.some(isChat));
  const executed = scene.probes.stored;
  if (causes.has('event-delivery-lost') || causes.has('event-misrouted') || causes.has('event-order'))
    return {
      fault: 'delivery',
      answer: `Delivery fault: the run completes${executed === true ? ' and its answer is stored' : ''}, its events do not all arrive as they should.`,
    };
  if (causes.has('agent-stalled') || causes.has('agent-run-crash') || causes.has('message-swallowed'))
    return {
      fault: 'execution',
      answer: `Execution fault: the run ${causes.has('message-swallowed') ? 'is never started' : 'starts and does not end'}${executed === false ? '; nothing is stored in the thread' : ''}.`,
    };
  if (causes.has('agent-service-down') || causes.has('agent-reported-failure') || causes.has('agent-fake-answer'))
    return {
      fault: 'agent',
      answer: 'Agent fault: delivery works or is not the point, the agent itself fails or answers canned text.',
    };
  if (asked.length === 0)
    return scene.green.has('P1-03')
      ? { fault: 'none', answer: 'Events of every run arrived.' }
      : { fault: 'not-seen', answer: 'No run over /ws got as far as events.' };
  return asked.some(({ received }) => received.some(isAgentEvent)) && groups.length === 0
    ? { fault: 'none', answer: 'Events of every run arrived.' }
    : {
        fault: 'undecided',
        answer: 'Runs were asked for on /ws; what came does not decide between execution and delivery.',
      };
};

export const questionsOf = (scene: Scene, groups: readonly Group[], findings: readonly Finding[]): Questions => ({
  e2eDetection: e2eDetection(scene, findings),
  close1011: close1011(scene),
  eventDelivery: eventDelivery(scene, groups),
});
