import { endpoints } from '../../../src/contract/endpoints.ts';
import { noSocketAt } from '../../../src/contract/unlisted.ts';
import { e2eTestingExpected } from '../../../src/contract/health.ts';
import { NO_SOCKET_STATUS } from '../../../src/contract/frames.ts';
import type { WelcomeFacts } from '../../../src/contract/release.ts';
import { CLOSE } from '../../../src/contract/websocket.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { expectContractLimits, expectSameLimits } from '../../../fixtures/socket-limits.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { SLOW_WELCOME } from './slow-welcome.ts';

const expectWelcome = (tools: ClaimTools, welcome: WelcomeFacts, key: string) => {
  const { promised, environment, heartbeatSeconds, release } = tools;
  const { messageBytes } = release.socket.limits;
  expect(welcome, because('ws-frame', key, 'the welcome says that everything is ready')).toMatchObject(
    promised.of('welcome', welcome, { ready: true, environment: environment.name, heartbeatSeconds, messageBytes }),
  );
};

test(
  ...claim('P1-01', {
    parts: {
      'rejects a missing token': async ({ nobody, sockets }) => {
        await sockets.expectRefused('refused.no-token', { identity: nobody.identity }, 'NO_TOKEN');
      },

      'rejects an unknown path at the upgrade': async ({ alice, sockets }) => {
        const options = { identity: alice.socketIdentity, path: noSocketAt(newMarker()) };
        await sockets.expectUpgradeRefused('refused.unknown-path', options, NO_SOCKET_STATUS);
      },

      'health, readiness and beacon say that it works': async ({ nobody, promised, secondary }) => {
        const [alive, readiness, beacon] = await Promise.all([
          nobody.health.read.response(),
          nobody.health.ready.response(),
          nobody.sockets.beacon.response(),
        ]);
        alive.ok('health');
        const ready = readiness.ok('health.ready');
        expect(ready, because('http-body', 'health.ready.core-db', 'ready means a connected database')).toMatchObject(
          promised.of(endpoints.health.ready, ready, { core_db: 'connected' }),
        );
        expect(beacon.ok('ws.beacon').status, because('http-body', 'ws.beacon.status', 'the beacon is healthy')).toBe(
          'healthy',
        );
        const { websocket_ready, status } = ready.websocket_readiness ?? {};
        secondary('websocket-ready', websocket_ready, `websocket_ready is false, ${status}`);
      },

      'advertises the limits of the contract': async (tools) => {
        await expectContractLimits(tools);
        await expectSameLimits(tools);
      },

      'the socket service is healthy, and its test settings consistent': async ({ nobody, secondary, attach }) => {
        const { status, errors, e2e_testing, metrics } = (await nobody.sockets.health.response()).ok('ws.health');
        const shown = JSON.stringify({ e2e_testing, metrics }, undefined, 2);
        await attach('ws-health.json', shown, 'application/json');
        secondary('ws-health', status === 'healthy', `${status}: ${(errors ?? []).join('; ')}`);
        secondary(
          'e2e-testing',
          e2e_testing && e2e_testing.enabled === e2eTestingExpected(e2e_testing.variables),
          `enabled is ${e2e_testing?.enabled}, its own variables say otherwise`,
        );
      },

      'greets me as myself, without delay and with everything ready': async (tools) => {
        const { alice, sockets, secondary, column } = tools;
        const { welcome, welcomeMs, degradations } = await sockets.connect('connect', {
          identity: alice.socketIdentity,
        });
        expectWelcome(tools, welcome, 'connect.welcome');
        secondary('degraded-service', degradations.length === 0, degradations.join(', '));
        secondary('slow-welcome', welcomeMs <= column(SLOW_WELCOME), `${Math.round(welcomeMs)} ms`);
      },

      'stays usable: heartbeats keep coming, and each ping is answered': async (tools) => {
        const { alice, sockets, heartbeatSeconds } = tools;
        const { socket } = await sockets.connect('connect', { identity: alice.socketIdentity });
        await socket.signOfLife('heartbeat.first', 'first', heartbeatSeconds);
        await socket.ping('ping.first');
        await socket.signOfLife('heartbeat.second', 'next', heartbeatSeconds);
        await socket.ping('ping.second');
      },

      'answers my close with 1000': async ({ alice, sockets }) => {
        const { socket } = await sockets.connect('connect', { identity: alice.socketIdentity });
        const close = await socket.close('close.answered');
        expect(close, because('ws-closed-late', 'close.answered', 'our close is answered with 1000')).toMatchObject({
          code: CLOSE.normal,
          by: 'client',
        });
      },

      'serves an ordinary browser the same, on a connection with an id of its own': async (tools) => {
        const { alice, sockets } = tools;
        const identity = alice.socketIdentity;
        const first = await sockets.connect('connect', { identity });
        const { socket, welcome } = await sockets.connect('connect.without-headers', { identity, detection: false });
        expectWelcome(tools, welcome, 'connect.without-headers.welcome');
        expect(
          welcome.connectionId,
          because('ws-frame', 'connect.id', 'each connection has an id of its own'),
        ).not.toBe(first.welcome.connectionId);
        await socket.ping('ping.without-headers');
        await socket.close('close.without-headers');
      },

      'an ordinary client is served the same over HTTP': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
