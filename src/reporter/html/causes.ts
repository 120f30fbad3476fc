/** One card a cause: what, how sure, which tests, what speaks for it, what to do first. */
import type { CauseGroup } from '../causes.ts';
import { duration, instant } from '../format.ts';
import { nextSteps } from '../report.ts';
import type { Report } from '../report.ts';
import type { Row } from '../record.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';
import { transcript } from './transcript.ts';
import { testLink } from './words.ts';

const EVIDENCE = 12;
const CARDS = 40;

const wire = ({ evidence }: Report, tests: readonly string[]): Markup | null => {
  const found = tests.map((id) => evidence.get(id)?.at(-1)).find((each) => each !== undefined);
  return found === undefined
    ? null
    : html`<details>
        <summary>Transcript of ${found.test}</summary>
        ${transcript(found)}
      </details>`;
};

const since = ({ trend }: Report, tests: readonly string[]): Markup | null => {
  const fresh = tests.filter((id) => trend.newlyFailed.includes(id));
  const longest = tests
    .map((id) => trend.failingSince.get(id))
    .filter((each) => each !== undefined)
    .sort((a, b) => b.runs - a.runs)[0];
  if (fresh.length === tests.length) return html`<p class="since">New since the last run</p>`;
  return longest === undefined || longest.runs < 2
    ? null
    : html`<p class="since">Failing since ${instant(longest.startedAt)}, ${longest.runs} runs</p>`;
};

const testsOf = ({ record }: Report, ids: readonly string[]): Markup =>
  html`<p class="tests">
    ${ids.map((id) => testLink(id, record.rows.find((row) => row.id === id)?.result ?? 'failed'))}
  </p>`;

const card = (report: Report, group: CauseGroup): Markup =>
  html`<article class="cause">
    <header>
      <h3>${group.cause}</h3>
      <span class="confidence ${group.confidence}">${group.confidence} confidence</span>
    </header>
    <p class="detail">${group.detail}</p>
    ${testsOf(report, group.tests)}${since(report, group.tests)}
    <p class="next"><b>Do first</b> ${group.next_step}</p>
    <details>
      <summary>Evidence (${group.evidence.length}) and what was ruled out (${group.ruled_out.length})</summary>
      <ul>
        ${group.evidence.slice(0, EVIDENCE).map((line) => html`<li>${line.fact} <span class="source">${line.phase} · ${line.source}</span></li>`)}${group.evidence.length > EVIDENCE ? html`<li>and ${group.evidence.length - EVIDENCE} more in run.json</li>` : null}
      </ul>
      ${
        group.ruled_out.length === 0
          ? null
          : html`<h4>Ruled out</h4>
              <ul>
                ${group.ruled_out.map((line) => html`<li><b>${line.cause}</b>: ${line.because}</li>`)}
              </ul>`
      }
      ${
        group.also === undefined || group.also.length === 0
          ? null
          : html`<h4>Also met</h4>
              <ul>
                ${group.also.map((line) => html`<li>${line.test}: <b>${line.cause}</b>, ${line.detail}</li>`)}
              </ul>`
      }
    </details>
    ${wire(report, group.tests)}
  </article>`;

const namelessCard = (report: Report, rows: readonly Row[]): Markup =>
  html`<article class="cause">
    <header><h3>No cause named</h3></header>
    <p class="detail">${rows.length} failed without a named cause. Their own words:</p>
    <ul>
      ${rows.slice(0, EVIDENCE).map((row) => html`<li>${testLink(row.id, row.result)} ${row.reason ?? ''} <span class="source">${duration(row.attempts.at(-1)?.durationMs ?? 0)}</span></li>`)}${rows.length > EVIDENCE ? html`<li>and ${rows.length - EVIDENCE} more in the results</li>` : null}
    </ul>
    ${wire(
      report,
      rows.map((row) => row.id),
    )}
  </article>`;

export const causes = (report: Report): Markup => {
  const { record } = report;
  const explained = new Set(record.causes.flatMap((group) => group.tests));
  const nameless = record.rows.filter((row) => row.result === 'failed' && !explained.has(row.id));
  const cards = [
    ...record.causes.slice(0, CARDS).map((group) => card(report, group)),
    ...(nameless.length === 0 ? [] : [namelessCard(report, nameless)]),
  ];
  const beside = html`<div class="stack">
    <article class="cause steps">
      <header><h3>${cards.length === 0 ? 'To do' : 'Next steps'}</h3></header>
      <ol>
        ${nextSteps(report).map((step) => html`<li>${step}</li>`)}
      </ol>
    </article>
    ${record.findings.map(
      (finding) =>
        html`<article class="cause finding">
          <header><h3>${finding.kind === 'security' ? 'Security' : 'Contradiction'}</h3></header>
          <p class="detail">${finding.statement}</p>
          <ul>
            ${finding.evidence.slice(0, EVIDENCE).map((line) => html`<li>${line}</li>`)}
          </ul>
        </article>`,
    )}
  </div>`;
  return html`<section aria-labelledby="causes-title">
    <h2 id="causes-title">${cards.length === 0 ? 'Next steps' : 'Causes and next steps'}</h2>
    <div class="cards${cards.length === 0 ? ' single' : ''}">
      ${cards.length === 0 ? null : html`<div class="stack">${cards}</div>`}${beside}
    </div>
  </section>`;
};
