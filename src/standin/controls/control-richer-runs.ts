import { isoNow } from '../clock.ts';
import { isObject, type JsonObject } from '../unit.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const TRACE = { trace_id: 'a1b2c3', span: 'run' };
const STEPS = [1, 2, 3];

async function* richer(frames: AsyncIterable<JsonObject> | Iterable<JsonObject>): AsyncGenerator<JsonObject> {
  let executing: JsonObject | undefined;
  for await (const frame of frames) {
    const kind = frame['type'] ?? frame['event'];
    const time = () => ('timestamp' in frame ? { timestamp: isoNow() } : {});
    if (kind === 'agent_thinking') {
      for (const step of STEPS) yield { ...stepped(frame, step), ...time() };
    } else if (kind === 'tool_completed') {
      yield frame;
      if (executing !== undefined) yield { ...executing, ...time() };
      yield { ...frame, ...time() };
    } else if (kind === 'agent_progress') {
      yield { ...frame, progress: 40 };
      yield frame;
    } else {
      if (kind === 'tool_executing') executing = frame;
      yield frame;
    }
  }
}

const stepped = (frame: JsonObject, step: number): JsonObject => {
  const { payload } = frame;
  if (isObject(payload))
    return { ...frame, payload: { ...payload, step_number: step, progress_percentage: step * 20 } };
  return 'step_number' in frame ? { ...frame, step_number: step } : frame;
};

export default defineFault({
  id: 'control-richer-runs',
  layer: 'control',
  origin: 'control',
  summary: 'three thinking steps, two tool pairs, trace and progress_update in every run',
  parameters: NO_PARAMETERS,
  install: ({ wrap }) => {
    wrap(
      'ws.run',
      (next) =>
        async function* (connection, run) {
          for await (const frame of richer(next(connection, run))) {
            yield { ...frame, trace: TRACE };
            if (frame['type'] === 'agent_thinking') {
              const payload = { progress_percentage: 50, message: 'Working' };
              yield { ...frame, type: 'progress_update', payload };
            }
          }
        },
    );
    wrap(
      'agent.stream',
      (next) => (call, request, caller) =>
        request.updates ? richer(next(call, request, caller)) : next(call, request, caller),
    );
    wrap('chat.stream', (next) => (call, request, caller) => richer(next(call, request, caller)));
  },
});
