/** Agent runs on `/ws`: what came for each message that asked for one. */
import { agentEvent, type AgentEventType, AGENT_EVENT_TYPES } from '../contract/websocket.ts';
import { agentsOverHttp, failedDraft, stalledDraft } from './agents.ts';
import { answerDraft } from './answer-draft.ts';
import { questionOf } from './answers.ts';
import type { FindingDraft } from './finding.ts';
import { objectOf, textOf } from './http-view.ts';
import type { Scene } from './scene.ts';
import { isAgentEvent, isChat, welcomed, type FrameView, type SocketView } from './socket-view.ts';

const subjectOf = (view: SocketView): string => `socket ${view.s.id} as ${view.s.identity}`;

export const runIdOf = (one: FrameView): string => textOf(one.json['run_id']);
const payloadOf = (one: FrameView): Record<string, unknown> => objectOf(one.json['payload']);
export const messageIdOf = (one: FrameView): string =>
  one.frame.direction === 'sent'
    ? textOf(one.json['message_id'])
    : textOf(objectOf(payloadOf(one)['context'])['message_id']);
export const threadIdOf = (one: FrameView): string => textOf(objectOf(payloadOf(one)['context'])['thread_id']);

export const promptOf = (message: FrameView): string => {
  const payload = objectOf(message.json['payload']);
  return textOf(payload['content']) === '' ? textOf(payload['user_request']) : textOf(payload['content']);
};

const answerOf = (one: FrameView): string => textOf(objectOf(payloadOf(one)['result'])['answer']);

interface Run {
  readonly id: string;
  readonly events: readonly FrameView[];
}

const runsOf = (view: SocketView): readonly Run[] => {
  const events = view.received.filter(isAgentEvent);
  return [...new Set(events.map(runIdOf))].map((id) => ({ id, events: events.filter((one) => runIdOf(one) === id) }));
};

const has = (run: Run, type: AgentEventType): boolean => run.events.some((one) => one.type === type);
const countOf = (run: Run, type: AgentEventType): number => run.events.filter((one) => one.type === type).length;

const fits = [
  'events-missing',
  'events-order',
  'answer-wrong',
  'answer-failure',
  'deadline',
  'ws-frame',
  'foreign-data',
  'ws-mute',
] as const;

/** A run that begins in one id and goes on in another. */
const misrouted = (view: SocketView, runs: readonly Run[]): FindingDraft | null => {
  const headless = runs.filter((run) => !has(run, 'agent_started'));
  const cut = runs.filter((run) => has(run, 'agent_started') && run.events.length === 1);
  if (headless.length === 0) return null;
  const fact = `${subjectOf(view)}: ${runs.map((run) => `run ${run.id === '' ? 'without id' : run.id} has ${run.events.map(({ type }) => type).join(', ')}`).join('; ')}`;
  if (headless.some(({ id }) => id === ''))
    return {
      cause: 'event-contract',
      phase: 'events',
      signal: 'high',
      fact,
      detail: 'events without run_id',
      rank: 1,
      fits,
    };
  if (cut.length > 0)
    return {
      cause: 'event-misrouted',
      phase: 'events',
      signal: 'high',
      fact,
      detail: 'events carry the id of another run',
      rank: 1,
      fits,
    };
  return view.s.framesDropped > 0
    ? null
    : {
        cause: 'event-delivery-lost',
        phase: 'events',
        signal: 'medium',
        fact,
        detail: 'agent_started is missing',
        rank: 1,
        fits,
      };
};

const outOfOrder = (run: Run): string | null => {
  const twice = (['agent_started', 'agent_completed'] as const).find((type) => countOf(run, type) > 1);
  if (twice !== undefined) return `${twice} twice`;
  if (run.events[0]?.type !== 'agent_started' && has(run, 'agent_started')) return 'agent_started is not the first';
  const end = run.events.findIndex(({ type }) => type === 'agent_completed' || type === 'agent_error');
  if (end !== -1 && end < run.events.length - 1) return `${run.events.at(-1)?.type ?? ''} after the end`;
  let open = 0;
  for (const { type } of run.events) {
    if (type === 'tool_executing') open++;
    if (type === 'tool_completed' && --open < 0 && has(run, 'tool_executing'))
      return 'tool_completed before its tool_executing';
  }
  const steps = run.events.filter(({ type }) => type === 'agent_thinking').map((one) => payloadOf(one)['step_number']);
  if (
    steps.some(
      (step, index) =>
        typeof step === 'number' && typeof steps[index - 1] === 'number' && step <= Number(steps[index - 1]),
    )
  )
    return 'steps go backwards';
  const times = run.events.map((one) => Date.parse(textOf(one.json['timestamp'])));
  return times.some((time, index) => index > 0 && time < (times[index - 1] ?? 0)) ? 'timestamps fall' : null;
};

const shapeless = (run: Run): string | null => {
  for (const one of run.events) {
    if (one.frame.text.endsWith('…') || !(AGENT_EVENT_TYPES as readonly string[]).includes(one.type)) continue;
    const result = agentEvent.safeParse(one.json);
    if (!result.success)
      return `${one.type}: ${result.error.issues[0]?.path.join('.') ?? ''} ${result.error.issues[0]?.message ?? ''}`;
  }
  return null;
};

const missing = (run: Run): readonly string[] =>
  (['agent_started', 'agent_thinking', 'tool_executing', 'tool_completed'] as const).filter((type) => !has(run, type));

const unfinished = (scene: Scene, view: SocketView, run: Run): FindingDraft | null => {
  const last = run.events.at(-1);
  const end = Math.max(view.s.close?.at ?? 0, view.s.phases.end ?? 0, ...view.s.frames.map(({ at }) => at));
  if (last === undefined || (view.s.close !== null && view.s.close.by !== 'client') || end - last.frame.at < 1_000)
    return null;
  const fact = `${subjectOf(view)}: run stops after ${last.type}, ${Math.round(end - last.frame.at)} ms of silence`;
  const agents = agentsOverHttp(scene);
  if (scene.probes.stored === true)
    return {
      cause: 'event-delivery-lost',
      phase: 'events',
      signal: 'high',
      fact: `${fact}; the answer stands in the thread`,
      detail: 'executed, events not delivered',
      fits,
    };
  if (agents.state === 'refused')
    return {
      cause: 'agent-service-down',
      phase: 'events',
      signal: 'medium',
      fact,
      detail: 'no agent runs on any surface',
      fits,
    };
  return {
    ...stalledDraft(fact),
    signal: agents.state === 'stalled' || scene.probes.stored === false ? 'high' : 'medium',
    fits,
  };
};

/** The first thing that is wrong with the runs of this socket. */
export const eventsDraft = (scene: Scene, view: SocketView): FindingDraft | null => {
  const asked = view.sent.filter(isChat);
  if (!welcomed(view) || asked.length === 0) return null;
  const runs = runsOf(view);
  const astray = misrouted(view, runs);
  if (astray !== null) return astray;
  for (const run of runs) {
    const names = run.events.map(({ type }) => type).join(', ');
    const fact = `${subjectOf(view)}: ${names}`;
    const failure = run.events.find(({ type }) => type === 'agent_error');
    if (failure !== undefined)
      return failedDraft(scene, `${fact}; ${textOf(payloadOf(failure)['error_message'])}`, 'agent_error', 'ws');
    const order = outOfOrder(run);
    if (order !== null)
      return {
        cause: 'event-order',
        phase: 'events',
        signal: 'high',
        fact,
        detail: 'events doubled or in wrong order',
        rank: 1,
        fits,
      };
    if (!has(run, 'agent_completed')) {
      const cut = unfinished(scene, view, run);
      if (cut !== null) return cut;
      continue;
    }
    const starter = run.events.find(({ type }) => type === 'agent_started');
    const message =
      asked.find(
        (one) => starter !== undefined && messageIdOf(one) !== '' && messageIdOf(one) === messageIdOf(starter),
      ) ?? (asked.length === 1 ? asked[0] : undefined);
    const done = run.events.find(({ type }) => type === 'agent_completed');
    // A canned run is wrong as a whole: its events are wrong because of it.
    const answer =
      message === undefined || done === undefined
        ? null
        : answerDraft({
            question: questionOf(promptOf(message)),
            answer: answerOf(done),
            others: otherAnswers(scene, view, run.id),
            fact: `${fact}; answer ${answerOf(done).slice(0, 80)}`,
            surface: '/ws',
          });
    const cannedTool = run.events.some((one) => textOf(payloadOf(one)['tool_name']) === 'analysis_tool');
    if (answer?.cause === 'agent-fake-answer') return { ...answer, fits };
    if (answer !== null && cannedTool)
      return { ...answer, cause: 'agent-fake-answer', signal: 'high', detail: 'canned events and answer', fits };
    const gone = missing(run);
    // Without the arithmetic that was asked for there is neither its answer nor its tool.
    if (answer !== null && gone.every((type) => type.startsWith('tool_'))) return { ...answer, fits };
    if (gone.length > 0)
      return {
        cause: 'event-delivery-lost',
        phase: 'events',
        signal: 'high',
        fact: `${fact}; missing ${gone.join(', ')}`,
        detail: `run completes, ${gone.join(' and ')} never arrive`,
        rank: 1,
        fits,
      };
    const shape = shapeless(run);
    if (shape !== null)
      return {
        cause: 'event-contract',
        phase: 'events',
        signal: 'high',
        fact: `${fact}; ${shape}`,
        detail: `required fields missing: ${shape.split(':')[0] ?? ''}`,
        rank: 1,
        fits,
      };
    if (answer !== null) return { ...answer, fits };
  }
  return null;
};

const otherAnswers = (scene: Scene, view: SocketView, run: string) =>
  scene.sockets.flatMap((socket) =>
    socket.sent
      .filter(isChat)
      .flatMap((message) =>
        socket.received
          .filter(
            (one) => one.type === 'agent_completed' && !(socket.connection === view.connection && runIdOf(one) === run),
          )
          .map((one) => ({ question: questionOf(promptOf(message)), answer: answerOf(one) })),
      ),
  );
