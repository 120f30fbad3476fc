/** Was the target replaced during the run? Its own uptime and counters say so. */
import { isGatewayResponse } from '../contract/http.ts';
import type { FindingDraft } from './finding.ts';
import { field, isHtml, isSuccess, objectOf, parsed, type HttpView } from './http-view.ts';
import type { Scene } from './scene.ts';
import { welcomed } from './socket-view.ts';

export interface Restart {
  /** Milliseconds since 1970 at which the process that answers now began, at the latest. */
  readonly at: number;
  readonly fact: string;
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

const answeredAt = (view: HttpView): number => view.at + (view.x.phases.head ?? 0);

const uptimeOf = (view: HttpView): number | null =>
  view.x.status === 200 && view.path.startsWith('/ws/') ? number(field(view, 'uptime_seconds')) : null;

const totalOf = (value: unknown): number | null =>
  number(objectOf(objectOf(objectOf(value)['metrics'])['websocket'])['total_connections']);

/** Clock and rounding of the target are not ours. */
const TOLERANCE_MS = 1_500;

const runStart = (scene: Scene): number => {
  const times = [
    scene.input.preflight?.startedAt ?? Infinity,
    ...scene.exchanges.map(({ at }) => at),
    ...scene.sockets.map(({ at }) => at),
  ].filter((time) => time > 0);
  return times.length === 0 ? 0 : times.reduce((a, b) => Math.min(a, b));
};

export const restartOf = (scene: Scene): Restart | null => {
  const began = runStart(scene);
  for (const view of scene.exchanges) {
    const uptime = uptimeOf(view);
    if (uptime === null) continue;
    const at = answeredAt(view) - uptime * 1_000;
    if (at > began + TOLERANCE_MS)
      return {
        at,
        fact: `/ws/config says uptime ${uptime} s, but the run began ${Math.round((answeredAt(view) - began) / 1000)} s before`,
      };
  }
  // Counters of several instances differ: a fall counts only when it is to the ground and was well above.
  const before = totalOf(scene.input.preflight?.wsHealth);
  for (const view of scene.exchanges) {
    const after = view.path === '/ws/health' ? totalOf(view.json ?? parsed(view.x.body)) : null;
    if (before !== null && after !== null && before > 3 && after < before / 2)
      return { at: view.at, fact: `/ws/health counted ${before} connections before and ${after} after` };
  }
  const closes = scene.sockets.filter(
    ({ s }) => s.probe === null && s.close?.by === 'server' && (s.close.code === 1012 || s.close.code === 1001),
  );
  const first = closes[0];
  if (first?.endedAt !== undefined && first.endedAt !== null && closes.length > 1)
    return {
      at: first.endedAt,
      fact: `${closes.length} sockets closed ${first.s.close?.code ?? 0} "${first.s.close?.reason ?? ''}"`,
    };
  return null;
};

/** The restart fell into this stretch of time, give or take the seconds of an outage. */
export const within = (restart: Restart | null, from: number, to: number): restart is Restart =>
  restart !== null && restart.at >= from - 10_000 && restart.at <= to + 2_000;

export interface Outage {
  readonly from: number;
  readonly to: number;
  readonly fact: string;
}

const LONGEST_OUTAGE_MS = 20_000;

/** A gateway that answers so late has waited for somebody: that is no outage. */
const AT_ONCE_MS = 5_000;

interface Moment {
  readonly at: number;
  readonly route: string;
  readonly status: number;
  readonly gateway: boolean;
  readonly served: boolean;
}

/** What the API answered, requests and upgrades alike. */
const momentsOf = (scene: Scene): readonly Moment[] => {
  const requests = scene.exchanges.flatMap(({ at, route, x }) =>
    x.surface !== 'api' || x.status === null
      ? []
      : [
          {
            at,
            route,
            status: x.status,
            gateway: isGatewayResponse(x) && (x.phases.head ?? 0) < AT_ONCE_MS,
            served: isSuccess(x) && !isHtml(x),
          },
        ],
  );
  const upgrades = scene.sockets.flatMap((view) => {
    const { s, at, path } = view;
    const route = `GET ${path}`;
    if (s.upgrade !== null)
      return [
        {
          at,
          route,
          status: s.upgrade.status,
          gateway: isGatewayResponse(s.upgrade) && (s.phases.head ?? 0) < AT_ONCE_MS,
          served: false,
        },
      ];
    return welcomed(view) ? [{ at, route, status: 101, gateway: false, served: true }] : [];
  });
  return [...requests, ...upgrades].sort((one, other) => one.at - other.at);
};

/** For a while nothing answered but a gateway, on several routes; before or after it the API served. */
export const outageOf = (scene: Scene): Outage | null => {
  const known = outages.get(scene) ?? { outage: findOutage(scene) };
  outages.set(scene, known);
  return known.outage;
};
const outages = new WeakMap<Scene, { readonly outage: Outage | null }>();

const findOutage = (scene: Scene): Outage | null => {
  const moments = momentsOf(scene);
  const bad = moments.filter(({ gateway }) => gateway);
  const first = bad[0];
  const last = bad.at(-1);
  if (first === undefined || last === undefined || last.at - first.at > LONGEST_OUTAGE_MS) return null;
  const meanwhile = moments.some(({ served, at }) => served && at > first.at && at < last.at);
  const routes = new Set(bad.map(({ route }) => route));
  if (meanwhile || routes.size < 2 || !(scene.apiServes || scene.green.size > 0)) return null;
  return {
    from: first.at,
    to: last.at,
    fact: `${bad.length} requests to ${routes.size} routes got ${last.status} of a gateway within ${Math.round((last.at - first.at) / 100) / 10} s, the API served otherwise`,
  };
};

export const outageDraft = (outage: Outage, fact: string): FindingDraft => ({
  cause: 'redeploy',
  phase: 'platform',
  signal: 'medium',
  fact: `${fact}; ${outage.fact}`,
  detail: 'a short outage of everything; an instance that died looks the same',
  fits: ['ws-upgrade', 'token-source'],
});
