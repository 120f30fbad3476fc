/** The three readings side by side, each labelled as what it is. */
import type { Report } from '../report.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';

export const readings = ({ assessment: { readings: all } }: Report): Markup => {
  const tile = (name: string, passed: number, of: number, note: string) =>
    html`<div class="tile">
      <h3>${name}</h3>
      <p class="count"><b>${passed}</b><span> of ${of}</span></p>
      <p>${note}</p>
    </div>`;
  return html`<section class="readings" aria-label="Readings of the same run">
    ${tile(
      'Strict',
      all.strict.passed,
      all.strict.of,
      all.strict.tierCounts ? 'All verified: the tier counts.' : 'Verified. The tier counts only when all are.',
    )}
    ${tile(
      'Pass rate',
      all.passRate.passed,
      all.passRate.of,
      `${all.passRate.percent} %. Verified and degraded${all.passRate.flaky === 0 ? '.' : `; ${all.passRate.flaky} flaky apart.`}`,
    )}
    ${tile(
      'Tolerant',
      all.tolerant.passed,
      all.tolerant.of,
      `${all.tolerant.percent} %. ${all.tolerant.forgiven.length === 0 ? 'No refusal had to be forgiven.' : `Forgives orderly refusals (${all.tolerant.forgiven.join(', ')}); it does not say that chat worked.`}`,
    )}
  </section>`;
};
