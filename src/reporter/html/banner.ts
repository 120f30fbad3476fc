/** What a manager reads in ten seconds: the verdict, its reason, the money. */
import { instant, money } from '../format.ts';
import type { Report } from '../report.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';
import { MEANING } from './words.ts';

const moneyBar = ({ assessment: { exposure, currency } }: Report): Markup => {
  const share = (amount: number): number =>
    exposure.tier === 0 ? 0 : Math.round((amount / exposure.tier) * 10_000) / 100;
  const confirmed = share(exposure.confirmed);
  const open = share(exposure.unverified);
  const label = `${money(exposure.confirmed, currency)} of ${money(exposure.tier, currency)} exposed, up to ${money(exposure.unverified, currency)} more without evidence`;
  return html`<svg class="money-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="${label}">
    <rect class="rest" width="100" height="6" />
    <rect class="confirmed" width="${confirmed}" height="6" />
    <rect class="open" x="${confirmed}" width="${open}" height="6" />
  </svg>`;
};

export const banner = (report: Report): Markup => {
  const { record, assessment } = report;
  const { verdict, rehearsal, sentence, exposure, currency } = assessment;
  const { target } = record;
  return html`<header class="banner verdict-${verdict.toLowerCase()}">
    <div class="wrap">
      <p class="brand">
        <strong>goldenpath</strong> <span>${target === null ? 'unknown target' : target.api}</span>
        <time datetime="${record.startedAt}">${instant(record.startedAt)}</time>
      </p>
      <div class="decision">
        <div>
          ${rehearsal ? html`<p class="rehearsal">Rehearsal</p>` : null}
          <h1>${rehearsal ? html`<span class="unseen">Rehearsal </span>` : null}${verdict}</h1>
          <p class="meaning">
            ${rehearsal ? html`A rehearsal ${target === null ? 'on an unknown target' : 'on the stand-in'} releases nothing. On staging: ` : null}${MEANING[verdict]}
          </p>
          <p class="sentence">${sentence}</p>
        </div>
        <section class="money" aria-labelledby="money-title">
          <h2 id="money-title">Revenue exposed${rehearsal ? ' (example)' : ''}</h2>
          <p class="figures">
            <span class="confirmed"><b>${money(exposure.confirmed, currency)}</b> confirmed</span>
            <span class="open"><b>+ up to ${money(exposure.unverified, currency)}</b> unverified</span>
          </p>
          ${moneyBar(report)}
          <p class="of">of ${money(exposure.tier, currency)} a month in this tier. Declared, not measured:</p>
          <ul class="sources">
            ${exposure.streams.map((stream) => html`<li><b>${stream.id}</b> ${money(stream.mrr, currency)}, ${stream.source.replace(/^declared: /, '')} (${stream.asOf})</li>`)}
          </ul>
        </section>
      </div>
    </div>
  </header>`;
};
