/** A socket as a picture: client on the left, server on the right, time running down. As SVG and as plain text. */
import type { Frame, SocketTrace } from '../evidence/trace.ts';

interface Step {
  readonly at: number;
  readonly from: 'client' | 'server' | 'nobody';
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

/** Above this many, the middle of a trace says nothing new. */
const MOST_STEPS = 48;
const LABEL = 64;

const oneLine = (text: string, length: number): string => {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat;
};

const valueOf = (text: string, name: string): string =>
  new RegExp(`"${name}"\\s*:\\s*"([^"]{1,60})"`).exec(text)?.[1] ?? '';

/** What a frame says, in the fewest words that tell it from its neighbours. */
const frameText = (frame: Frame): string => {
  const kind = frame.kind === 'text' ? '' : `(${frame.kind}) `;
  const facts = ['event', 'error_code', 'received_type', 'user_id', 'run_id', 'tool_name', 'message_id']
    .map((name) => valueOf(frame.text, name))
    .filter((value) => value !== '' && value !== frame.type);
  const what = frame.type ?? oneLine(frame.text, 40);
  const size = frame.bytes > 1_024 ? ` ${frame.bytes} bytes` : '';
  return oneLine(`${kind}${what}${facts.length > 0 ? `: ${facts.slice(0, 2).join(', ')}` : ''}${size}`, LABEL);
};

const frameStep = (frame: Frame): Step => ({
  at: frame.at,
  from: frame.direction === 'sent' ? 'client' : 'server',
  text: frameText(frame),
  tone:
    frame.type === 'error_message' || frame.type === 'agent_error'
      ? 'bad'
      : /connection_established/.test(frame.text)
        ? 'good'
        : 'plain',
});

const opening = (trace: SocketTrace): Step[] => {
  const { phases, upgrade } = trace;
  const token = trace.carrier === null ? 'no token' : `token by ${trace.carrier}`;
  const steps: Step[] = [
    {
      at: phases.tcp ?? 0,
      from: 'client',
      text: `GET ${trace.url.replace(/^\w+:\/\/[^/]+/, '').replace(/\?.*/, '')} Upgrade, ${token}`,
      tone: 'plain',
    },
  ];
  if (upgrade !== null)
    steps.push({
      at: phases.head ?? phases.end ?? 0,
      from: 'server',
      text: oneLine(`HTTP ${upgrade.status} ${upgrade.body}`, LABEL),
      tone: 'bad',
    });
  else if (phases.head !== null)
    steps.push({ at: phases.head, from: 'server', text: `101, subprotocol ${trace.selected ?? 'none'}`, tone: 'good' });
  return steps;
};

const ending = (trace: SocketTrace): Step[] => {
  const { close, error, phases } = trace;
  const steps: Step[] =
    error === null
      ? []
      : [
          {
            at: close?.at ?? phases.end ?? 0,
            from: 'nobody',
            text: oneLine(`error ${error.code ?? ''} ${error.message}`, LABEL),
            tone: 'bad',
          },
        ];
  if (close !== null)
    steps.push({
      at: close.at,
      from: close.by === 'network' ? 'nobody' : close.by,
      text:
        close.by === 'network'
          ? 'connection ends without a close frame (1006)'
          : oneLine(`close ${close.code}${close.reason === '' ? '' : ` "${close.reason}"`}`, LABEL),
      tone: close.by === 'client' || close.code === 1000 ? 'plain' : 'bad',
    });
  else if (trace.upgrade === null && error === null)
    steps.push({
      at: phases.end ?? trace.frames.at(-1)?.at ?? 0,
      from: 'nobody',
      text: 'still open at the end of the record',
      tone: 'plain',
    });
  return steps;
};

const stepsOf = (trace: SocketTrace): Step[] => {
  const frames = trace.frames.map(frameStep);
  const half = MOST_STEPS / 2;
  const middle = frames.length - MOST_STEPS + trace.framesDropped;
  const kept: Step[] =
    frames.length <= MOST_STEPS
      ? frames
      : [
          ...frames.slice(0, half),
          { at: frames[half]?.at ?? 0, from: 'nobody', text: `${middle} more frames`, tone: 'plain' },
          ...frames.slice(-half),
        ];
  return [...opening(trace), ...kept, ...ending(trace)];
};

const titleOf = (trace: SocketTrace): string =>
  `socket ${trace.id} as ${trace.identity === '' ? 'nobody' : trace.identity}, ${trace.detection ? 'with' : 'without'} E2E headers${trace.welcomeAt === null ? '' : `, welcomed after ${Math.round(trace.welcomeAt)} ms`}`;

const clock = (ms: number): string => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`);

export const sequenceText = (trace: SocketTrace): string => {
  const arrow = { client: 'client ──▶ server', server: 'client ◀── server', nobody: '       ·         ' } as const;
  return [
    titleOf(trace),
    ...stepsOf(trace).map((step) => `${clock(step.at).padStart(10)}  ${arrow[step.from]}  ${step.text}`),
  ].join('\n');
};

/** Characters that XML does not know at all, escaped or not: controls and halves of a pair. */
const isXml = (point: number): boolean =>
  point === 9 ||
  point === 10 ||
  point === 13 ||
  (point >= 0x20 && point < 0xd800) ||
  (point > 0xdfff && point < 0xfffe) ||
  point > 0xffff;

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** No text of a server gets out of its element. */
const escaped = (text: string): string =>
  Array.from(text, (sign) => (isXml(sign.codePointAt(0) ?? 0) ? (ENTITY[sign] ?? sign) : '\ufffd')).join('');

const WIDTH = 760;
const LEFT = 130;
const RIGHT = 640;
const TOP = 64;
const ROW = 30;
const COLOUR = { plain: '#475569', good: '#15803d', bad: '#b91c1c' } as const;

const arrowOf = (step: Step, y: number): string => {
  const colour = COLOUR[step.tone];
  const middle = (LEFT + RIGHT) / 2;
  const label = `<text x="${middle}" y="${y - 5}" text-anchor="middle" fill="${colour}">${escaped(step.text)}</text>`;
  const time = `<text x="${LEFT - 14}" y="${y + 4}" text-anchor="end" fill="#64748b">${escaped(clock(step.at))}</text>`;
  if (step.from === 'nobody')
    return `${time}${label}<line x1="${LEFT}" y1="${y}" x2="${RIGHT}" y2="${y}" stroke="${colour}" stroke-dasharray="2 5"/>`;
  const [from, to] = step.from === 'client' ? [LEFT, RIGHT] : [RIGHT, LEFT];
  const back = to === RIGHT ? -8 : 8;
  return `${time}${label}<line x1="${from}" y1="${y}" x2="${to}" y2="${y}" stroke="${colour}" stroke-width="1.5"/><path d="M${to} ${y} l${back} -4 v8 z" fill="${colour}"/>`;
};

export const sequenceSvg = (trace: SocketTrace): string => {
  const steps = stepsOf(trace);
  const height = TOP + steps.length * ROW + 24;
  const lifeline = (x: number, name: string) =>
    `<text x="${x}" y="44" text-anchor="middle" font-weight="600" fill="#0f172a">${name}</text><line x1="${x}" y1="52" x2="${x}" y2="${height - 12}" stroke="#cbd5e1"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(titleOf(trace))}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="12" y="20" font-size="13" font-weight="600" fill="#0f172a">${escaped(titleOf(trace))}</text>`,
    lifeline(LEFT, 'client'),
    lifeline(RIGHT, 'server'),
    ...steps.map((step, index) => arrowOf(step, TOP + 14 + index * ROW)),
    '</svg>',
  ].join('');
};
