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

export interface CatalogueEntry {
  readonly id: string;
  readonly name: string;
  readonly priority: Priority;
  readonly capability: Capability;
  readonly claim: string;
  /** Test time-out in seconds, by deadline column. */
  readonly budget: { readonly remote: number; readonly standin: number };
}

const entry = (
  id: string,
  name: string,
  capability: Capability,
  remote: number,
  standin: number,
  claim: string,
): CatalogueEntry => ({
  id,
  name,
  priority: id.slice(0, 2) as Priority,
  capability,
  claim,
  budget: { remote, standin },
});

// prettier-ignore
export const CATALOGUE: readonly CatalogueEntry[] = [
  entry('P1-01', 'websocket_connection_real', 'realtime-chat', 120, 45, 'When I open the chat while logged in, the live connection opens, greets me as myself and stays usable.'),
  entry('P1-02', 'websocket_authentication_real', 'realtime-chat', 150, 20, 'Only my own valid login opens my live connection; anything else is turned away with a clear reason.'),
  entry('P1-03', 'websocket_message_send_real', 'realtime-chat', 240, 30, 'I send a chat message and the agent\'s answer to exactly that message comes back on my connection.'),
  entry('P1-04', 'websocket_concurrent_connections_real', 'realtime-chat', 150, 20, 'I can use several tabs while others work too; every connection is served and answers never get mixed up.'),
  entry('P1-05', 'agent_discovery_real', 'agent-execution', 60, 8, 'I can see which agent services, agents and hosts exist, and they are reported connected.'),
  entry('P1-06', 'agent_configuration_real', 'agent-execution', 60, 8, 'The published settings are complete and consistent, and only administrators can see the internal ones.'),
  entry('P1-07', 'agent_execution_endpoints_real', 'agent-execution', 150, 20, 'I ask an agent something and get a real answer to my question, from the agent I asked.'),
  entry('P1-08', 'agent_streaming_capabilities_real', 'agent-execution', 180, 20, 'I watch the agent work: steps and text arrive while it is running, and end with the answer.'),
  entry('P1-09', 'agent_status_monitoring_real', 'agent-execution', 90, 12, 'I can see whether my agents are running, and what I see is true.'),
  entry('P1-10', 'tool_execution_endpoints_real', 'agent-execution', 90, 12, 'I can list the tools I may use and run one, and its result is computed from my input.'),
  entry('P1-11', 'agent_performance_real', 'agent-execution', 240, 30, 'Agents answer me quickly, and a slow request of somebody does not hold up everybody else.'),
  entry('P1-12', 'message_persistence_real', 'conversations', 90, 12, 'What I write is kept, unchanged, until I delete it.'),
  entry('P1-13', 'thread_creation_real', 'conversations', 90, 12, 'I create, rename and archive conversations, and the change is still there when I come back.'),
  entry('P1-14', 'thread_switching_real', 'conversations', 90, 12, 'When I switch between conversations I see exactly the messages of the one I chose, and nobody else\'s.'),
  entry('P1-15', 'thread_history_real', 'conversations', 180, 20, 'I can page through my whole history, nothing missing, nothing twice, in the right order.'),
  entry('P1-16', 'user_context_isolation_real', 'tenant-isolation', 180, 20, 'Nothing I write or do is visible to another customer, and nobody can act in my name.'),
  entry('P1-17', 'concurrent_users_real', 'resilience', 180, 20, 'When twenty people use the platform at once, each gets the right answers and only their own.'),
  entry('P1-18', 'rate_limiting_real', 'resilience', 240, 30, 'If I send too much I am told so and for how long; my accepted messages are kept, others are not affected, and afterwards I am served again.'),
  entry('P1-19', 'error_handling_real', 'resilience', 90, 12, 'When something is wrong with my request I get a clear, correct error, and no internals.'),
  entry('P1-20', 'connection_resilience_real', 'resilience', 90, 15, 'After a dropped connection or an aborted request I simply go on working.'),
  entry('P1-21', 'session_persistence_real', 'sessions', 90, 12, 'I stay logged in as myself across token renewal, my data stays with me, and logging out really ends it.'),
  entry('P1-22', 'agent_lifecycle_management_real', 'agent-execution', 90, 12, 'I start, stop, restart and cancel my agents, what I am told is what happened, and nobody else can do it for me.'),
  entry('P2-01', 'streaming_partial_results', 'live-experience', 180, 30, 'I can read the beginning of an answer before the end exists, and leave when I like.'),
  entry('P2-02', 'message_ordering', 'live-experience', 180, 20, 'Messages I send quickly are handled and shown in the order I sent them.'),
  entry('P2-03', 'critical_event_delivery', 'live-experience', 180, 20, 'For each agent run I see started, thinking, tool use, tool result and completion, once each in order, and nobody else sees them.'),
  entry('P2-04', 'real_browser_socket', 'browser-chat', 150, 25, 'The same chat works from a real browser page.'),
  entry('P2-05', 'chat_page', 'browser-chat', 180, 30, 'I sign in on the chat page, ask, watch the answer arrive, find it again after a reload, and go on after a lost connection.'),
  entry('P2-06', 'token_security', 'access-control', 120, 20, 'Whoever presents anything but a valid login gets in nowhere, with or without the E2E headers.'),
];

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
