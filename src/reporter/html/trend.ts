/** The last thirty runs against the same target. */
import { instant, money } from '../format.ts';
import { RUNS_SHOWN } from '../history.ts';
import type { HistoryEntry } from '../history.ts';
import type { RESULTS } from '../record.ts';
import type { Report } from '../report.ts';
import { chart } from './chart.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';

const ORDER = ['verified', 'degraded', 'flaky', 'unverified', 'failed'] as const;
const LETTER: Readonly<Record<HistoryEntry['verdict'], string>> = {
  GO: 'G',
  HOLD: 'H',
  CONDITIONAL: 'C',
  INCONCLUSIVE: 'I',
  DOWN: 'D',
  MISUSE: 'M',
};

const countOf = (run: HistoryEntry, result: (typeof RESULTS)[number]): number =>
  Object.entries(run.results).filter(([id, shown]) => id.startsWith('P1-') && shown === result).length;

export const trend = ({ trend: { runs, newlyFailed, recovered, failingSince, flaky, unreadable } }: Report): Markup => {
  const parts = runs
    .flatMap((run, index) =>
      ORDER.map((result) => ({
        index,
        result,
        count: countOf(run, result),
        title: `${instant(run.startedAt)} ${run.verdict}\n${countOf(run, result)} ${result}`,
      })),
    )
    .filter((part) => part.count > 0);
  const label = `Results of the last ${runs.length} runs: ${runs
    .slice(-5)
    .map((run) => `${run.startedAt.slice(0, 10)} ${run.verdict}`)
    .join(', ')}.`;
  const facts = [
    newlyFailed.length === 0 ? null : html`<li><b>New since the last run</b> ${newlyFailed.join(', ')}</li>`,
    recovered.length === 0 ? null : html`<li><b>Recovered</b> ${recovered.join(', ')}</li>`,
    ...[...failingSince]
      .filter(([, { runs: count }]) => count > 1)
      .slice(0, 8)
      .map(
        ([id, { startedAt, runs: count }]) =>
          html`<li><b>${id}</b> failing since ${instant(startedAt)}, ${count} runs</li>`,
      ),
    ...[...flaky]
      .slice(0, 8)
      .map(([id, count]) => html`<li><b>${id}</b> flaky in ${count} of ${runs.length} runs</li>`),
    unreadable === 0 ? null : html`<li>${unreadable} unreadable lines of the history were passed over</li>`,
  ].filter((fact) => fact !== null);
  return html`<section class="card" aria-labelledby="trend-title">
    <h2 id="trend-title">Trend</h2>
    <p class="hint">
      ${runs.length < 2 ? 'The first run against this target; a trend needs more.' : `The last ${runs.length} runs against this target (at most ${RUNS_SHOWN}), the newest on the right. Letters: ${[...new Set(runs.map((run) => run.verdict))].map((verdict) => `${LETTER[verdict]} ${verdict}`).join(', ')}.`}
    </p>
    ${
      runs.length < 2
        ? null
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Trend picture">
            ${chart(label, (plot) => ({
              width: 1_000,
              height: 190,
              marginLeft: 34,
              marginTop: 26,
              marginBottom: 30,
              x: {
                type: 'band',
                label: null,
                domain: Array.from({ length: RUNS_SHOWN }, (_, index) => index),
                tickFormat: (index: number) => runs[index]?.startedAt.slice(5, 10) ?? '',
                ticks: runs.map((_, index) => index).filter((index) => index % 3 === 0),
                tickSize: 0,
                padding: 0.25,
              },
              y: { label: null, ticks: 4, grid: true, domain: [0, 22] },
              color: {
                domain: [...ORDER],
                range: ORDER.map((result) => `var(--${result}${result === 'verified' ? '-quiet' : ''})`),
              },
              marks: [
                plot.barY(parts, { x: 'index', y: 'count', fill: 'result', order: [...ORDER], title: 'title' }),
                plot.text(
                  runs.map((run, index) => ({
                    index,
                    letter: LETTER[run.verdict],
                    title: `${instant(run.startedAt)} ${run.verdict}, ${money(run.confirmed, run.currency)} confirmed`,
                  })),
                  { x: 'index', y: 22, dy: -10, text: 'letter', title: 'title', fontWeight: 600 },
                ),
              ],
            }))}
          </div>`
    }
    ${
      facts.length === 0
        ? null
        : html`<ul class="facts">
            ${facts}
          </ul>`
    }
  </section>`;
};
