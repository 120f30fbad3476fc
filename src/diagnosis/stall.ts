/** One action stops everybody: sockets of a burst open in steps, and HTTP stands still meanwhile. */
import type { FindingDraft } from './finding.ts';
import type { Scene } from './scene.ts';
import { isChatSocket, type SocketView } from './socket-view.ts';

const BURST_MS = 600;
const STEP_MS = 400;

const openedAt = (view: SocketView): number | null => view.s.welcomeAt ?? view.s.phases.head;

/** Milliseconds that `/health` or another quick request took while these sockets were connecting. */
const slowHttp = (scene: Scene, test: string, from: number, to: number): number =>
  scene.exchanges
    .filter(({ recordedBy, at, path }) => recordedBy === test && at >= from - 200 && at <= to && /^\/health/.test(path))
    .reduce((slowest, { x }) => Math.max(slowest, x.phases.end ?? x.phases.head ?? 0), 0);

export const stallDraft = (scene: Scene, view: SocketView, fact: string): FindingDraft | null => {
  if (view.s.probe !== null) return null;
  const burst = scene.sockets.filter(
    (other) =>
      other.recordedBy === view.recordedBy &&
      other.attempt === view.attempt &&
      isChatSocket(other) &&
      Math.abs(other.at - view.at) <= BURST_MS,
  );
  if (burst.length < 3) return null;
  const times = burst
    .map(openedAt)
    .filter((time): time is number => time !== null)
    .sort((a, b) => a - b);
  const steps = times.slice(1).filter((time, index) => time - (times[index] ?? 0) >= STEP_MS).length;
  const slowest = slowHttp(scene, view.recordedBy, view.at, view.at + 10_000);
  const stepped = steps >= 2 || (steps >= 1 && slowest >= 1_000);
  if (!stepped && !(slowest >= 1_500 && times.length < burst.length)) return null;
  const lag = scene.red.find(({ test, attempt }) => test === view.test && attempt === view.attempt)?.lagMs ?? 0;
  return {
    cause: 'event-loop-stall',
    phase: 'ping',
    signal: lag > STEP_MS ? 'low' : stepped && slowest >= 1_000 ? 'high' : 'medium',
    fact: `${fact}; ${burst.length} sockets at once opened after ${times.map((time) => `${Math.round(time)} ms`).join(', ')}; /health meanwhile ${Math.round(slowest)} ms`,
    detail: 'connects are served one by one',
    fits: ['deadline', 'ws-upgrade', 'ws-silent', 'ws-mute', 'http-status'],
  };
};
