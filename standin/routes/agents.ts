/** Agents over HTTP: execution, circuit breakers, lifecycle, chat runs, streams (sections 6.4 to 6.6 and 7). */
import { z } from 'zod';
import { AGENT_TYPES, MAX_SIMULATED_DELAY_SECONDS, type AgentReply } from '../../contract/agents.ts';
import { STREAM_EVENTS } from '../../contract/sse.ts';
import { isoNow, sleep } from '../clock.ts';
import { eventStream, json, Problem } from '../http/reply.ts';
import { body, nothing, open, optionalRecord, param, personal, record, type Route } from '../http/route.ts';
import type { AgentRecord, ChatRun } from '../stores.ts';
import type { ExecuteRequest } from '../switchboard/seams.ts';
import type { HttpCall, JsonObject } from '../unit.ts';
import type { World } from '../world.ts';

const agentType = z.enum(AGENT_TYPES);
export const delay = z
  .number()
  .min(0)
  .max(MAX_SIMULATED_DELAY_SECONDS)
  .nullish()
  .transform((value) => value ?? 0);
const common = {
  message: z.string(),
  context: optionalRecord,
  simulate_delay: delay,
  force_failure: z.boolean().nullish(),
};
const RUN_CAP_SECONDS = 5;

export const execute = async (world: World, call: HttpCall, request: ExecuteRequest): Promise<AgentReply> => {
  const breaker = world.breakers.get(request.breaker);
  const begun = performance.now();
  const question = {
    text: request.message,
    context: request.context ?? {},
    surface: 'http',
    agent: request.agent,
  } as const;
  await sleep(request.delaySeconds * 1000, call.gone);
  if (request.fail) throw new Problem(500, 'Simulated agent failure');
  const { text } = world.seams['agent.answer'](call, question);
  const seconds = (performance.now() - begun) / 1000;
  const late = seconds > RUN_CAP_SECONDS + request.delaySeconds;
  return {
    status: late ? 'timeout' : 'success',
    agent: request.agent,
    response: late ? null : text,
    execution_time: Math.round(seconds * 1000) / 1000,
    circuit_breaker_state: breaker?.state ?? 'CLOSED',
    error: late ? 'The run took too long' : null,
  };
};

/** A failed run inside a 200, as the platform words it. */
export const unavailableReply = (request: ExecuteRequest): AgentReply => ({
  status: 'service_unavailable',
  agent: request.agent,
  response: null,
  execution_time: 0.01,
  circuit_breaker_state: 'OPEN',
  error: 'Agent service is not available',
});

const guarded = async (world: World, call: HttpCall, request: ExecuteRequest) => {
  const breaker = world.breakers.get(request.breaker);
  breaker?.admit();
  try {
    const reply = await world.seams['agent.execute'](call, request);
    breaker?.succeeded();
    return json({
      ...reply,
      circuit_breaker_state: reply.status === 'success' ? 'CLOSED' : reply.circuit_breaker_state,
    });
  } catch (error) {
    if (error instanceof Problem && error.status === 500) breaker?.failed();
    throw error;
  }
};

const requestOf = (
  input: z.output<z.ZodObject<typeof common>>,
  agent: ExecuteRequest['agent'],
  breaker: string,
): ExecuteRequest => ({
  agent,
  breaker,
  message: input.message,
  context: input.context,
  delaySeconds: input.simulate_delay,
  fail: input.force_failure === true,
});

const executionRoutes = (world: World): Route[] => [
  personal('POST', '/api/agents/execute', body(z.object({ type: agentType, ...common })), (call, _caller, input) =>
    guarded(world, call, requestOf(input, input.type, 'execution')),
  ),
  ...AGENT_TYPES.map((type) =>
    personal('POST', `/api/agents/${type}`, body(z.object(common)), (call, _caller, input) =>
      guarded(world, call, requestOf(input, type, type)),
    ),
  ),
  personal('GET', '/api/agents/:name/circuit_breaker/status', nothing, (call) => {
    const breaker = world.breakers.get(param(call, 'name'));
    if (breaker === undefined) throw new Problem(404, 'Circuit breaker not found');
    return json(breaker.report());
  }),
];

const controlled = (record: AgentRecord, action: 'start' | 'stop' | 'cancel'): JsonObject => ({
  success: true,
  agent_id: record.id,
  action,
  message: `Agent ${record.id}: ${action} done, it is ${record.state}`,
  timestamp: isoNow(),
});

export const statusItem = (record: AgentRecord): JsonObject => ({
  agent_id: record.id,
  status: record.state,
  agent_type: record.type,
  start_time: record.started,
  last_activity: record.active,
  message_count: record.messages,
});

const id = z.string().min(1);

const lifecycleRoutes = (world: World): Route[] => {
  const { seams } = world;
  const start = z.object({
    message: z.string(),
    agent_id: id.nullish(),
    agent_type: agentType.nullish(),
    context: optionalRecord,
  });
  const stop = z.object({ agent_id: id, reason: z.string().nullish() });
  const cancel = z.object({ agent_id: id, force: z.boolean().nullish() });
  return [
    personal('POST', '/api/agents/start', body(start), (call, caller, input) => {
      const type = input.agent_type ?? 'triage';
      return json(controlled(seams['agents.start'](call, caller.userId, type, input.agent_id ?? undefined), 'start'));
    }),
    personal('POST', '/api/agents/stop', body(stop), (call, caller, input) =>
      json(controlled(seams['agents.end'](call, caller.userId, input.agent_id, 'stopped'), 'stop')),
    ),
    personal('POST', '/api/agents/cancel', body(cancel), (call, caller, input) =>
      json(controlled(seams['agents.end'](call, caller.userId, input.agent_id, 'cancelled'), 'cancel')),
    ),
    personal('GET', '/api/agents/status', nothing, (call, caller) => {
      const asked = call.query.get('agent_id');
      if (asked !== null) return json([statusItem(seams['agents.find'](call, caller.userId, asked))]);
      return json(world.agents.ownedBy(caller.userId).map(statusItem));
    }),
  ];
};

const runControl = (run: ChatRun, status: 'started' | 'stopped' | 'cancelled'): JsonObject => ({
  status,
  run_id: run.id,
  user_id: run.owner,
  timestamp: isoNow(),
  message: `Run ${run.id} ${status}`,
});

const runStatus = (run: ChatRun): JsonObject => ({
  run_id: run.id,
  status: run.state,
  user_id: run.owner,
  agent_name: 'Supervisor',
  progress: run.state === 'completed' ? 100 : 50,
  current_task: run.state === 'running' ? 'waiting for a message' : null,
  started_at: run.started,
  timestamp: isoNow(),
  websocket_events_enabled: true,
});

const runRoutes = (world: World): Route[] => {
  const { runs, seams } = world;
  const run = '/api/chat/agents/:run_id';
  return [
    personal('POST', `${run}/start`, nothing, (call, caller) =>
      json(runControl(runs.start(caller.userId, param(call, 'run_id')), 'started')),
    ),
    personal('POST', `${run}/stop`, nothing, (call, caller) =>
      json(runControl(runs.end(caller.userId, param(call, 'run_id'), 'stopped'), 'stopped')),
    ),
    personal('POST', `${run}/cancel`, nothing, (call, caller) =>
      json(runControl(runs.end(caller.userId, param(call, 'run_id'), 'cancelled'), 'cancelled')),
    ),
    personal('GET', `${run}/status`, nothing, (call, caller) =>
      json(runStatus(seams['runs.find'](call, caller.userId, param(call, 'run_id')))),
    ),
  ];
};

const STREAM_INFO = {
  available: true,
  supported_agents: [...AGENT_TYPES],
  stream_events: [...STREAM_EVENTS],
  endpoints: { post_stream: '/api/agents/stream', get_info: '/api/agents/stream' },
};

const streamBody = z.object({
  message: z.string(),
  agent_type: agentType.nullish(),
  context: record.nullish(),
  simulate_delay: delay,
  stream_updates: z.boolean().nullish(),
});

const streamRoutes = (world: World): Route[] => [
  open('public', 'GET', '/api/agents/stream', () => json(STREAM_INFO)),
  personal('POST', '/api/agents/stream', body(streamBody), (call, caller, input) => {
    const request = {
      agent: input.agent_type ?? 'triage',
      message: input.message,
      context: input.context ?? {},
      delaySeconds: input.simulate_delay,
      updates: input.stream_updates !== false,
    };
    return eventStream('agents', world.seams['agent.stream'](call, request, caller));
  }),
];

export const agentRoutes = (world: World): Route[] => [
  ...executionRoutes(world),
  ...lifecycleRoutes(world),
  ...runRoutes(world),
  ...streamRoutes(world),
];
