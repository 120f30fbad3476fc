/** Right, but too slow: only when the replies themselves are right and slow everywhere, or the failure says so. */
import { finding, type Finding } from './finding.ts';
import { isSuccess, met, timedOut } from './http-view.ts';
import type { RedAttempt, Scene } from './scene.ts';

const SLOW_MS = 1_000;

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

export const latencyFindings = (scene: Scene, attempt: RedAttempt): Finding[] => {
  // Agents that ran out of time are told by their status; sockets have deadlines of their own.
  const replies = attempt.exchanges.filter(
    ({ x }) =>
      x.probe === null && x.surface === 'api' && x.phases.head !== null && !/simulate_delay/.test(x.requestBody ?? ''),
  );
  const times = replies.map(({ x }) => (x.phases.head ?? 0) - (x.phases.sent ?? 0));
  const late = attempt.exchanges.filter(
    ({ x }) => x.probe === null && x.surface === 'api' && timedOut(x) && x.phases.sent !== null,
  );
  const slow = replies.filter(
    ({ x }) => (x.phases.head ?? 0) - (x.phases.sent ?? 0) >= SLOW_MS && isSuccess(x) && met(x),
  );
  const first = attempt.failures[0];
  const budget =
    first !== undefined &&
    (first.class === 'deadline' || /slow|budget|latency|median|percentile|p9\d/i.test(`${first.key} ${first.promise}`));
  const own = attempt.lagMs > SLOW_MS / 2;
  const out: Finding[] = [];
  const everywhere =
    replies.length > 2 && median(times) >= SLOW_MS && new Set(replies.map(({ route }) => route)).size > 1;
  if (everywhere)
    for (const view of slow.slice(0, 4))
      out.push(
        finding(view, {
          cause: 'latency-over-budget',
          phase: 'http-api',
          signal: own ? 'low' : 'high',
          fact: `${view.x.method} ${view.path}: right, first byte after ${Math.round((view.x.phases.head ?? 0) - (view.x.phases.sent ?? 0))} ms`,
          detail: `median of ${replies.length} replies ${Math.round(median(times))} ms`.replace(
            /(?<!\d)\d+ replies \d+/,
            'the replies above 1000',
          ),
          rank: 1,
          fits: ['deadline', 'unknown', 'limit'],
        }),
      );
  else if (budget && scene.healthy !== false)
    for (const view of slow)
      out.push(
        finding(view, {
          cause: 'latency-over-budget',
          phase: 'http-api',
          signal: own ? 'low' : 'medium',
          fact: `${view.x.method} ${view.path}: right, after ${Math.round(view.x.phases.head ?? 0)} ms`,
          detail: `slow replies on ${view.route}`,
          facet: view.route,
          rank: 1,
          fits: ['deadline', 'unknown', 'limit'],
        }),
      );
  for (const view of late)
    out.push(
      finding(view, {
        cause: everywhere ? 'latency-over-budget' : 'unknown',
        phase: 'http-api',
        signal: 'low',
        fact: `${view.x.method} ${view.path}: no ${view.x.status === null ? 'answer' : 'end'} within ${Math.round(view.x.phases.end ?? 0)} ms`,
        detail: everywhere ? 'median of the replies above 1000 ms' : 'a request ran into its deadline',
        rank: 1,
        fits: ['deadline'],
      }),
    );
  return out;
};
