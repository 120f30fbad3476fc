/** Stands above everything else: who got at what, what shows it, what to do first. */
import type { Report } from '../report.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';
import { testLink } from './words.ts';

export const breaches = ({ record, assessment }: Report): Markup | null =>
  assessment.breaches.length === 0
    ? null
    : html`<section class="breaches" aria-labelledby="breaches-title">
        <h2 id="breaches-title">Security breach</h2>
        <div class="stack">
          ${assessment.breaches.map(
            ({ id, meaning, tests, evidence, nextStep }) =>
              html`<article class="cause breach">
                <header>
                  <h3>${meaning}</h3>
                  <code>${id}</code>
                </header>
                <p class="tests">
                  ${tests.length === 0 ? 'Seen by a diagnostic probe' : tests.map((test) => testLink(test, record.rows.find((row) => row.id === test)?.result ?? 'failed'))}
                </p>
                <ul>
                  ${evidence.map((line) => html`<li>${line}</li>`)}
                </ul>
                <p class="next"><b>Do first</b> ${nextStep}</p>
              </article>`,
          )}
        </div>
      </section>`;
