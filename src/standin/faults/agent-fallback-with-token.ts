import { isoNow } from '../clock.ts';
import { json, type Reply } from '../http/reply.ts';
import { isApi } from '../switchboard/about.ts';
import { isObject, type HttpCall, type JsonObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const EXECUTE = /^POST \/api\/agents\/(execute|triage|data|optimization)$/;
const CONTROL = /^POST \/api\/agents\/(start|stop|cancel)$/;

const bodyOf = (call: HttpCall): JsonObject =>
  call.body.kind === 'json' && isObject(call.body.value) ? call.body.value : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const fallback = (call: HttpCall): Reply | undefined => {
  const sent = bodyOf(call);
  const agent = EXECUTE.exec(call.route)?.[1];
  if (agent !== undefined) {
    const type = agent === 'execute' ? text(sent['type']) : agent;
    return json({
      status: 'success',
      agent: type,
      response: `Fallback ${type} agent response: Successfully processed '${text(sent['message'])}' using recovery mechanism`,
      execution_time: 0.1,
      circuit_breaker_state: 'CLOSED',
      error: null,
    });
  }
  const action = CONTROL.exec(call.route)?.[1];
  if (action !== undefined) {
    const agent_id = text(sent['agent_id']) || 'fallback-agent';
    const message = `Fallback ${action} processed for agent ${agent_id}`;
    return json({ success: true, agent_id, action, message, timestamp: isoNow() });
  }
  if (call.route !== 'GET /api/agents/status') return undefined;
  const now = isoNow();
  return json([
    {
      agent_id: 'fallback-agent',
      status: 'service_unavailable',
      agent_type: 'fallback',
      start_time: now,
      last_activity: now,
      message_count: 0,
    },
  ]);
};

export default defineFault({
  id: 'agent-fallback-with-token',
  layer: 'agents',
  origin: 'history',
  summary: 'with a valid token the agent routes answer with fallback texts',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) =>
    wrap(
      'http.answer',
      (next) => async (call, produce) => fallback(call) ?? (await next(call, produce)),
      (call) => isApi(call) && call.user() !== undefined,
    ),
});
