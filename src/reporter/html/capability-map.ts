/** What depends on what: causes (roots) on the left, capabilities (symptoms), money on the right. */
import { allStreams } from '../assess.ts';
import { oneLine } from '../../evidence/one-line.ts';
import { money } from '../format.ts';
import type { Report } from '../report.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';
import { SYMBOL } from './words.ts';

const WIDTH = 1_000;
const HEIGHT = 46;
const GAP = 14;
/** Room for the titles of the columns. */
const HEAD = 34;

type Column = 'cause' | 'capability' | 'stream';
type Columns = Readonly<Record<Column, { readonly x: number; readonly width: number }>>;
const WITH_CAUSES: Columns = {
  cause: { x: 0, width: 270 },
  capability: { x: 370, width: 270 },
  stream: { x: 740, width: 260 },
};
const WITHOUT_CAUSES: Columns = {
  cause: { x: 0, width: 0 },
  capability: { x: 0, width: 420 },
  stream: { x: 580, width: 420 },
};

interface Box {
  readonly key: string;
  readonly column: Column;
  readonly state: string;
  readonly title: string;
  readonly note: string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly state: string;
}

const edgesAndBoxes = ({ record, assessment }: Report): { boxes: Box[]; edges: Edge[] } => {
  const boxes: Box[] = [];
  const edges: Edge[] = [];
  const { capabilities, currency } = assessment;
  const explained = new Set(record.causes.flatMap((group) => group.tests));

  const causes = record.causes.map((group) => ({
    name: group.cause,
    note: `${group.confidence} confidence, explains ${group.tests.length}`,
    tests: group.tests,
  }));
  const nameless = record.rows
    .filter((row) => row.priority === 'P1' && row.result === 'failed' && !explained.has(row.id))
    .map((row) => row.id);
  if (nameless.length > 0) causes.push({ name: 'no cause named', note: `${nameless.length} failed`, tests: nameless });
  for (const [index, cause] of causes.entries()) {
    boxes.push({ key: `cause ${index}`, column: 'cause', state: 'broken', title: cause.name, note: cause.note });
    for (const capability of capabilities)
      if (capability.tests.some(({ id }) => cause.tests.includes(id)))
        edges.push({ from: `cause ${index}`, to: capability.id, state: 'broken' });
  }
  for (const capability of capabilities) {
    const bad = capability.tests.filter(({ result }) => result !== 'verified').length;
    const note =
      bad === 0 ? `${capability.tests.length} verified` : `${bad} of ${capability.tests.length} not verified`;
    boxes.push({
      key: capability.id,
      column: 'capability',
      state: capability.state,
      title: capability.id,
      note: `${note}${capability.security ? ' · security' : ''}`,
    });
  }
  for (const stream of allStreams(assessment)) {
    const state = stream.confirmed > 0 ? 'broken' : stream.unverified > 0 ? 'unverified' : 'verified';
    const exposed =
      stream.confirmed > 0
        ? `${money(stream.confirmed, currency)} exposed`
        : stream.unverified > 0
          ? `up to ${money(stream.unverified, currency)} open`
          : 'not exposed';
    boxes.push({
      key: `stream ${stream.id}`,
      column: 'stream',
      state,
      title: `${stream.id} ${money(stream.mrr, currency)}`,
      note: exposed,
    });
    const own = [...stream.because, ...stream.open];
    for (const need of stream.needs) {
      const capability = capabilities.find(({ id }) => id === need.capability);
      const state = capability !== undefined && own.includes(capability.id) ? capability.state : 'quiet';
      edges.push({ from: need.capability, to: `stream ${stream.id}`, state });
    }
  }
  return { boxes, edges };
};

type Place = { readonly x: number; readonly y: number; readonly width: number };

const evenly = (boxes: readonly Box[], tallest: number): number[] => {
  const free = tallest * (HEIGHT + GAP) - GAP - boxes.length * HEIGHT;
  const gap = boxes.length < tallest ? free / (boxes.length + 1) : GAP;
  return boxes.map((_, index) => HEAD + (boxes.length < tallest ? gap : 0) + index * (HEIGHT + gap));
};

/** A cause stands beside what it breaks, unless there are more causes than capabilities. */
const beside = (
  boxes: readonly Box[],
  edges: readonly Edge[],
  capabilities: ReadonlyMap<string, Place>,
): Map<string, number> => {
  const wanted = boxes.map((box) => {
    const targets = edges.filter((edge) => edge.from === box.key).flatMap((edge) => capabilities.get(edge.to)?.y ?? []);
    return { key: box.key, y: targets.length === 0 ? HEAD : targets.reduce((sum, y) => sum + y, 0) / targets.length };
  });
  const placed = new Map<string, number>();
  let lowest = HEAD;
  for (const { key, y } of wanted.sort((a, b) => a.y - b.y)) {
    placed.set(key, Math.max(lowest, y));
    lowest = Math.max(lowest, y) + HEIGHT + GAP;
  }
  return placed;
};

const picture = ({ boxes, edges }: { boxes: readonly Box[]; edges: readonly Edge[] }): Markup => {
  const of = (column: Column) => boxes.filter((box) => box.column === column);
  const columns = of('cause').length === 0 ? WITHOUT_CAUSES : WITH_CAUSES;
  const tallest = Math.max(of('capability').length, of('stream').length);
  const place = new Map<string, Place>();
  for (const column of ['capability', 'stream'] as const) {
    const heights = evenly(of(column), tallest);
    for (const [index, box] of of(column).entries())
      place.set(box.key, { ...columns[column], y: heights[index] ?? HEAD });
  }
  for (const [key, y] of beside(of('cause'), edges, place)) place.set(key, { ...columns.cause, y });
  const height = Math.max(...[...place.values()].map((at) => at.y)) + HEIGHT + 2;
  const path = (edge: Edge): Markup | null => {
    const from = place.get(edge.from);
    const to = place.get(edge.to);
    if (from === undefined || to === undefined) return null;
    const [x0, y0, x1, y1] = [from.x + from.width, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2].map(Math.round);
    const middle = Math.round(((x0 ?? 0) + (x1 ?? 0)) / 2);
    return html`<path class="edge ${edge.state}" d="M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}" />`;
  };
  const loud = (edge: Edge) => (edge.state === 'quiet' || edge.state === 'verified' ? 0 : 1);
  const head = (title: string, x: number) => html`<text class="column" x="${x}" y="14">${title}</text>`;
  return html`<svg class="map" viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" aria-hidden="true" focusable="false">
    ${of('cause').length === 0 ? null : head('root cause', columns.cause.x)}${head('capability', columns.capability.x)}${head('declared revenue', columns.stream.x)}
    ${edges.toSorted((a, b) => loud(a) - loud(b)).map(path)}
    ${boxes.map((box) => {
      const at = place.get(box.key);
      if (at === undefined) return null;
      const symbol = SYMBOL[box.state as keyof typeof SYMBOL];
      return html`<g class="box ${box.state}"
        ><rect
          x="${at.x + 0.5}"
          y="${Math.round(at.y) + 0.5}"
          width="${at.width - 1}"
          height="${HEIGHT - 1}"
          rx="8"
        /><text class="mark" x="${at.x + 20}" y="${Math.round(at.y) + 29}">${symbol}</text
        ><text class="title" x="${at.x + 40}" y="${Math.round(at.y) + 20}">${oneLine(box.title, 30)}</text
        ><text class="note" x="${at.x + 40}" y="${Math.round(at.y) + 36}">${oneLine(box.note, 36)}</text></g
      >`;
    })}
  </svg>`;
};

/** The same in words: read aloud, and shown where the picture would be too small. */
const words = ({ record, assessment }: Report): Markup =>
  html`<ul class="map-words">
    ${assessment.capabilities.map((capability) => {
      const roots = record.causes.filter((group) =>
        group.tests.some((id) => capability.tests.some((test) => test.id === id)),
      );
      const atStake = allStreams(assessment).filter((stream) =>
        [...stream.because, ...stream.open].includes(capability.id),
      );
      return html`<li class="${capability.state}">
        <span class="mark" aria-hidden="true">${SYMBOL[capability.state]}</span>
        <div>
          <b>${capability.id}</b>
          ${capability.state}${roots.length === 0 ? '' : `, because of ${roots.map((group) => group.cause).join(', ')}`}${atStake.length === 0 ? '' : `; puts ${atStake.map((stream) => `${stream.id} (${money(stream.mrr, assessment.currency)})`).join(' and ')} at stake`}
        </div>
      </li>`;
    })}
  </ul>`;

export const capabilityMap = (report: Report): Markup =>
  html`<section class="card" aria-labelledby="map-title">
    <h2 id="map-title">What depends on what</h2>
    ${picture(edgesAndBoxes(report))}${words(report)}
  </section>`;
