/** Every test with its attempts; what is long folds away. */
import { duration, instant } from '../format.ts';
import { hasParts } from '../parts.ts';
import type { Row } from '../record.ts';
import type { Report } from '../report.ts';
import { html, textOf } from './template.ts';
import type { Markup } from './template.ts';
import { chip, wordOf } from './words.ts';

/** Rows outside the tier that are listed one by one. */
const FURTHER = 200;
const FAILURES = 5;

const attempts = (row: Row): Markup =>
  html`<ol class="attempts">
    ${row.attempts.map(
      (attempt) =>
        html`<li>
          <p>
            ${attempt.status} after ${duration(attempt.durationMs)}, started ${instant(attempt.startedAt)}, worker
            ${attempt.worker}
          </p>
          ${attempt.failures.slice(0, FAILURES).map((failure) => html`<pre tabindex="0">${failure.excerpt}</pre>`)}
        </li>`,
    )}
  </ol>`;

const parts = (row: Row): Markup | null =>
  hasParts(row)
    ? html`<h3 class="sub">Parts</h3>
        <ol class="parts">
          ${row.parts.map(
            (part) =>
              html`<li class="${wordOf(part.result)}">
                ${chip(part.result)} <b>${part.name}</b>
                <span class="time">${part.durationMs === 0 ? '–' : duration(part.durationMs)}</span>
                ${part.reason === null ? null : html`<p>${part.cause === null ? '' : html`<code>${part.cause.id}</code> `}${part.reason}</p>`}
              </li>`,
          )}
        </ol>
        ${row.outside === null ? null : html`<p class="outside">Outside of its parts: ${row.outside.reason}</p>`}`
    : null;

const list = (title: string, lines: readonly string[]): Markup | null =>
  lines.length === 0
    ? null
    : html`<h3 class="sub">${title}</h3>
        <ul>
          ${lines.slice(0, 20).map((line) => html`<li>${line}</li>`)}
        </ul>`;

const row = (shown: Row, since: string | undefined): Markup => {
  const time = shown.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);
  const links = shown.evidence.filter((link) => link.path !== null);
  return html`<details class="row ${shown.result}" id="${shown.id}">
    <summary>
      <span class="id">${shown.id}</span><span class="name">${shown.name}</span>${chip(shown.result)}<span class="time"
        >${shown.attempts.length === 0 ? '–' : duration(time)}</span
      ><span class="why"
        >${shown.cause === null ? '' : html`<code>${shown.cause.id}</code> `}${shown.reason ?? shown.claim}</span
      >
    </summary>
    <div class="inside">
      <p class="claim">“${shown.claim}”</p>
      <p class="source">
        ${shown.capability}${shown.file === null ? '' : ` · ${shown.file}`}${since === undefined ? '' : ` · failing since ${instant(since)}`}
      </p>
      ${parts(shown)}${attempts(shown)}${list('Degraded', shown.degraded)}${list('Notes', shown.notes)}${list('Not applicable', shown.notApplicable)}${list('Not cleaned up', shown.cleanup)}
      ${links.length === 0 ? null : html`<p class="links">${links.map((link) => html`<a href="${link.path ?? ''}">${link.name}, attempt ${link.attempt + 1}</a> `)}</p>`}
    </div>
  </details> `;
};

export function* results({ record, assessment, trend }: Report): Generator<string> {
  const tier = record.rows.filter((each) => each.priority === 'P1');
  // Those that are not fine come first, since there may be more than the page can hold.
  const further = assessment.rows
    .filter((each) => each.priority !== 'P1')
    .toSorted((left, right) => Number(left.result === 'verified') - Number(right.result === 'verified'));
  yield '<section class="card" aria-labelledby="results-title"><h2 id="results-title">Results</h2><div class="rows">';
  for (const each of [...tier, ...further.slice(0, FURTHER)])
    yield textOf(row(each, trend.failingSince.get(each.id)?.startedAt));
  yield '</div>';
  const left = Math.max(0, further.length - FURTHER);
  if (left > 0) yield textOf(html`<p class="hint">${left} further tests are in run.json only.</p>`);
  yield '</section>';
}
