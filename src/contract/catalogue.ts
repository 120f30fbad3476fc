/** The fixed list of tests: whatever ran, these are the ids that count. */
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './endpoints.ts';

export type Priority = 'P1' | 'P2';
export const CAPABILITIES = [
  'realtime-chat',
  'agent-execution',
  'conversations',
  'tenant-isolation',
  'resilience',
  'sessions',
  'live-experience',
  'browser-chat',
  'access-control',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Capabilities whose failure is a breach, whatever an impact model says of them. */
export const SECURITY: readonly Capability[] = ['tenant-isolation', 'access-control'];

/** People that the claim of P1-17 is about. */
export const CONCURRENT_USERS = 20;

interface Claim {
  /** Stable name, for history and reports. */
  readonly name: string;
  readonly title: string;
  readonly capability: Capability;
  /** What a customer may rely on. */
  readonly claim: string;
  /** Test time-out in seconds, by deadline column. */
  readonly budget: { readonly remote: number; readonly standin: number };
  readonly transports: readonly Transport[];
  /** Nothing else runs meanwhile: it measures or loads. */
  readonly exclusive?: true;
  /** What the claim consists of; each has a result of its own. Empty: the test is its only part. */
  readonly parts: readonly string[];
}

export type Transport = 'http' | 'ws' | 'sse' | 'load';

export const CLAIMS = {
  'P1-01': {
    name: 'websocket_connection_real',
    title: 'Live connection - opens, greets me as myself and stays usable',
    capability: 'realtime-chat',
    claim: 'When I open the chat while logged in, the live connection opens, greets me as myself and stays usable.',
    budget: { remote: 120, standin: 45 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P1-02': {
    name: 'websocket_authentication_real',
    title: 'Socket authentication - only my valid login opens it; anything else is refused with its reason',
    capability: 'realtime-chat',
    claim: 'Only my own valid login opens my live connection; anything else is turned away with a clear reason.',
    budget: { remote: 150, standin: 20 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P1-03': {
    name: 'websocket_message_send_real',
    title: 'Chat message - the answer to exactly that message comes back on my connection',
    capability: 'realtime-chat',
    claim: "I send a chat message and the agent's answer to exactly that message comes back on my connection.",
    budget: { remote: 240, standin: 30 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P1-04': {
    name: 'websocket_concurrent_connections_real',
    title: 'Several tabs - every connection is served and answers never mix',
    capability: 'realtime-chat',
    claim: 'I can use several tabs while others work too; every connection is served and answers never get mixed up.',
    budget: { remote: 150, standin: 20 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P1-05': {
    name: 'agent_discovery_real',
    title: 'Discovery - services, agents and hosts are named and connected',
    capability: 'agent-execution',
    claim: 'I can see which agent services, agents and hosts exist, and they are reported connected.',
    budget: { remote: 60, standin: 8 },
    transports: ['http'],
    parts: [
      'a missing or forged token authenticates nobody',
      'an unknown MCP server is named in the response',
      'an unknown service is not found',
      'the MCP server is listed as connected',
      'its own status says so, too',
      'my token is recognised, and the eleven MCP tools are available',
      'the three agents are supported',
      'discovery names the hosts in use',
      'an ordinary client is served the same',
    ],
  },
  'P1-06': {
    name: 'agent_configuration_real',
    title: 'Published settings - complete and consistent; internal ones only for administrators',
    capability: 'agent-execution',
    claim: 'The published settings are complete and consistent, and only administrators can see the internal ones.',
    budget: { remote: 60, standin: 8 },
    transports: ['http'],
    parts: [
      'the first call of a new user makes no administrator',
      'the internal settings require a token',
      'the socket settings reject a missing and a forged token',
      'no published settings contain a token, a key or a password',
      'the public settings are those of this environment',
      'the advertised socket limits are those of the contract',
      '/ws/health names the same limits as /ws/config',
      'the socket settings name the socket of this platform',
      'the MCP settings name the hosts of this platform',
      'an ordinary client is served the same',
    ],
  },
  'P1-07': {
    name: 'agent_execution_endpoints_real',
    title: 'Agents over HTTP - the agent that was asked answers exactly the question',
    capability: 'agent-execution',
    claim: 'I ask an agent something and get a real answer to my question, from the agent I asked.',
    budget: { remote: 150, standin: 20 },
    transports: ['http'],
    parts: [
      'a caller without a token gets no answer',
      'a forged token gets no answer',
      'a request without a message or a type is invalid',
      'triage answers exactly what it is asked',
      'data answers exactly what it is asked',
      'optimization answers exactly what it is asked',
      'a message with the word "test" is answered like any other',
      'an ordinary client is served the same',
    ],
  },
  'P1-08': {
    name: 'agent_streaming_capabilities_real',
    title: 'Agent streams - steps and text arrive while it runs, and end with the answer',
    capability: 'agent-execution',
    claim: 'I watch the agent work: steps and text arrive while it is running, and end with the answer.',
    budget: { remote: 180, standin: 20 },
    transports: ['sse', 'http'],
    parts: [
      'both streams reject a missing token',
      'both streams reject a forged token',
      'an incomplete request opens no stream',
      'the chat stream allows POST only',
      'the six events of an agent stream are announced',
      'agent stream - all steps in order',
      'agent stream - the result is the answer to my request',
      'agent stream - frames arrive while the run goes on',
      'chat stream - steps, tools and text in order, all of one run',
      'chat stream - it is mine, and its chunks add up to the answer',
      'chat stream - question and answer are kept as streamed',
      'chat stream - frames arrive while the run goes on',
    ],
  },
  'P1-09': {
    name: 'agent_status_monitoring_real',
    title: 'Agent status - what I see is true, and only mine',
    capability: 'agent-execution',
    claim: 'I can see whether my agents are running, and what I see is true.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [
      'without a valid token nobody sees or ends anything',
      'an unknown agent has no status',
      'an unknown run can be neither seen nor ended',
      'B does not see my agent',
      'B cannot end my run',
      'B does not see my run',
      'a started agent is listed once, as running',
      'a second agent runs beside it',
      'I am told that my run was started, stopped or cancelled',
      'the status of a run follows what I do with it',
      'my token is recognised, the circuit is closed and the agents are healthy',
      'an ordinary client is served the same',
    ],
  },
  'P1-10': {
    name: 'tool_execution_endpoints_real',
    title: 'Tools - the list is mine, and a result is computed from my input',
    capability: 'agent-execution',
    claim: 'I can list the tools I may use and run one, and its result is computed from my input.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [
      'without a token nobody lists or runs a tool',
      'a forged token lists and runs no tool',
      'a request without a tool is invalid',
      'an unknown tool is not found',
      'an operand that is no number is rejected',
      'the list has the calculator, and totals that are true',
      "the calculator's category is listed with its tools",
      'a sum is computed from my numbers',
      'a product is computed from my numbers',
      'every available MCP tool is listed',
      'an ordinary client is served the same',
    ],
  },
  'P1-11': {
    name: 'agent_performance_real',
    title: 'Agent latency - quick answers; a slow request holds up nobody else',
    capability: 'agent-execution',
    claim: 'Agents answer me quickly, and a slow request of somebody does not hold up everybody else.',
    budget: { remote: 240, standin: 30 },
    transports: ['http', 'load'],
    exclusive: true,
    parts: [
      'the platform is alive and ready',
      'no response of /health comes from a cache',
      'ten answers, one after another, come in time',
      'a slow run holds up nobody else',
    ],
  },
  'P1-12': {
    name: 'message_persistence_real',
    title: 'Messages - kept unchanged until deleted',
    capability: 'conversations',
    claim: 'What I write is kept, unchanged, until I delete it.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [],
  },
  'P1-13': {
    name: 'thread_creation_real',
    title: 'Conversations - created, renamed and archived, and still so on return',
    capability: 'conversations',
    claim: 'I create, rename and archive conversations, and the change is still there when I come back.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [
      'a new conversation has my title and metadata, and is listed',
      'a message raises the count',
      'a new title and merged metadata survive a reload',
      'a malformed title is refused',
      'without a valid token nobody creates, reads or changes one',
      'B cannot change or archive it',
      'an archived conversation stays archived, with its messages',
      'an ordinary client is served the same',
    ],
  },
  'P1-14': {
    name: 'thread_switching_real',
    title: 'Switching conversations - exactly the messages of the chosen one',
    capability: 'conversations',
    claim: "When I switch between conversations I see exactly the messages of the one I chose, and nobody else's.",
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [],
  },
  'P1-15': {
    name: 'thread_history_real',
    title: 'History - pages with nothing missing, nothing twice, in order',
    capability: 'conversations',
    claim: 'I can page through my whole history, nothing missing, nothing twice, in the right order.',
    budget: { remote: 180, standin: 20 },
    transports: ['http'],
    parts: [],
  },
  'P1-16': {
    name: 'user_context_isolation_real',
    title: 'Tenant isolation - B cannot read, change or impersonate A',
    capability: 'tenant-isolation',
    claim: 'Nothing I write or do is visible to another customer, and nobody can act in my name.',
    budget: { remote: 180, standin: 20 },
    transports: ['http', 'ws'],
    parts: [],
  },
  'P1-17': {
    name: 'concurrent_users_real',
    title: 'Twenty people at once - each gets the right answers, and only their own',
    capability: 'resilience',
    claim: 'When twenty people use the platform at once, each gets the right answers and only their own.',
    budget: { remote: 180, standin: 20 },
    transports: ['http', 'load'],
    exclusive: true,
    parts: [],
  },
  'P1-18': {
    name: 'rate_limiting_real',
    title: 'Rate limit - 429 with Retry-After; accepted messages kept; other users unaffected',
    capability: 'resilience',
    claim:
      'If I send too much I am told so and for how long; my accepted messages are kept, others are not affected, and afterwards I am served again.',
    budget: { remote: 240, standin: 30 },
    transports: ['http', 'load'],
    exclusive: true,
    parts: [],
  },
  'P1-19': {
    name: 'error_handling_real',
    title: 'Invalid requests - the documented error each, and no internals',
    capability: 'resilience',
    claim: 'When something is wrong with my request I get a clear, correct error, and no internals.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [],
  },
  'P1-20': {
    name: 'connection_resilience_real',
    title: 'Dropped connections and abandoned requests - the next call works',
    capability: 'resilience',
    claim: 'After a dropped connection or an aborted request I simply go on working.',
    budget: { remote: 90, standin: 15 },
    transports: ['http', 'sse'],
    parts: [],
  },
  'P1-21': {
    name: 'session_persistence_real',
    title: 'Sessions - renewal keeps me and my data; logging out ends it',
    capability: 'sessions',
    claim: 'I stay logged in as myself across token renewal, my data stays with me, and logging out really ends it.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [],
  },
  'P1-22': {
    name: 'agent_lifecycle_management_real',
    title: 'Agent lifecycle - start, stop, restart and cancel do what they say, and only for me',
    capability: 'agent-execution',
    claim:
      'I start, stop, restart and cancel my agents, what I am told is what happened, and nobody else can do it for me.',
    budget: { remote: 90, standin: 12 },
    transports: ['http'],
    parts: [
      'without a token nobody starts or ends an agent',
      'a forged token starts and ends no agent',
      'an incomplete request is invalid',
      'start, stop and cancel allow POST only',
      'an unknown agent cannot be ended',
      'B can neither start nor end my agent',
      'my agent runs on, whoever else tries to end it',
      'a started agent is running',
      'a running agent cannot be started again',
      'a stopped agent is stopped, and may be stopped again',
      'a stopped agent starts again, and a cancelled one is cancelled',
      'an ordinary client is served the same',
    ],
  },
  'P2-01': {
    name: 'streaming_partial_results',
    title: 'Partial results - the beginning arrives before the end exists, and leaving ends it',
    capability: 'live-experience',
    claim: 'I can read the beginning of an answer before the end exists, and leave when I like.',
    budget: { remote: 180, standin: 30 },
    transports: ['sse', 'http'],
    parts: [
      'no stream opens without a token',
      'a part of the answer arrives before the end exists',
      'the parts add up to the answer',
      'after leaving a run in mid-stream I go on working',
      'my event stream is mine, and beats until I leave it',
    ],
  },
  'P2-02': {
    name: 'message_ordering',
    title: 'Message order - handled and shown in the order sent, also across a reconnect',
    capability: 'live-experience',
    claim: 'Messages I send quickly are handled and shown in the order I sent them.',
    budget: { remote: 180, standin: 20 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P2-03': {
    name: 'critical_event_delivery',
    title: 'Agent events - each of the five once, in order, and to nobody else',
    capability: 'live-experience',
    claim:
      'For each agent run I see started, thinking, tool use, tool result and completion, once each in order, and nobody else sees them.',
    budget: { remote: 180, standin: 20 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P2-04': {
    name: 'real_browser_socket',
    title: 'Browser socket - a page connects with my token, gets its answer, and nobody else gets in',
    capability: 'browser-chat',
    claim: 'The same chat works from a real browser page.',
    budget: { remote: 150, standin: 25 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P2-05': {
    name: 'chat_page',
    title: 'Chat page - sign in, ask, read, reload, and survive a lost network',
    capability: 'browser-chat',
    claim:
      'I sign in on the chat page, ask, watch the answer arrive, find it again after a reload, and go on after a lost connection.',
    budget: { remote: 180, standin: 30 },
    transports: ['ws', 'http'],
    parts: [],
  },
  'P2-06': {
    name: 'token_security',
    title: 'Bad tokens - none gets in anywhere, with or without the E2E headers, and none is echoed',
    capability: 'access-control',
    claim: 'Whoever presents anything but a valid login gets in nowhere, with or without the E2E headers.',
    budget: { remote: 120, standin: 20 },
    transports: ['ws', 'http'],
    parts: [],
  },
} as const satisfies Readonly<Record<string, Claim>>;

export type ClaimId = keyof typeof CLAIMS;
export type PartOf<Id extends ClaimId> = (typeof CLAIMS)[Id]['parts'][number];

export interface CatalogueEntry extends Claim {
  readonly id: string;
  readonly priority: Priority;
}

/** A claim without declared parts is its own only part. */
export const partsOf = ({ claim, parts }: CatalogueEntry): readonly string[] => (parts.length === 0 ? [claim] : parts);

export const CATALOGUE: readonly CatalogueEntry[] = Object.entries<Claim>(CLAIMS).map(([id, claim]) => ({
  id,
  priority: id.slice(0, 2) as Priority,
  ...claim,
}));

const ID = /^P\d-\d{2}\b/;

/** The id that a test title begins with. */
export const idOf = (title: string): string | undefined => ID.exec(title)?.[0];

/** The entry of an id; an id outside the catalogue is an error of the suite. */
export const catalogued = (id: string): CatalogueEntry => {
  const found = CATALOGUE.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`${id} is not in src/contract/catalogue.ts; add it there first`);
  return found;
};

export const idsOf = (priority: Priority): readonly string[] =>
  CATALOGUE.filter((candidate) => candidate.priority === priority).map((candidate) => candidate.id);

const { agents, auth, config, discovery, health, mcp, messages, own, runs, sockets, threads, tools } = endpoints;

/**
 * Endpoints that a claim also calls as an ordinary client, in this order. Streams are read by P1-08 and P2-01, which
 * look at every frame; the test login and the administrators' settings have no ordinary client.
 */
export const ORDINARY: Readonly<Record<string, readonly Endpoint[]>> = {
  'P1-01': [...Object.values(health), ...Object.values(sockets)],
  'P1-05': [...Object.values(discovery), ...Object.values(mcp), agents.streamInfo],
  'P1-06': [config.published, config.websocket],
  'P1-07': [agents.execute, agents.triage, agents.data, agents.optimization],
  'P1-09': [agents.breaker, ...Object.values(runs)],
  'P1-10': Object.values(tools),
  'P1-12': [messages.card, messages.create, messages.list, messages.read, messages.delete],
  'P1-13': Object.values(threads),
  'P1-21': [
    ...Object.values(own),
    auth.health,
    auth.me,
    auth.verify,
    auth.verifyHeader,
    auth.validate,
    auth.refresh,
    auth.logout,
  ],
  'P1-22': [agents.start, agents.status, agents.stop, agents.cancel],
};
