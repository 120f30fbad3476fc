/** When each test ran, and how long each attempt took. */
import { duration } from '../format.ts';
import type { Report } from '../report.ts';
import { chart } from './chart.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';

const COLOURS = {
  passed: 'var(--verified)',
  failed: 'var(--failed)',
  timedOut: 'var(--failed)',
  interrupted: 'var(--unverified)',
  skipped: 'var(--unverified)',
} as const;

/** More lines than this are no picture any more. */
const LINES = 60;

export const timeline = ({ record, assessment }: Report): Markup => {
  const start = Date.parse(record.startedAt);
  const rows = assessment.rows.filter((row) => row.priority === 'P1' || row.attempts.length > 0).slice(0, LINES);
  const bars = rows.flatMap((row) =>
    row.attempts.map((attempt) => {
      const from = Math.max(0, (Date.parse(attempt.startedAt) - start) / 1_000);
      return {
        id: row.id,
        from,
        to: from + Math.max(0.01, attempt.durationMs / 1_000),
        status: row.result === 'degraded' && attempt.status === 'passed' ? 'degraded' : attempt.status,
        title: `${row.id} ${row.name}\nattempt ${attempt.retry + 1}: ${attempt.status}, ${duration(attempt.durationMs)}, worker ${attempt.worker}`,
      };
    }),
  );
  if (bars.length === 0)
    return html`<section class="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <p>No test was started.</p>
    </section>`;
  const slowest = rows
    .flatMap((row) => row.attempts.map((attempt) => ({ id: row.id, ms: attempt.durationMs })))
    .sort((a, b) => b.ms - a.ms)[0];
  const label = `Timeline of ${bars.length} attempts in ${duration(record.durationMs)}; the longest, ${slowest?.id ?? ''}, took ${duration(slowest?.ms ?? 0)}.`;
  return html`<section class="card" aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    <p class="hint">${label} Durations as the runner measured them.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Timeline picture">
      ${chart(label, (plot) => ({
        width: 1_000,
        height: rows.length * 20 + 50,
        marginLeft: 56,
        marginTop: 8,
        marginBottom: 34,
        x: {
          label: 'seconds since the start',
          grid: true,
          domain: [0, Math.max(record.durationMs / 1_000, ...bars.map((bar) => bar.to))],
        },
        y: { label: null, domain: rows.map((row) => row.id), padding: 0.3, tickSize: 0 },
        color: { domain: [...Object.keys(COLOURS), 'degraded'], range: [...Object.values(COLOURS), 'var(--degraded)'] },
        marks: [plot.barX(bars, { x1: 'from', x2: 'to', y: 'id', fill: 'status', rx: 2, title: 'title' })],
      }))}
    </div>
  </section>`;
};
