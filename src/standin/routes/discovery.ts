/** Discovery, MCP and configuration (sections 6.2 and 6.3). */
import { MCP_SERVER, MCP_TOOLS } from '../../contract/discovery.ts';
import { isoWithoutZone } from '../clock.ts';
import { endpoints } from '../../contract/endpoints.ts';
import { json, Problem } from '../http/reply.ts';
import { param, serve, serveAnyone, type Route } from '../http/route.ts';
import type { JsonObject } from '../unit.ts';
import type { World } from '../world.ts';

const CAPABILITIES = { tools: true, resources: true, prompts: true };
const SERVER = {
  name: MCP_SERVER,
  status: 'connected',
  version: '1.0.0',
  capabilities: CAPABILITIES,
  description: 'Netra internal MCP service',
};

const socketUrl = (world: World) => `${world.wsOrigin}/ws`;

const services = (world: World): Record<string, JsonObject> => {
  const { api, auth } = world.origins;
  const url = new URL(api);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return {
    backend: {
      port,
      url: api,
      api_url: api,
      ws_url: socketUrl(world),
      timestamp: isoWithoutZone(),
      cors_metadata: null,
    },
    frontend: { url: world.settings.frontendUrl, api_url: null, ws_url: null },
    auth: { url: auth, api_url: auth, ws_url: null },
  };
};

const mcpStatus = (world: World, authenticated: boolean): JsonObject => ({
  name: 'Netra MCP Server',
  version: '2.0.0',
  protocol: 'MCP',
  implementation: 'FastMCP 2',
  capabilities: { ...CAPABILITIES, sampling: false },
  active_sessions: world.sockets.size,
  tools_available: [...MCP_TOOLS],
  resources_available: ['threads', 'agents'],
  prompts_available: ['optimize'],
  authenticated,
});

const mcpConfig = (world: World): JsonObject => {
  const http = { endpoint: `${world.origins.api}/mcp` };
  const websocket = { endpoint: socketUrl(world) };
  const client = { command: 'npx', args: ['mcp-remote', http.endpoint] };
  return { claude: client, cursor: client, mcp: { version: '2.0.0' }, http, websocket };
};

export const discoveryRoutes = (world: World): Route[] => [
  serveAnyone(endpoints.mcp.servers, () => json({ status: 'success', data: [SERVER] })),
  serveAnyone(endpoints.mcp.server, (call) => {
    const name = param(call, 'name');
    return name === SERVER.name
      ? json({ status: 'success', data: { ...SERVER, info: { transport: 'http', tools: MCP_TOOLS.length } } })
      : json({ data: null, status: 'not_found', message: `Server '${name}' not found` });
  }),
  serveAnyone(endpoints.mcp.status, (_call, caller) => json(mcpStatus(world, caller !== undefined))),
  serveAnyone(endpoints.mcp.tools, () => {
    const tools = MCP_TOOLS.map((name) => ({ name, description: `MCP tool ${name.replaceAll('_', ' ')}` }));
    return json({ tools, count: tools.length });
  }),
  serveAnyone(endpoints.mcp.config, () => json(mcpConfig(world))),
  serveAnyone(endpoints.discovery.services, () =>
    json({ services: services(world), timestamp: isoWithoutZone(), available: true }),
  ),
  serveAnyone(endpoints.discovery.service, (call) => {
    const name = param(call, 'name');
    const service = services(world)[name];
    if (service === undefined) throw new Problem(404, `Service '${name}' not found in discovery`);
    return json(service);
  }),
  serveAnyone(endpoints.config.published, () =>
    json({
      environment: world.settings.environment,
      app_name: 'netra',
      version: '2.0.0',
      features: { websocket: true, multi_agent: true },
    }),
  ),
  serve(endpoints.config.internal, () =>
    json({ log_level: 'INFO', max_retries: 3, timeout: 30, ws_url: socketUrl(world) }),
  ),
  serve(endpoints.config.websocket, () => json({ ws_url: socketUrl(world) })),
];
