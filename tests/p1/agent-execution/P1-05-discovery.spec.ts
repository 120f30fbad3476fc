import { MCP_SERVER, MCP_TOOLS, mcpServerStatusReply, mcpServerUnknownReply } from '../../../src/contract/discovery.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { expect, test } from '../../../fixtures/test.ts';

const CONNECTED = {
  name: MCP_SERVER,
  status: 'connected',
  capabilities: { tools: true, resources: true, prompts: true },
};

const withoutSlash = (url: string): string => url.replace(/\/$/, '');

test(
  ...claim('P1-05', {
    parts: {
      'a missing or forged token authenticates nobody': async ({ alice, nobody }) => {
        const forged = await alice.forged();
        const [anonymous, rejected] = await Promise.all([nobody.mcp.status.response(), forged.mcp.status.response()]);
        expect(
          anonymous.ok('mcp.status.anonymous').authenticated,
          because('auth-accepted', 'mcp.status.anonymous', 'without a token nobody is authenticated'),
        ).toBe(false);
        expect(
          rejected.ok('mcp.status.forged').authenticated,
          because('auth-accepted', 'mcp.status.forged', 'a forged token authenticates nobody'),
        ).toBe(false);
      },

      'an unknown MCP server is named in the response': async ({ alice }) => {
        const unknown = newMarker();
        const { message } = (await alice.mcp.server.response({ name: unknown })).ok(
          'mcp.server.unknown',
          mcpServerUnknownReply,
        );
        expect(
          message,
          because('http-body', 'mcp.server.unknown', 'an unknown server is named in the response'),
        ).toContain(unknown);
      },

      'an unknown service is not found': async ({ nobody }) => {
        const unknown = newMarker();
        expect(await nobody.discovery.service.response({ name: unknown })).toBeUnknown(
          'discovery.unknown',
          `Service '${unknown}' not found in discovery`,
        );
      },

      'the MCP server is listed as connected': async ({ alice }) => {
        const { status, data } = (await alice.mcp.servers.response()).ok('mcp.servers');
        expect(status, because('http-body', 'mcp.servers.status', 'the list is a success')).toBe('success');
        expect(
          data.filter(({ name }) => name === MCP_SERVER),
          because('http-body', 'mcp.servers.connected', `${MCP_SERVER} is listed as connected with all capabilities`),
        ).toMatchObject([CONNECTED]);
      },

      'its own status says so, too': async ({ alice }) => {
        const { data } = (await alice.mcp.server.response({ name: MCP_SERVER })).ok('mcp.server', mcpServerStatusReply);
        expect(data, because('http-body', 'mcp.server.connected', 'its own status agrees')).toMatchObject(CONNECTED);
      },

      'my token is recognised, and the eleven MCP tools are available': async ({ alice }) => {
        const { authenticated, tools_available } = (await alice.mcp.status.response()).ok('mcp.status');
        expect(authenticated, because('auth-rejected', 'mcp.status.authenticated', 'my token is recognised')).toBe(
          true,
        );
        expect(
          [...tools_available].sort(),
          because('http-body', 'mcp.status.tools', 'the eleven tools are available'),
        ).toEqual([...MCP_TOOLS].sort());
      },

      'the three agents are supported': async ({ nobody }) => {
        const { supported_agents } = (await nobody.agents.streamInfo.response()).ok('agents.stream.info');
        expect(
          [...supported_agents].sort(),
          because('http-body', 'agents.stream.supported', 'the three agents are supported'),
        ).toEqual(['data', 'optimization', 'triage']);
      },

      'discovery names the hosts in use': async ({ nobody, target }) => {
        const { backend, frontend, auth } = (await nobody.discovery.services.response()).ok('discovery').services;
        expect(
          {
            api: withoutSlash(backend.url),
            apiUrl: withoutSlash(backend.api_url),
            ws: backend.ws_url,
            frontend: withoutSlash(frontend.url),
            auth: withoutSlash(auth.url),
            authApi: withoutSlash(auth.api_url ?? ''),
          },
          because('http-body', 'discovery.urls', 'discovery names the hosts that I use'),
        ).toEqual({
          api: target.api,
          apiUrl: target.api,
          ws: target.ws,
          frontend: target.frontend,
          auth: target.auth,
          authApi: target.auth,
        });
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
