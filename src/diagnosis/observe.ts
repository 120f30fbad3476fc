/** Runs every rule over everything that was recorded. */
import { agentDraft } from './agents.ts';
import { clientLeftDraft, closeDraft } from './close.ts';
import { contentDrafts } from './content.ts';
import { eventsDraft } from './events.ts';
import { finding, type Finding, type FindingDraft } from './finding.ts';
import { httpStatusFindings } from './http-status.ts';
import { isolationFindings } from './isolation.ts';
import { latencyFindings } from './latency.ts';
import { messageDraft } from './message.ts';
import { preflightFindings } from './preflight.ts';
import type { RedAttempt, Scene } from './scene.ts';
import { isChatSocket, welcomed, type SocketView } from './socket-view.ts';
import { storageDraft } from './storage.ts';
import { optionalAuthDraft } from './tokens.ts';
import { upgradeDraft } from './upgrade.ts';
import { connectionIdDraft, leakDraft, welcomeDraft } from './welcome.ts';

/** The earliest broken phase of a socket explains what follows on it. */
const socketDrafts = (scene: Scene, attempt: RedAttempt, view: SocketView): readonly (FindingDraft | null)[] => {
  if (view.s.expected === 'upgrade-refusal') {
    const refusal = view.s.upgrade;
    return [refusal?.status === 403 ? null : upgradeDraft(scene, view)];
  }
  if (!isChatSocket(view)) return [];
  const upgrade = upgradeDraft(scene, view);
  if (upgrade !== null) return [upgrade];
  const left = welcomed(view) ? null : clientLeftDraft(view);
  if (left !== null) return [left, leakDraft(view)];
  const welcome = welcomeDraft(scene, view);
  const later =
    welcome === null
      ? (closeDraft(scene, view) ?? eventsDraft(scene, view) ?? messageDraft(scene, view, attempt))
      : null;
  return [welcome ?? later, leakDraft(view), connectionIdDraft(view, attempt.sockets)];
};

const ofSockets = (scene: Scene, attempt: RedAttempt, sockets: readonly SocketView[]): Finding[] =>
  sockets.flatMap((view) =>
    socketDrafts(scene, attempt, view).flatMap((draft) =>
      draft === null ? [] : [finding({ ...view, at: view.endedAt ?? view.at }, draft)],
    ),
  );

const ofExchanges = (scene: Scene, attempt: RedAttempt): Finding[] =>
  attempt.exchanges
    .filter(({ x }) => x.probe === null && x.surface !== 'other')
    .flatMap((view) =>
      [
        agentDraft(scene, view),
        storageDraft(scene, attempt, view),
        optionalAuthDraft(scene, view),
        ...contentDrafts(scene, attempt, view),
      ].flatMap((draft) => (draft === null ? [] : [finding(view, draft)])),
    );

const NOBODY: RedAttempt = {
  test: '',
  attempt: 0,
  failures: [],
  exchanges: [],
  sockets: [],
  startedAt: 0,
  lagMs: 0,
  hasEvidence: false,
};

/** Findings of the red tests; those of probes have no test and only support. */
export const observe = (scene: Scene): Finding[] => {
  const own = scene.red.flatMap((attempt) => [
    ...ofSockets(
      scene,
      attempt,
      attempt.sockets.filter(({ s }) => s.probe === null),
    ),
    ...ofExchanges(scene, attempt),
    ...isolationFindings(attempt),
    ...latencyFindings(scene, attempt),
  ]);
  const probes = ofSockets(scene, NOBODY, scene.probes.sockets).map((one) => ({ ...one, test: '' }));
  return [...own, ...httpStatusFindings(scene), ...preflightFindings(scene), ...probes];
};
