/**
 * Every endpoint that the suite or the stand-in knows, in an order in which one user can call all of them: what an
 * endpoint makes is there before another one needs it, and taken back after the last one did.
 */
import type { z } from 'zod';
import {
  agentReply,
  agentRequest,
  agentStatusReply,
  agentStreamRequest,
  AGENT_TYPES,
  breakerReply,
  cancelRequest,
  chatRunControlReply,
  chatRunStatusReply,
  controlReply,
  executeRequest,
  startRequest,
  stopRequest,
} from './agents.ts';
import {
  authHealthReply,
  logoutReply,
  meReply,
  refreshReply,
  refreshRequest,
  testLoginReply,
  testLoginRequest,
  tokenRequest,
  validateReply,
  verifyReply,
} from './auth.ts';
import {
  chatMessage,
  chatMessageCreated,
  chatMessageDeleted,
  chatMessageDraft,
  chatMessagePage,
  chatStreamRequest,
  messagesCard,
} from './chat-messages.ts';
import {
  adminConfigReply,
  discoveryEntryReply,
  discoveryReply,
  MCP_SERVER,
  mcpConfigReply,
  mcpServerReply,
  mcpServersReply,
  mcpStatusReply,
  mcpToolsReply,
  publicConfigReply,
  websocketConfigReply,
} from './discovery.ts';
import { endpoint, tableOf, type Endpoint, type Own } from './endpoint.ts';
import {
  agentsHealthReply,
  healthReply,
  liveReply,
  readyReply,
  wsBeaconReply,
  wsConfigReply,
  wsHealthReply,
  type AgentsHealthSays,
  type HealthSays,
  type ReadySays,
  type WsBeaconSays,
  type WsConfigSays,
  type WsHealthSays,
} from './health.ts';
import { agentStreamFrame, chatStreamFrame, eventStreamFrame, streamInfoReply } from './sse.ts';
import { CALCULATOR, sumRequest } from './testability.ts';
import {
  thread,
  threadArchivedReply,
  threadDraft,
  threadList,
  threadMessageCreated,
  threadMessageDraft,
  threadMessagePage,
} from './threads.ts';
import { toolCategoriesReply, toolExecution, toolExecutionReply, toolsReply } from './tools.ts';
import { profileReply, sessionsReply, settingsReply } from './users.ts';

/** A body that releases shape differently: callers get what all of them say. */
const says = <Meaning>(schema: z.ZodType<Meaning>): z.ZodType<Meaning> => schema;

const PAGE = ['limit', 'offset'] as const;
const nothing = () => ({});
const question = ({ marker }: Own) => sumRequest(48_213, 7_719, marker);
const ownAgent = ({ agent }: Own) => ({ body: { agent_id: agent } });
const ownThread = ({ thread: id }: Own) => ({ path: { id } });
const ownMessage = ({ message: id }: Own) => ({ path: { id } });
/** A name that nothing has. */
const NOBODYS = 'gp-nobodys';
const OF_THREADS = { unknown: { message: 'Thread not found' }, forbidden: { message: 'Access denied' } };
const OF_MESSAGES = { unknown: { message: 'Message not found' } };
const ownRun = ({ run: run_id }: Own) => ({ path: { run_id } });

export const endpoints = tableOf({
  health: {
    read: endpoint('GET /health', {
      summary: 'Whether the backend serves.',
      access: 'public',
      success: says<HealthSays>(healthReply),
      sample: nothing,
    }),
    ready: endpoint('GET /health/ready', {
      summary: 'Whether the backend and what it depends on can take requests.',
      access: 'public',
      success: says<ReadySays>(readyReply),
      deadline: 'ready',
      sample: nothing,
    }),
    live: endpoint('GET /health/live', {
      summary: 'Whether the process lives.',
      access: 'public',
      success: says<unknown>(liveReply),
      sample: nothing,
    }),
    agents: endpoint('GET /health/agents', {
      summary: 'Whether the agents work.',
      access: 'public',
      success: says<AgentsHealthSays>(agentsHealthReply),
      sample: nothing,
    }),
  },
  sockets: {
    health: endpoint('GET /ws/health', {
      summary: 'State and metrics of the socket service of one instance.',
      access: 'public',
      success: says<WsHealthSays>(wsHealthReply),
      sample: nothing,
    }),
    config: endpoint('GET /ws/config', {
      summary: 'Limits that the socket service advertises.',
      access: 'public',
      success: says<WsConfigSays>(wsConfigReply),
      sample: nothing,
    }),
    beacon: endpoint('GET /ws/beacon', {
      summary: 'Whether the socket service is mounted.',
      access: 'public',
      success: says<WsBeaconSays>(wsBeaconReply),
      sample: nothing,
    }),
  },
  discovery: {
    services: endpoint('GET /api/discovery/services', {
      summary: 'Hosts of this environment.',
      access: 'public',
      success: discoveryReply,
      sample: nothing,
    }),
    service: endpoint('GET /api/discovery/services/{name}', {
      summary: 'One host of this environment.',
      access: 'public',
      errors: { unknown: {} },
      success: discoveryEntryReply,
      sample: () => ({ path: { name: 'backend' } }),
    }),
  },
  mcp: {
    servers: endpoint('GET /api/mcp/servers', {
      summary: 'MCP servers and whether they are connected.',
      access: 'optional',
      success: mcpServersReply,
      sample: nothing,
    }),
    server: endpoint('GET /api/mcp/servers/{name}/status', {
      summary: 'One MCP server; an unknown name is a 200 that says so.',
      access: 'optional',
      success: mcpServerReply,
      sample: () => ({ path: { name: MCP_SERVER } }),
    }),
    status: endpoint('GET /api/mcp/status', {
      summary: 'The MCP endpoint, and whether the caller is authenticated.',
      access: 'optional',
      anonymous: { authenticated: false },
      success: mcpStatusReply,
      sample: nothing,
    }),
    tools: endpoint('GET /api/mcp/tools', {
      summary: 'MCP tools.',
      access: 'optional',
      success: mcpToolsReply,
      sample: nothing,
    }),
    config: endpoint('GET /api/mcp/config', {
      summary: 'Settings for MCP clients.',
      access: 'optional',
      success: mcpConfigReply,
      sample: nothing,
    }),
  },
  config: {
    published: endpoint('GET /api/config/public', {
      summary: 'Settings that anybody may see.',
      access: 'public',
      success: publicConfigReply,
      sample: nothing,
    }),
    internal: endpoint('GET /api/config', {
      summary: 'Settings for administrators.',
      access: 'administrator',
      errors: { forbidden: { message: 'Admin access required' } },
      success: adminConfigReply,
      sample: nothing,
    }),
    websocket: endpoint('GET /api/config/websocket', {
      summary: 'Where the socket is.',
      access: 'required',
      success: websocketConfigReply,
      sample: nothing,
    }),
  },
  agents: {
    streamInfo: endpoint('GET /api/agents/stream', {
      summary: 'What the agents can stream.',
      access: 'public',
      success: streamInfoReply,
      sample: nothing,
    }),
    execute: endpoint('POST /api/agents/execute', {
      summary: 'Asks the agent that `type` names.',
      access: 'required',
      body: executeRequest,
      success: agentReply,
      deadline: 'agentHttp',
      sample: (own) => ({ body: { type: AGENT_TYPES[0], message: question(own) } }),
    }),
    triage: endpoint('POST /api/agents/triage', {
      summary: 'Asks the triage agent.',
      access: 'required',
      body: agentRequest,
      success: agentReply,
      deadline: 'agentHttp',
      sample: (own) => ({ body: { message: question(own) } }),
    }),
    data: endpoint('POST /api/agents/data', {
      summary: 'Asks the data agent.',
      access: 'required',
      body: agentRequest,
      success: agentReply,
      deadline: 'agentHttp',
      sample: (own) => ({ body: { message: question(own) } }),
    }),
    optimization: endpoint('POST /api/agents/optimization', {
      summary: 'Asks the optimization agent.',
      access: 'required',
      body: agentRequest,
      success: agentReply,
      deadline: 'agentHttp',
      sample: (own) => ({ body: { message: question(own) } }),
    }),
    stream: endpoint('POST /api/agents/stream', {
      summary: 'Asks an agent and streams its steps.',
      access: 'required',
      body: agentStreamRequest,
      frame: agentStreamFrame,
      deadline: 'runEnd',
      sample: (own) => ({ body: { message: question(own) } }),
    }),
    breaker: endpoint('GET /api/agents/{name}/circuit_breaker/status', {
      summary: 'Circuit breaker of an agent, on the instance that responds.',
      access: 'required',
      errors: { unknown: {} },
      success: breakerReply,
      sample: () => ({ path: { name: 'execution' } }),
    }),
    start: endpoint('POST /api/agents/start', {
      summary: 'Starts an agent that runs until it is stopped.',
      access: 'required',
      errors: { conflict: {}, forbidden: {} },
      body: startRequest,
      success: controlReply,
      sample: (own) => ({ body: { message: question(own), agent_id: `${own.marker}-agent` } }),
      makes: { agent: 'agent_id' },
      undo: 'agents.stop',
    }),
    status: endpoint('GET /api/agents/status', {
      summary: 'Agents of the caller.',
      access: 'required',
      errors: { unknown: { sample: () => ({ query: { agent_id: NOBODYS } }) }, forbidden: {} },
      query: ['agent_id'],
      success: agentStatusReply,
      sample: nothing,
    }),
    stop: endpoint('POST /api/agents/stop', {
      summary: 'Stops an agent; stopping it again changes nothing.',
      access: 'owned',
      errors: { unknown: { sample: () => ({ body: { agent_id: NOBODYS } }) } },
      body: stopRequest,
      success: controlReply,
      sample: ownAgent,
    }),
    cancel: endpoint('POST /api/agents/cancel', {
      summary: 'Cancels an agent.',
      access: 'owned',
      errors: { unknown: { sample: () => ({ body: { agent_id: NOBODYS } }) } },
      body: cancelRequest,
      success: controlReply,
      sample: ownAgent,
    }),
  },
  runs: {
    start: endpoint('POST /api/chat/agents/{run_id}/start', {
      summary: 'Starts or resumes a chat run under an id that the caller chooses.',
      access: 'owned',
      success: chatRunControlReply,
      sample: ({ marker }) => ({ path: { run_id: `${marker}-run` } }),
      makes: { run: 'run_id' },
      undo: 'runs.cancel',
    }),
    status: endpoint('GET /api/chat/agents/{run_id}/status', {
      summary: 'State and progress of a chat run.',
      access: 'owned',
      errors: { unknown: {} },
      success: chatRunStatusReply,
      sample: ownRun,
    }),
    stop: endpoint('POST /api/chat/agents/{run_id}/stop', {
      summary: 'Stops a chat run.',
      access: 'owned',
      errors: { unknown: {} },
      success: chatRunControlReply,
      sample: ownRun,
    }),
    cancel: endpoint('POST /api/chat/agents/{run_id}/cancel', {
      summary: 'Cancels a chat run.',
      access: 'owned',
      errors: { unknown: {} },
      success: chatRunControlReply,
      sample: ownRun,
    }),
  },
  tools: {
    list: endpoint('GET /api/tools', {
      summary: 'Tools that the caller may use.',
      access: 'required',
      query: ['category'],
      success: toolsReply,
      sample: nothing,
    }),
    categories: endpoint('GET /api/tools/categories', {
      summary: 'Categories of tools.',
      access: 'public',
      success: toolCategoriesReply,
      sample: nothing,
    }),
    execute: endpoint('POST /api/tools/execute', {
      summary: 'Runs a tool.',
      access: 'required',
      errors: { unknown: { sample: () => ({ body: { tool_name: NOBODYS } }) } },
      body: toolExecution,
      success: toolExecutionReply,
      deadline: 'agentHttp',
      sample: () => ({ body: { tool_name: CALCULATOR, arguments: { operation: 'add', a: 48_213, b: 7_719 } } }),
    }),
  },
  threads: {
    create: endpoint('POST /api/threads', {
      summary: 'Creates a conversation.',
      access: 'required',
      errors: { tooLarge: {} },
      body: threadDraft,
      success: thread,
      sample: ({ marker }) => ({ body: { title: marker } }),
      makes: { thread: 'id' },
      undo: 'threads.archive',
    }),
    list: endpoint('GET /api/threads', {
      summary: 'Conversations of the caller, newest first.',
      access: 'required',
      query: PAGE,
      success: threadList,
      sample: nothing,
    }),
    read: endpoint('GET /api/threads/{id}', {
      summary: 'One conversation.',
      access: 'owned',
      errors: OF_THREADS,
      success: thread,
      sample: ownThread,
    }),
    update: endpoint('PUT /api/threads/{id}', {
      summary: 'Changes title and metadata.',
      access: 'owned',
      errors: OF_THREADS,
      body: threadDraft,
      success: thread,
      sample: (own) => ({ ...ownThread(own), body: { title: `${own.marker} renamed` } }),
    }),
    post: endpoint('POST /api/threads/{id}/messages', {
      summary: 'Writes a message into a conversation; no agent is started.',
      access: 'owned',
      errors: { ...OF_THREADS, tooLarge: {} },
      body: threadMessageDraft,
      success: threadMessageCreated,
      sample: (own) => ({ ...ownThread(own), body: { message: own.marker } }),
    }),
    messages: endpoint('GET /api/threads/{id}/messages', {
      summary: 'Messages of a conversation, oldest first.',
      access: 'owned',
      errors: OF_THREADS,
      query: PAGE,
      success: threadMessagePage,
      sample: ownThread,
    }),
    autoRename: endpoint('POST /api/threads/{id}/auto-rename', {
      summary: 'Titles a conversation after its first message.',
      access: 'owned',
      errors: OF_THREADS,
      success: thread,
      sample: ownThread,
    }),
    archive: endpoint('DELETE /api/threads/{id}', {
      summary: 'Archives a conversation; it stays readable.',
      access: 'owned',
      errors: OF_THREADS,
      success: threadArchivedReply,
      sample: ownThread,
    }),
  },
  messages: {
    card: endpoint('GET /api/messages/', {
      summary: 'The service card of the messages API.',
      access: 'optional',
      success: messagesCard,
      sample: nothing,
    }),
    create: endpoint('POST /api/chat/messages', {
      summary: 'Keeps a chat message under a free label.',
      access: 'required',
      errors: { rateLimited: {}, tooLarge: {} },
      body: chatMessageDraft,
      success: chatMessageCreated,
      sample: ({ marker }) => ({ body: { content: marker, thread_id: marker } }),
      makes: { message: 'message.id' },
      undo: 'messages.delete',
    }),
    list: endpoint('GET /api/chat/messages', {
      summary: 'Chat messages of the caller: of a label oldest first, of all newest first.',
      access: 'required',
      query: ['thread_id', ...PAGE],
      success: chatMessagePage,
      sample: nothing,
    }),
    read: endpoint('GET /api/chat/messages/{id}', {
      summary: 'One chat message.',
      access: 'owned',
      errors: { ...OF_MESSAGES, forbidden: { message: 'Access denied: You can only access your own messages' } },
      success: chatMessage,
      sample: ownMessage,
    }),
    stream: endpoint('POST /api/chat/stream', {
      summary: 'Keeps a chat message, asks an agent, streams and keeps the answer.',
      access: 'required',
      body: chatStreamRequest,
      frame: chatStreamFrame,
      deadline: 'runEnd',
      sample: (own) => ({ body: { content: question(own), thread_id: own.marker } }),
    }),
    delete: endpoint('DELETE /api/chat/messages/{id}', {
      summary: 'Deletes a chat message.',
      access: 'owned',
      errors: OF_MESSAGES,
      success: chatMessageDeleted,
      sample: ownMessage,
    }),
  },
  events: {
    stream: endpoint('GET /api/events/stream', {
      summary: 'Events of the caller, with a heartbeat; ends only when the caller leaves.',
      access: 'required',
      frame: eventStreamFrame,
      endless: true,
      deadline: 'runEnd',
      sample: nothing,
    }),
  },
  own: {
    profile: endpoint('GET /api/users/profile', {
      summary: 'Profile of the caller.',
      access: 'required',
      success: profileReply,
      sample: nothing,
    }),
    settings: endpoint('GET /api/users/settings', {
      summary: 'Settings of the caller.',
      access: 'required',
      success: settingsReply,
      sample: nothing,
    }),
    sessions: endpoint('GET /api/users/sessions', {
      summary: 'Sessions of the caller.',
      access: 'required',
      success: sessionsReply,
      sample: nothing,
    }),
  },
  auth: {
    health: endpoint('GET /health', {
      summary: 'Whether the auth service and its database work.',
      host: 'auth',
      access: 'public',
      success: authHealthReply,
      sample: nothing,
    }),
    testLogin: endpoint('POST /auth/e2e/test-auth', {
      summary: 'Logs a test user in; needs the bypass key. Works in staging only.',
      host: 'auth',
      access: 'public',
      bypassKey: true,
      body: testLoginRequest,
      success: testLoginReply,
      sample: ({ email }) => ({ body: { email } }),
    }),
    me: endpoint('GET /auth/me', {
      summary: 'Whom the token names.',
      host: 'auth',
      access: 'required',
      success: meReply,
      sample: nothing,
    }),
    verify: endpoint('POST /auth/verify', {
      summary: 'Whether a token is valid: always 200, only `valid` counts.',
      host: 'auth',
      access: 'public',
      anyBody: true,
      body: tokenRequest,
      success: verifyReply,
      sample: ({ accessToken }) => ({ body: { token: accessToken } }),
    }),
    verifyHeader: endpoint('GET /auth/verify', {
      summary: 'The same for the token of the Authorization header.',
      host: 'auth',
      access: 'public',
      success: verifyReply,
      sample: nothing,
    }),
    validate: endpoint('POST /auth/validate', {
      summary: 'As verify, with the permissions of the token.',
      host: 'auth',
      access: 'public',
      anyBody: true,
      body: tokenRequest,
      success: validateReply,
      sample: ({ accessToken }) => ({ body: { token: accessToken } }),
    }),
    refresh: endpoint('POST /auth/refresh', {
      summary: 'Exchanges a refresh token for a new pair; each works once.',
      host: 'auth',
      access: 'public',
      body: refreshRequest,
      success: refreshReply,
      sample: ({ refreshToken }) => ({ body: { refresh_token: refreshToken } }),
    }),
    logout: endpoint('POST /auth/logout', {
      summary: 'Ends the session of the token; without one it does nothing.',
      host: 'auth',
      access: 'public',
      success: logoutReply,
      sample: nothing,
    }),
  },
});

/** All of them, in their order. */
export const ENDPOINTS: readonly Endpoint[] = Object.values(endpoints).flatMap((group) =>
  Object.values<Endpoint>(group),
);
