/** Replies of the platform or the edge, which never reached the application. */
import { isApplicationBody } from '../contract/http.ts';
import type { FindingDraft } from './finding.ts';
import { excerptOf, isHtml } from './http-view.ts';
import { outageOf } from './restart.ts';
import type { Scene } from './scene.ts';

/** A status with what came with it, from an exchange or from a refused upgrade. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
  /** Milliseconds until the status line. */
  readonly waited: number | null;
  readonly subject: string;
}

const BANNER = /google frontend|cloudflare|envoy|cloud armor|akamai|awselb/i;
const NO_PERMISSION = /does not have permission|iam|identity-aware|invoker|access (?:is )?denied|forbidden/i;

export const isStarting = (body: string): boolean =>
  /"startup_in_progress"\s*:\s*true|"startup_complete"\s*:\s*false/.test(body) || /startup in progress/i.test(body);

/** Requests of the whole run in the minute before. */
const rateBefore = (scene: Scene, at: number): number =>
  scene.exchanges.filter(({ at: then }) => then > at - 60_000 && then <= at).length;

const everythingDown = (scene: Scene): boolean =>
  scene.healthy === false || (scene.healthy === null && !scene.apiServes);

const tooMany = (scene: Scene, reply: Reply, fact: string): FindingDraft => {
  if (/no available instance/i.test(reply.body) || ((reply.waited ?? 0) >= 10_000 && rateBefore(scene, reply.at) < 30))
    return { cause: 'platform-capacity', phase: 'platform', signal: 'high', fact, detail: 'no instance was free' };
  const callers = new Set(
    scene.exchanges
      .filter(({ x }) => x.status === 429 && !/"error_code"/.test(x.body))
      .map(({ x, path }) => `${x.identity} ${path.split('/', 3).join('/')}`),
  );
  const burst = rateBefore(scene, reply.at) >= 30;
  return {
    cause: 'edge-ip-ban',
    phase: 'platform',
    signal: burst && callers.size > 1 ? 'high' : burst || callers.size > 1 ? 'medium' : 'low',
    fact,
    detail: `429 without envelope on ${callers.size} kinds of request`,
  };
};

const forbidden = (scene: Scene, reply: Reply, fact: string): FindingDraft | null => {
  const google = /google frontend/i.test(reply.headers['server'] ?? '');
  if (!google && !isHtml(reply)) return null;
  if (everythingDown(scene))
    return {
      cause: 'platform-access-denied',
      phase: 'platform',
      signal: google || NO_PERMISSION.test(reply.body) ? 'high' : 'medium',
      fact,
      detail: `${reply.status} to every caller`,
    };
  if (rateBefore(scene, reply.at) >= 60)
    return { cause: 'edge-ip-ban', phase: 'platform', signal: 'low', fact, detail: `${reply.status} after a burst` };
  return {
    cause: 'edge-request-blocked',
    phase: 'platform',
    signal: 'medium',
    fact,
    detail: `${reply.status} by a filter`,
  };
};

const unavailable = (scene: Scene, reply: Reply, fact: string): FindingDraft | null => {
  if (isStarting(reply.body))
    return { cause: 'cold-start', phase: 'platform', signal: 'high', fact, detail: excerptOf(reply.body, 90) };
  if (/"startup_failed"\s*:\s*true/.test(reply.body))
    return { cause: 'platform-unavailable', phase: 'platform', signal: 'high', fact, detail: 'start-up failed' };
  if (isApplicationBody(reply)) return null;
  if ((reply.status === 504 && outageOf(scene) === null) || reply.status === 408)
    return {
      cause: 'edge-timeout',
      phase: 'platform',
      signal: 'medium',
      fact,
      detail: `${reply.status} after ${Math.round(reply.waited ?? 0)} ms`,
    };
  if (everythingDown(scene))
    return {
      cause: 'platform-unavailable',
      phase: 'platform',
      signal: 'high',
      fact,
      detail: `${reply.status} ${excerptOf(reply.body, 60)} everywhere`,
    };
  return null;
};

/** Null: the reply is the application's own, or says nothing by itself. */
export const platformDraft = (scene: Scene, reply: Reply): FindingDraft | null => {
  const banner = BANNER.test(reply.headers['server'] ?? '') ? `, server ${reply.headers['server'] ?? ''}` : '';
  const fact = `${reply.subject}: ${reply.status}${banner} ${excerptOf(reply.body)}`;
  if (reply.status === 429 && !/"error_code"/.test(reply.body)) return tooMany(scene, reply, fact);
  if (reply.status === 403 || reply.status === 401) return forbidden(scene, reply, fact);
  if (reply.status >= 500 || reply.status === 408) return unavailable(scene, reply, fact);
  return null;
};
