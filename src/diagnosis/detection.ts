/** Whether the platform tells the suite from a customer: detection headers and user agent must change nothing. */
import type { FindingDraft } from './finding.ts';
import { describe, isSuccess, tokenKind, wantsSuccess, type HttpView } from './http-view.ts';
import type { Scene } from './scene.ts';

const isOrdinaryCall = ({ x }: HttpView): boolean =>
  x.probe === null && tokenKind(x.identity) === 'valid' && wantsSuccess(x) && x.status !== null;

/** Refused as an ordinary client, on a route that serves the suite, while nothing that looks like a test is refused. */
export const detectionDraft = (scene: Scene, view: HttpView): FindingDraft | null => {
  if (view.x.detection || !isOrdinaryCall(view) || isSuccess(view.x)) return null;
  const calls = scene.exchanges.filter(isOrdinaryCall);
  const asTest = calls.filter(({ x }) => x.detection);
  const refused = calls.filter(({ x }) => !x.detection && !isSuccess(x));
  const routes = new Set(refused.map(({ route }) => route));
  // Served before is not enough: the platform may have gone down in between.
  const both = [...routes].filter((route) => {
    const firstRefusal = Math.min(...refused.filter((one) => one.route === route).map(({ x }) => x.startedAt));
    return asTest.some((one) => one.route === route && isSuccess(one.x) && one.x.startedAt > firstRefusal);
  });
  const otherwise = calls.some(({ x, route }) => routes.has(route) && x.detection !== isSuccess(x));
  if (both.length === 0 || otherwise) return null;
  return {
    cause: 'served-to-tests-only',
    phase: 'http-api',
    signal: both.length > 1 ? 'high' : 'medium',
    fact: `${describe(view)}, without detection headers and with a browser's user agent; with them the route serves`,
    facet: '',
    detail: `${view.x.status ?? 0} for an ordinary client where the suite is served`,
    fits: ['http-status', 'auth-rejected', 'http-body'],
  };
};
