/** Agents over HTTP: execution, circuit breakers, lifecycle, chat runs, streams (sections 6.4 to 6.6 and 7). */
import type { z } from 'zod';
import { AGENT_TYPES, type agentRequest, type AgentReply } from '../../contract/agents.ts';
import { endpoints } from '../../contract/endpoints.ts';
import { STREAM_EVENTS } from '../../contract/sse.ts';
import { isoNow, sleep } from '../clock.ts';
import { eventStream, json, Problem } from '../http/reply.ts';
import { param, serve, serveAnyone, type Route } from '../http/route.ts';
import type { AgentRecord, ChatRun } from '../stores.ts';
import type { ExecuteRequest } from '../switchboard/seams.ts';
import type { HttpCall, JsonObject } from '../unit.ts';
import type { World } from '../world.ts';

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
  input: z.output<typeof agentRequest>,
  agent: ExecuteRequest['agent'],
  breaker: string,
): ExecuteRequest => ({
  agent,
  breaker,
  message: input.message,
  context: input.context ?? undefined,
  delaySeconds: input.simulate_delay ?? 0,
  fail: input.force_failure === true,
});

const executionRoutes = (world: World): Route[] => [
  serve(endpoints.agents.execute, (call, _caller, input) =>
    guarded(world, call, requestOf(input, input.type, 'execution')),
  ),
  ...AGENT_TYPES.map((type) =>
    serve(endpoints.agents[type], (call, _caller, input) => guarded(world, call, requestOf(input, type, type))),
  ),
  serve(endpoints.agents.breaker, (call) => {
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

const lifecycleRoutes = (world: World): Route[] => {
  const { seams } = world;
  return [
    serve(endpoints.agents.start, (call, caller, input) => {
      const type = input.agent_type ?? 'triage';
      return json(controlled(seams['agents.start'](call, caller.userId, type, input.agent_id ?? undefined), 'start'));
    }),
    serve(endpoints.agents.stop, (call, caller, input) =>
      json(controlled(seams['agents.end'](call, caller.userId, input.agent_id, 'stopped'), 'stop')),
    ),
    serve(endpoints.agents.cancel, (call, caller, input) =>
      json(controlled(seams['agents.end'](call, caller.userId, input.agent_id, 'cancelled'), 'cancel')),
    ),
    serve(endpoints.agents.status, (call, caller) => {
      const asked = call.query.get('agent_id');
      if (asked !== null) return json([statusItem(seams['agents.find'](call, caller.userId, asked))]);
      return json(seams['agents.list'](call, caller.userId).map(statusItem));
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
  return [
    serve(endpoints.runs.start, (call, caller) =>
      json(runControl(runs.start(caller.userId, param(call, 'run_id')), 'started')),
    ),
    serve(endpoints.runs.stop, (call, caller) =>
      json(runControl(runs.end(caller.userId, param(call, 'run_id'), 'stopped'), 'stopped')),
    ),
    serve(endpoints.runs.cancel, (call, caller) =>
      json(runControl(runs.end(caller.userId, param(call, 'run_id'), 'cancelled'), 'cancelled')),
    ),
    serve(endpoints.runs.status, (call, caller) =>
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

const streamRoutes = (world: World): Route[] => [
  serveAnyone(endpoints.agents.streamInfo, () => json(STREAM_INFO)),
  serve(endpoints.agents.stream, (call, caller, input) => {
    const request = {
      agent: input.agent_type ?? 'triage',
      message: input.message,
      context: input.context ?? {},
      delaySeconds: input.simulate_delay ?? 0,
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
