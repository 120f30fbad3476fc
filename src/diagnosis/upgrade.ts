/** Sockets that never opened: DIAGNOSIS.md section 4 (http-upgrade, subprotocol) and 6.1. */
import { isApplicationBody, isGatewayResponse, loginHostOf, loginText } from '../contract/http.ts';
import { serviceNotReady } from '../contract/websocket.ts';
import type { FindingDraft } from './finding.ts';
import { excerptOf, isHtml, objectOf, parsed } from './http-view.ts';
import { networkDraft } from './network.ts';
import { isStarting, platformDraft } from './platform.ts';
import { outageDraft, outageOf, restartOf, within } from './restart.ts';
import { chatSockets, type Scene } from './scene.ts';
import { isHandshakeError, isSubprotocolError, refusedWell, welcomed, type SocketView } from './socket-view.ts';
import { stallDraft } from './stall.ts';

type Refusal = NonNullable<SocketView['s']['upgrade']>;

const subjectOf = (view: SocketView): string =>
  `upgrade of ${view.path} as ${view.s.identity === '' ? 'nobody' : view.s.identity}`;

/** 6.1: 403 (or 401) five ways, in this order. */
const forbidden = (scene: Scene, view: SocketView, upgrade: Refusal, fact: string): FindingDraft => {
  const { probes } = scene;
  const platform = platformDraft(scene, {
    ...upgrade,
    at: view.at,
    waited: view.s.phases.head,
    subject: subjectOf(view),
  });
  if (platform !== null) return platform;
  const detail = `${upgrade.status}${upgrade.body === '' ? ', empty body' : ` ${excerptOf(upgrade.body, 60)}`}`;
  const fits = ['http-status', 'http-body', 'limit'] as const;
  if (upgrade.body !== '' && !isApplicationBody(upgrade) && scene.healthy === true)
    return { cause: 'edge-request-blocked', phase: 'http-upgrade', signal: 'low', fact, detail };
  const companions = scene.exchanges.filter(
    ({ path, x }) => /^\/ws\/(?:config|health|beacon)$/.test(path) && x.status !== null,
  );
  const missing = companions.filter(({ x }) => x.status === 404);
  if (
    probes.wsTest !== true &&
    probes.wsTestStatus === upgrade.status &&
    missing.length > 0 &&
    missing.length === companions.length
  )
    return {
      cause: 'ws-route-missing',
      phase: 'http-upgrade',
      signal: probes.wsRandomStatus === upgrade.status ? 'high' : 'medium',
      fact,
      detail: 'no socket route is mounted',
      fits,
    };
  if (probes.wsTest === null && missing.length > 0 && missing.length === companions.length)
    return {
      cause: 'ws-route-missing',
      phase: 'http-upgrade',
      signal: 'medium',
      fact,
      detail: 'no socket route is mounted',
      fits,
    };
  const sockets = chatSockets(scene).filter(({ path }) => path === view.path || path.startsWith('/ws'));
  const opened = sockets.filter((other) => welcomed(other) || refusedWell(other));
  if (opened.length > 0) {
    const others = opened.filter((other) => other.s.identity !== view.s.identity);
    if (others.length > 0 && scene.tokenGood === false)
      return {
        cause: 'auth-secret-mismatch',
        phase: 'auth',
        signal: 'medium',
        fact,
        detail: 'every token is refused on every required route',
      };
    if (others.length > 0 && scene.tokenGood === true)
      return {
        cause: 'auth-valid-token-rejected',
        phase: 'auth',
        signal: 'medium',
        fact,
        detail: 'refused on the upgrade',
        facet: 'ws',
      };
    return {
      cause: 'ws-handshake-refused',
      phase: 'http-upgrade',
      signal: 'low',
      fact,
      detail: `${detail} on some upgrades`,
    };
  }
  const tokens = new Set(
    sockets
      .filter(({ s }) => s.upgrade?.status === upgrade.status)
      .map(({ s }) => (s.carrier === null ? 'none' : 'token')),
  );
  const proven = tokens.size > 1 && probes.wsTest === true;
  const change = probes.headersChange === null ? '' : `; ${probes.headersChange}`;
  return {
    cause: 'ws-handshake-refused',
    phase: 'http-upgrade',
    signal: proven ? 'high' : probes.wsTest === true ? 'medium' : 'low',
    fact,
    detail: `${detail}${tokens.size > 1 ? ', with and without a token' : ''}${change}`,
  };
};

const notReady = (scene: Scene, upgrade: Refusal, fact: string): FindingDraft | null => {
  const body = serviceNotReady.safeParse(parsed(upgrade.body));
  const services = body.success ? body.data.details.failed_services : [];
  const named = services.length === 0 ? '' : `, failed services ${services.join(', ')}`;
  if (!body.success && objectOf(parsed(upgrade.body))['error'] !== 'service_not_ready') return null;
  return scene.healthy === false
    ? { cause: 'cold-start', phase: 'platform', signal: 'medium', fact, detail: `service_not_ready${named}` }
    : { cause: 'ws-readiness-gate', phase: 'http-upgrade', signal: 'high', fact, detail: `service_not_ready${named}` };
};

const serverError = (scene: Scene, view: SocketView, upgrade: Refusal, fact: string): FindingDraft => {
  const { status, body } = upgrade;
  const restart = restartOf(scene);
  if (within(restart, view.at, view.at + 5_000))
    return {
      cause: 'redeploy',
      phase: 'platform',
      signal: 'high',
      fact: `${fact}; ${restart.fact}`,
      detail: restart.fact,
    };
  const gate = status === 503 ? notReady(scene, upgrade, fact) : null;
  if (gate !== null) return gate;
  if (isStarting(body))
    return { cause: 'cold-start', phase: 'platform', signal: 'high', fact, detail: excerptOf(body, 80) };
  if (/upstream connect error/i.test(body) && scene.healthy !== false)
    return {
      cause: 'upgrade-not-carried',
      phase: 'http-upgrade',
      signal: 'high',
      fact,
      detail: 'the hop in front cannot reach the backend with an upgrade',
    };
  if (status === 504 && outageOf(scene) === null)
    return {
      cause: 'edge-timeout',
      phase: 'http-upgrade',
      signal: 'high',
      fact,
      detail: `504 after ${Math.round(view.s.phases.head ?? 0)} ms`,
    };
  const outage = isGatewayResponse(upgrade) ? outageOf(scene) : null;
  if (outage !== null) return outageDraft(outage, fact);
  const reply = { ...upgrade, at: view.at, waited: view.s.phases.head, subject: subjectOf(view) };
  const platform = platformDraft(scene, reply);
  if (platform !== null) return platform;
  if (status === 500)
    return {
      cause: 'ws-handshake-app-error',
      phase: 'http-upgrade',
      signal: 'high',
      fact,
      detail: '500 on the upgrade',
    };
  if (status === 502)
    return {
      cause: 'ws-handshake-app-error',
      phase: 'http-upgrade',
      signal: 'medium',
      fact,
      detail: '502 on the upgrade',
    };
  return { cause: 'unknown', phase: 'http-upgrade', signal: 'low', fact, detail: `${status} on the upgrade` };
};

const refused = (scene: Scene, view: SocketView, upgrade: Refusal): FindingDraft => {
  const { status } = upgrade;
  const fact = `${subjectOf(view)}: ${status} ${upgrade.body === '' ? 'with an empty body' : excerptOf(upgrade.body)}`;
  const plain = scene.probes.getWs;
  if (status === 429)
    return (
      platformDraft(scene, { ...upgrade, at: view.at, waited: view.s.phases.head, subject: subjectOf(view) }) ?? {
        cause: 'app-rate-limit',
        phase: 'http-upgrade',
        signal: 'low',
        fact,
      }
    );
  if (status === 401 || status === 403) return forbidden(scene, view, upgrade, fact);
  if (status === 408)
    return { cause: 'edge-timeout', phase: 'http-upgrade', signal: 'high', fact, detail: '408 on the upgrade' };
  if (status >= 500) return serverError(scene, view, upgrade, fact);
  if (status === 404 && plain?.x.status === 404 && plain.x.body === upgrade.body)
    return {
      cause: 'upgrade-not-carried',
      phase: 'http-upgrade',
      signal: 'high',
      fact,
      detail: 'the upgrade is answered as a plain GET',
    };
  if (status === 404)
    return { cause: 'ws-route-missing', phase: 'http-upgrade', signal: 'low', fact, detail: '404 on the upgrade' };
  if (status === 400)
    return {
      cause: 'upgrade-not-carried',
      phase: 'http-upgrade',
      signal: 'medium',
      fact,
      detail: '400 on the upgrade',
    };
  const login = loginHostOf(upgrade, view.s.url);
  if ((status >= 200 && status < 400) || status === 405 || status === 426 || isHtml(upgrade))
    return {
      cause: 'edge-misroute',
      phase: 'http-upgrade',
      signal: 'high',
      fact,
      detail:
        login === undefined
          ? `${status} on the upgrade${upgrade.headers['location'] === undefined ? '' : `, location ${upgrade.headers['location']}`}`
          : loginText(login),
    };
  return { cause: 'unknown', phase: 'http-upgrade', signal: 'low', fact, detail: `${status} on the upgrade` };
};

const subprotocol = (scene: Scene, view: SocketView): FindingDraft => {
  const message = view.s.error?.message ?? '';
  const fact = `${subjectOf(view)}: offered ${view.s.offered.length} subprotocols, ${message}`;
  if (/sent no subprotocol/i.test(message)) {
    const opens = scene.probes.wsNoOffer === true;
    return {
      cause: 'subprotocol-not-selected',
      phase: 'subprotocol',
      signal: opens ? 'high' : 'medium',
      fact,
      detail: `none selected${opens ? '; without an offer the socket is welcomed' : ''}`,
    };
  }
  if (view.s.error?.name === 'SyntaxError')
    return { cause: 'client-caused', phase: 'subprotocol', signal: 'medium', fact, detail: message };
  return { cause: 'subprotocol-invalid', phase: 'subprotocol', signal: 'high', fact, detail: message };
};

const hanging = (scene: Scene, view: SocketView): FindingDraft => {
  const fact = `${subjectOf(view)}: no answer ${Math.round(view.s.phases.end ?? 0)} ms after the connect`;
  if (view.s.phases.tcp === null && view.s.phases.sent === null && scene.healthy !== true)
    return { cause: 'tcp-unreachable', phase: 'tcp', signal: 'high', fact, detail: 'no connection in time' };
  const stall = stallDraft(scene, view, fact);
  if (stall !== null) return stall;
  if (scene.healthy === false)
    return { cause: 'cold-start', phase: 'platform', signal: 'low', fact, detail: 'upgrade and /health unanswered' };
  const proven = scene.probes.health === true && scene.probes.wsTest === true;
  return {
    cause: 'ws-handshake-hang',
    phase: 'http-upgrade',
    signal: proven ? 'high' : 'medium',
    fact,
    detail: `upgrade unanswered${proven ? ', /health and /ws/test fast' : ''}`,
    fits: ['deadline', 'ws-silent'],
  };
};

/** The 101 came, and our client refused it; a proxy that writes the 101 anew is the first suspect. */
const handshake = (view: SocketView): FindingDraft => {
  const message = view.s.error?.message ?? '';
  const draft = {
    phase: 'http-upgrade',
    signal: 'high',
    fact: `${subjectOf(view)}: our client refused the handshake: ${message}`,
    fits: ['ws-upgrade', 'ws-closed-early', 'ws-silent'],
  } as const;
  return /Extensions/i.test(message)
    ? { ...draft, cause: 'ws-protocol-violation', detail: 'the 101 has an extension that was not offered' }
    : { ...draft, cause: 'edge-misroute', detail: 'the 101 is not a WebSocket server’s' };
};

/** Why a socket did not open; null when it did. */
export const upgradeDraft = (scene: Scene, view: SocketView): FindingDraft | null => {
  const { s } = view;
  if (s.upgrade !== null) return refused(scene, view, s.upgrade);
  if (isSubprotocolError(s) || s.error?.name === 'SyntaxError') return subprotocol(scene, view);
  if (isHandshakeError(s)) return handshake(view);
  if (view.opened) return null;
  const text = `${s.error?.code ?? ''} ${s.error?.message ?? ''}`;
  if (/handshake has timed out|DEADLINE|timed? ?out|no (?:answer|upgrade|101)/i.test(text)) return hanging(scene, view);
  if (/HPE_/.test(text))
    return {
      cause: 'edge-misroute',
      phase: 'http-upgrade',
      signal: 'high',
      fact: `${subjectOf(view)}: ${text.trim()}`,
      detail: 'what answers the upgrade does not speak HTTP',
    };
  if (s.error !== null) {
    const network = networkDraft(s.error, s.phases, {
      subject: subjectOf(view),
      apiServes: scene.apiServes,
      otherScheme: scene.probes.otherScheme,
    });
    // A reset of upgrades only is the doing of whoever carries them.
    if (network?.cause === 'tcp-reset' && scene.healthy === true)
      return { ...network, cause: 'unknown', phase: 'http-upgrade', signal: 'low' };
    if (network !== null) return network;
  }
  if (s.close?.by === 'client' || (s.error === null && s.close === null))
    return s.error === null && s.close === null && s.phases.tcp !== null ? hanging(scene, view) : null;
  return { cause: 'unknown', phase: 'http-upgrade', signal: 'low', fact: `${subjectOf(view)}: ${text.trim()}` };
};
