/** The tests of the tier as cells, by capability. */
import { furtherLine } from '../format.ts';
import type { Report } from '../report.ts';
import type { Row } from '../record.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';
import { chip, SYMBOL } from './words.ts';

const cell = (row: Row): Markup =>
  html`<li>
    <a class="cell ${row.result}" href="#${row.id}" title="${row.claim}"
      ><span class="symbol" aria-hidden="true">${SYMBOL[row.result]}</span
      ><b>${row.id.slice(row.id.indexOf('-') + 1)}</b><span class="unseen"> ${row.name}: ${row.result}</span></a
    >
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
