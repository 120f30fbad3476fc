/** The tests of the tier as cells, by capability. */
import { countsText, furtherLine } from '../format.ts';
import { hasParts, openParts, partsWith } from '../parts.ts';
import type { Report } from '../report.ts';
import type { Row } from '../record.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';
import { chip, SYMBOL, wordOf } from './words.ts';

/** A mark a part, in the order of the catalogue; what each says is in the results. */
const marks = (row: Row): Markup | null => {
  if (!hasParts(row)) return null;
  const verified = partsWith(row, 'verified').length;
  const open = openParts(row).map(({ name, result }) => `${name}: ${result}`);
  const label = [`${verified} of ${row.parts.length} parts verified`, ...open].join('; ');
  return html`<span class="marks" role="img" aria-label="${label}" title="${label}"
    >${row.parts.map(({ result }) => html`<i class="mark ${wordOf(result)}" aria-hidden="true"></i>`)}</span
  >`;
};

const cell = (row: Row): Markup =>
  html`<li>
    <a class="cell ${row.result}" href="#${row.id}" title="${row.claim}"
      ><span class="symbol" aria-hidden="true">${SYMBOL[row.result]}</span
      ><b>${row.id.slice(row.id.indexOf('-') + 1)}</b><span class="unseen"> ${row.name}: ${row.result}</span></a
    >${marks(row)}
  </li>`;

export const grid = ({ record, assessment }: Report): Markup => {
  const rows = new Map(record.rows.map((row) => [row.id, row]));
  const groups = (priority: string): Markup =>
    html`<div class="groups">
      ${assessment.capabilities
        .filter((capability) => capability.priority === priority)
        .map(
          (capability) =>
            html`<div class="group">
              <h4 id="group-${capability.id}">${capability.id}</h4>
              <ul class="cells" aria-labelledby="group-${capability.id}">
                ${capability.tests.map(({ id }) => {
                  const row = rows.get(id);
                  return row === undefined ? null : cell(row);
                })}
              </ul>
            </div>`,
        )}
    </div>`;
  return html`<section class="card" aria-labelledby="grid-title">
    <h2 id="grid-title">The ${record.rows.filter((row) => row.priority === 'P1').length} critical tests</h2>
    <p class="legend">
      ${Object.entries(assessment.counts).map(([result, count]) => chip(result as Row['result'], `${count.toString()} ${result}`))}
    </p>
    <p class="hint">
      ${countsText({ verified: assessment.counts.verified, of: assessment.readings.strict.of }, assessment.parts)}
      verified. A mark below a test is one of its parts.
    </p>
    <h3 class="tier">P1 Critical</h3>
    ${groups('P1')}
    ${assessment.further.map(
      (further) =>
        html`<h3 class="tier">${further.id} ${further.label}</h3>
          <p class="further">
            ${furtherLine(further, assessment.currency)}; up to ${Math.round(further.tolerance * 100)} % may fail.
          </p>
          ${groups(further.id)}`,
    )}
  </section>`;
};
