import type { z } from 'zod';
import * as discovery from '../../src/contract/discovery.ts';
import * as health from '../../src/contract/health.ts';
import { streamInfoReply } from '../../src/contract/sse.ts';
import { envelope } from '../../src/contract/errors.ts';
import { call, jsonOf, mint, socket } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const shown: [string, z.ZodType][] = [
  ['/health', health.healthReply],
  ['/health/', health.healthReply],
  ['/health/ready', health.readyReply],
  ['/health/live', health.liveReply],
  ['/health/agents', health.agentsHealthReply],
  ['/ws/health', health.wsHealthReply],
  ['/ws/config', health.wsConfigReply],
  ['/ws/beacon', health.wsBeaconReply],
  ['/api/mcp/servers', discovery.mcpServersReply],
  ['/api/mcp/servers/netra-mcp/status', discovery.mcpServerStatusReply],
  ['/api/mcp/servers/nobody/status', discovery.mcpServerUnknownReply],
  ['/api/mcp/status', discovery.mcpStatusReply],
  ['/api/mcp/tools', discovery.mcpToolsReply],
  ['/api/mcp/config', discovery.mcpConfigReply],
  ['/api/discovery/services', discovery.discoveryReply],
  ['/api/config/public', discovery.publicConfigReply],
  ['/api/agents/stream', streamInfoReply],
];
for (const [path, schema] of shown) {
  test(`GET ${path} - 200, the shape of the contract, within 20 ms`, async ({ standin }) => {
    await call(standin.apiOrigin, 'GET', path);
    const answer = await call(standin.apiOrigin, 'GET', path);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(schema.safeParse(jsonOf(answer)).error).toBeUndefined();
  });
}

test('health tells the time of the request - never the same twice', async ({ standin }) => {
  const times = await Promise.all(
    Array.from({ length: 20 }, async () => jsonOf(await call(standin.apiOrigin, 'GET', '/health'))['timestamp']),
  );
  expect(new Set(times).size).toBe(20);
});

test('readiness, environment and limits agree', async ({ standin }) => {
  const ready = health.readyReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/health/ready')));
  expect(ready).toMatchObject({
    core_db: 'connected',
    environment: 'staging',
    websocket_readiness: { websocket_ready: true },
  });
  const config = health.wsConfigReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/ws/config')));
  expect(config.websocket.limits).toEqual({
    max_connections_per_user: 3,
    max_message_rate_per_minute: 100,
    max_message_size_bytes: 8192,
    heartbeat_interval_seconds: 1,
  });
  const own = health.wsHealthReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/ws/health')));
  expect(own.config).toMatchObject({ max_connections_per_user: 3, heartbeat_interval: 1 });
  expect(own.e2e_testing.enabled).toBe(health.e2eTestingExpected(own.e2e_testing.variables));
  expect(own.e2e_testing).toMatchObject({ enabled: false, auth_bypass_active: false });
});

test('active connections - count open sockets and fall again', async ({ start }) => {
  const standin = await start();
  const active = async () =>
    jsonOf(await call(standin.apiOrigin, 'GET', '/ws/config'))['server'] as { active_connections: number };
  const line = socket(standin.apiOrigin, { token: (await mint(standin)).token });
  await line.welcome();
  expect((await active()).active_connections).toBe(1);
  line.ws.close(1000);
  expect((await line.closed()).code).toBe(1000);
  await expect.poll(async () => (await active()).active_connections).toBe(0);
});

test('discovery and configuration name the stand-in itself', async ({ standin, alice }) => {
  const services = discovery.discoveryReply.parse(
    jsonOf(await call(standin.apiOrigin, 'GET', '/api/discovery/services')),
  ).services;
  const wsUrl = `${standin.apiOrigin.replace('http', 'ws')}/ws`;
  expect(services.backend).toMatchObject({
    url: standin.apiOrigin,
    api_url: standin.apiOrigin,
    ws_url: wsUrl,
    port: standin.port,
  });
  expect(services.auth.url).toBe(standin.authOrigin);
  expect(services.frontend.url).toBe('http://localhost:3000');
  const one = await call(standin.apiOrigin, 'GET', '/api/discovery/services/auth');
  expect(jsonOf(one)).toEqual(services.auth);
  const unknown = await call(standin.apiOrigin, 'GET', '/api/discovery/services/gp-x');
  expect(unknown.status).toBe(404);
  expect(envelope.parse(jsonOf(unknown)).message).toBe("Service 'gp-x' not found in discovery");
  const config = await call(standin.apiOrigin, 'GET', '/api/config/websocket', { token: alice.token });
  expect(jsonOf(config)).toEqual({ ws_url: wsUrl });
  const mcp = discovery.mcpConfigReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/api/mcp/config')));
  expect([mcp.http.endpoint.startsWith(standin.apiOrigin), mcp.websocket.endpoint]).toEqual([true, wsUrl]);
});

test('MCP - authenticated exactly with a valid token, all eleven tools, an unknown server is echoed', async ({
  standin,
  alice,
}) => {
  const status = async (token?: string) =>
    discovery.mcpStatusReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/api/mcp/status', { token })));
  expect((await status()).authenticated).toBe(false);
  expect((await status('garbage')).authenticated).toBe(false);
  const mine = await status(alice.token);
  expect(mine.authenticated).toBe(true);
  expect(mine.tools_available).toEqual([...discovery.MCP_TOOLS]);
  const tools = discovery.mcpToolsReply.parse(jsonOf(await call(standin.apiOrigin, 'GET', '/api/mcp/tools')));
  expect(tools.count).toBe(tools.tools.length);
  expect(tools.tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(mine.tools_available));
  const unknown = await call(standin.apiOrigin, 'GET', '/api/mcp/servers/gp-unknown/status');
  expect(jsonOf(unknown)).toEqual({ data: null, status: 'not_found', message: "Server 'gp-unknown' not found" });
});
