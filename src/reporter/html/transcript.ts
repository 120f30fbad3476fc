/** The wire as a sequence: client on the left, server on the right, time running down. */
import type { Exchange, SocketTrace, TestEvidence } from '../../evidence/trace.ts';
import { oneLine } from '../../evidence/one-line.ts';
import { duration } from '../format.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';

const SOCKETS = 3;
const EXCHANGES = 6;
const FRAMES = 24;
const TEXT = 220;

interface Line {
  readonly at: number | null;
  readonly from: 'client' | 'server' | 'network';
  readonly what: string;
  readonly text: string;
  readonly bad?: boolean;
}

const line = ({ at, from, what, text, bad }: Line): Markup =>
  html`<li class="${from}${bad === true ? ' bad' : ''}">
    <span class="at">${at === null ? '' : `${Math.round(at)} ms`}</span
    ><span class="arrow" aria-hidden="true">${from === 'client' ? '→' : from === 'server' ? '←' : '⨯'}</span
    ><span class="said"><span class="unseen">${from}: </span><b>${oneLine(what, 80)}</b> ${oneLine(text, TEXT)}</span>
  </li>`;

const socketLines = (socket: SocketTrace): Line[] => {
  const { phases, upgrade, error, frames, close } = socket;
  const offered =
    socket.offered.length === 0 ? '' : `offers ${socket.offered.map((protocol) => oneLine(protocol, 24)).join(', ')}`;
  const lines: Line[] = [
    {
      at: phases.sent ?? 0,
      from: 'client',
      what: 'upgrade',
      text: `${socket.url} as ${socket.identity}, token ${socket.carrier === null ? 'not sent' : `by ${socket.carrier}`} ${offered}`,
    },
  ];
  if (upgrade !== null)
    lines.push({
      at: phases.head,
      from: 'server',
      what: `HTTP ${upgrade.status}`,
      text: upgrade.body,
      bad: socket.expected !== 'upgrade-refusal',
    });
  else if (phases.head !== null)
    lines.push({
      at: phases.head,
      from: 'server',
      what: '101',
      text: socket.selected === null ? 'no subprotocol selected' : `subprotocol ${socket.selected}`,
    });
  for (const frame of frames.slice(0, FRAMES))
    lines.push({
      at: frame.at,
      from: frame.direction === 'sent' ? 'client' : 'server',
      what: frame.type ?? frame.kind,
      text: frame.kind === 'text' ? frame.text : `${frame.bytes} bytes`,
    });
  const hidden = Math.max(0, frames.length - FRAMES) + socket.framesDropped;
  if (hidden > 0) lines.push({ at: null, from: 'network', what: `${hidden} more frames`, text: 'in evidence.json' });
  if (error !== null)
    lines.push({ at: phases.end, from: 'network', what: error.code ?? error.name, text: error.message, bad: true });
  if (close !== null)
    lines.push({
      at: close.at,
      from: close.by,
      what: `close ${close.code}`,
      text: `${close.reason === '' ? 'without a reason' : `"${close.reason}"`}${close.by === 'network' ? ', the connection broke' : ''}`,
      bad: close.by !== 'client' && socket.expected === 'welcome',
    });
  return lines;
};

const asExpected = ({ expected, status }: Exchange): boolean =>
  expected === null || (status !== null && expected.split('/').includes(status.toString()));

const exchangeLines = (exchange: Exchange): Line[] => [
  {
    at: exchange.phases.sent ?? 0,
    from: 'client',
    what: `${exchange.method} ${exchange.url}`,
    text: `as ${exchange.identity}`,
  },
  exchange.error === null
    ? {
        at: exchange.phases.end,
        from: 'server',
        what: `HTTP ${exchange.status ?? '–'}`,
        text: `${asExpected(exchange) ? '' : `(expected ${exchange.expected ?? ''}) `}${exchange.body}`,
        bad: !asExpected(exchange),
      }
    : {
        at: exchange.phases.end,
        from: 'network',
        what: exchange.error.code ?? exchange.error.name,
        text: exchange.error.message,
        bad: true,
      },
];

const sequence = (title: string, lines: readonly Line[]): Markup =>
  html`<figure class="sequence">
    <figcaption>
      ${title}<span class="sides" aria-hidden="true"><span>client →</span><span>← server</span></span>
    </figcaption>
    <ol>
      ${lines.map(line)}
    </ol>
  </figure>`;

/** The sockets and exchanges of one attempt that say most: the unexpected first. */
export const transcript = (evidence: TestEvidence): Markup => {
  const unexpected = (socket: SocketTrace) =>
    socket.expected === 'welcome' &&
    (socket.welcomeAt === null || (socket.close !== null && socket.close.by !== 'client'));
  const sockets = evidence.sockets.toSorted((a, b) => Number(unexpected(b)) - Number(unexpected(a))).slice(0, SOCKETS);
  const odd = evidence.exchanges.filter((exchange) => exchange.error !== null || !asExpected(exchange));
  const exchanges = (odd.length > 0 ? odd : sockets.length > 0 ? [] : evidence.exchanges).slice(0, EXCHANGES);
  return html`<div class="transcript">
    ${sockets.map((socket) => sequence(`${evidence.test}, socket ${socket.id}${socket.probe === null ? '' : ` (probe ${socket.probe})`}`, socketLines(socket)))}
    ${exchanges.map((exchange) => sequence(`${evidence.test}, request ${exchange.id}${exchange.probe === null ? '' : ` (probe ${exchange.probe})`}${exchange.phases.end === null ? '' : `, ${duration(exchange.phases.end)}`}`, exchangeLines(exchange)))}
    ${sockets.length + exchanges.length === 0 ? html`<p>Nothing was recorded on the wire.</p>` : null}
  </div>`;
};
