/** Discovery, MCP and published configuration. */
import { z } from 'zod';
import { count, isoZoneOptional, jsonObject, nonEmpty } from './primitives.ts';

export const MCP_SERVER = 'netra-mcp';
export const MCP_TOOLS = [
  'run_agent',
  'get_agent_status',
  'list_agents',
  'analyze_workload',
  'optimize_prompt',
  'execute_optimization_pipeline',
  'query_corpus',
  'generate_synthetic_data',
  'create_thread',
  'get_thread_history',
  'get_supply_catalog',
] as const;

const capabilities = z.looseObject({ tools: z.boolean(), resources: z.boolean(), prompts: z.boolean() });

const mcpServer = z.looseObject({
  name: nonEmpty,
  status: z.string(),
  version: z.string(),
  capabilities,
  description: z.string(),
});

export const mcpServersReply = z.looseObject({ status: z.string(), data: z.array(mcpServer) });

export const mcpServerStatusReply = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({ ...mcpServer.shape, info: z.unknown().refine((info) => info !== undefined, 'missing') }),
});

/** 200 for a server that nobody knows; the name is echoed. */
export const mcpServerUnknownReply = z.looseObject({
  data: z.null(),
  status: z.literal('not_found'),
  message: z.string(),
});

export const mcpStatusReply = z.looseObject({
  name: z.string(),
  version: z.string(),
  protocol: z.string(),
  implementation: z.string(),
  capabilities: z.looseObject({ ...capabilities.shape, sampling: z.boolean() }),
  active_sessions: count,
  tools_available: z.array(z.string()),
  resources_available: z.array(z.string()),
  prompts_available: z.array(z.string()),
  authenticated: z.boolean(),
});

export const mcpToolsReply = z.looseObject({
  tools: z.array(z.looseObject({ name: nonEmpty, description: z.string() })),
  count,
});

export const mcpConfigReply = z.looseObject({
  claude: jsonObject,
  cursor: jsonObject,
  mcp: jsonObject,
  http: z.looseObject({ endpoint: z.string() }),
  websocket: z.looseObject({ endpoint: z.string() }),
});

const backendEntry = z.looseObject({
  port: z.int(),
  url: z.string(),
  api_url: z.string(),
  ws_url: z.string(),
  timestamp: isoZoneOptional,
  cors_metadata: z.unknown(),
});
const hostEntry = z.looseObject({
  url: z.string(),
  api_url: z.string().nullable(),
  ws_url: z.string().nullable(),
});

export const discoveryReply = z.looseObject({
  services: z.looseObject({ backend: backendEntry, frontend: hostEntry, auth: hostEntry }),
  timestamp: isoZoneOptional,
  available: z.boolean(),
});

export const publicConfigReply = z.looseObject({
  environment: z.string(),
  app_name: z.string(),
  version: z.string(),
  features: z.looseObject({ websocket: z.boolean(), multi_agent: z.boolean() }),
});

export const websocketConfigReply = z.looseObject({ ws_url: z.string() });

/** 200 of GET /api/config, administrators only. */
export const adminConfigReply = z.looseObject({
  log_level: z.string(),
  max_retries: z.int(),
  timeout: z.int(),
  ws_url: z.string(),
});

/** 200 of GET /api/discovery/services/{name}. */
export const discoveryEntryReply = z.union([backendEntry, hostEntry]);
/** 200 of GET /api/mcp/servers/{name}/status, for a known and an unknown name. */
export const mcpServerReply = z.union([mcpServerStatusReply, mcpServerUnknownReply]);
