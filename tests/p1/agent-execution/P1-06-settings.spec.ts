import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { expectContractLimits, expectSameLimits } from '../../../fixtures/socket-limits.ts';
import { secretsIn } from '../../../fixtures/leaks.ts';
import { expect, test } from '../../../fixtures/test.ts';

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

test(
  ...claim('P1-06', {
    parts: {
      'the first call of a new user makes no administrator': async ({ ownUsers }) => {
        const newcomer = await ownUsers.fresh('fresh');
        for (const key of ['config.first-call', 'config.second-call', 'config.later-call'])
          expect(await newcomer.config.internal.response()).toBeForbidden(key);
      },

      'the internal settings require a token': async ({ nobody }) => {
        expect(await nobody.config.internal.response()).toBeNotAuthenticated('config.anonymous');
      },

      'the socket settings reject a missing and a forged token': async ({ alice, nobody }) => {
        const forged = await alice.forged();
        expect(await nobody.config.websocket.response()).toBeNotAuthenticated('config.websocket.anonymous');
        expect(await forged.config.websocket.response()).toBeBadToken('config.websocket.forged');
      },

      'no published settings contain a token, a key or a password': async ({ alice, nobody, environment }) => {
        const responses = await Promise.all([
          nobody.config.published.response(),
          nobody.sockets.config.response(),
          nobody.sockets.health.response(),
          alice.config.websocket.response(),
          alice.mcp.config.response(),
        ]);
        expect(
          responses.flatMap(({ text }) => secretsIn(text, environment.bypassKey)),
          because('http-body', 'config.secrets', 'no settings carry a token, a key or a password'),
        ).toEqual([]);
      },

      'the public settings are those of this environment': async ({ nobody, environment }) => {
        expect(
          (await nobody.config.published.response()).ok('config.public'),
          because('http-body', 'config.public', 'the public settings are those of this environment'),
        ).toMatchObject({
          environment: environment.name,
          features: { websocket: true, multi_agent: true },
        });
      },

      'the advertised socket limits are those of the contract': expectContractLimits,

      'the health of sockets names the same limits as their configuration': expectSameLimits,

      'the socket settings name the socket of this platform': async ({ alice, target, secondary }) => {
        const { ws_url: url } = (await alice.config.websocket.response()).ok('config.websocket');
        expect(url, because('http-body', 'config.websocket.url', 'the socket URL is one')).toMatch(/^wss?:\/\/.+\/ws$/);
        const host = hostOf(target.ws);
        secondary('ws-url', hostOf(url) === host, `${url}, expected a URL of ${host}`);
      },

      'the MCP settings name the hosts of this platform': async ({ alice, target, secondary }) => {
        const { http, websocket } = (await alice.mcp.config.response()).ok('mcp.config');
        for (const [check, { endpoint }, origin] of [
          ['mcp-http-endpoint', http, target.api],
          ['mcp-websocket-endpoint', websocket, target.ws],
        ] as const)
          secondary(check, hostOf(endpoint) === hostOf(origin), `${endpoint}, expected a URL of ${hostOf(origin)}`);
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
