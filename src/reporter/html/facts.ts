/** The run itself: where, when, by what; waivers; what the server says of its sockets. */
import { spentText } from '../../evidence/annotations.ts';
import { contractText } from '../../evidence/preflight.ts';
import { duration, instant, notApplicableText } from '../format.ts';
import type { Report } from '../report.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';

const HEALTH_CHARACTERS = 4_000;

const differences = (lines: readonly string[]): Markup | null =>
  lines.length === 0
    ? null
    : html`<h3>Differs from the contract</h3>
        <ul>
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>`;

const environment = ({ record }: Report): Markup => {
  const { target } = record;
  const preflight = record.preflight[0];
  const facts: (readonly [string, string])[] = [
    [
      'target',
      target === null
        ? 'unknown'
        : `${target.api} (${target.kind}${target.standinVersion === null ? '' : ` ${target.standinVersion}`})`,
    ],
    ['environment', target?.environment ?? 'unknown'],
    ['contract', preflight === undefined ? 'unknown' : contractText(preflight)],
    ['not applicable', notApplicableText(record)],
    ['run', record.runId],
    ['started', instant(record.startedAt)],
    ['duration', duration(record.durationMs)],
    ['asked of the target', spentText(record.spent)],
    [
      'warm-up',
      preflight === undefined
        ? 'unknown'
        : `${duration(preflight.warmUp.ms)}, ${preflight.warmUp.attempts.length} requests`,
    ],
    [
      'commit of the suite',
      record.git.commit === null
        ? 'unknown'
        : `${record.git.commit.slice(0, 12)}${record.git.dirty === true ? ', with uncommitted changes' : ''}`,
    ],
    ['shards', record.merged ? `${record.shards.seen.length} of ${record.shards.total}, merged` : '1 of 1'],
    ['Playwright', record.playwright],
  ];
  return html`<section class="card" aria-labelledby="facts-title">
    <h2 id="facts-title">The run</h2>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${differences(preflight?.contract?.differences ?? [])}
    ${
      record.errors.length === 0
        ? null
        : html`<h3>Errors of the run</h3>
            <ul>
              ${record.errors.map((error) => html`<li><b>${error.kind}</b> ${error.message}</li>`)}
            </ul>`
    }
  </section>`;
};

const waivers = ({ assessment }: Report): Markup | null =>
  assessment.waivers.length === 0
    ? null
    : html`<section class="card" aria-labelledby="waivers-title">
        <h2 id="waivers-title">Waivers (${assessment.waivers.length})</h2>
        <ul class="waivers">
          ${assessment.waivers.map(
            ({ waiver, state, daysLeft, covers }) =>
              html`<li class="${state}">
                <b
                  >${state === 'active' ? `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} left` : state.replaceAll('-', ' ')}</b
                >
                ${waiver.tests.join(', ')} for <code>${waiver.cause}</code>, ${waiver.owner}: ${waiver.reason}
                <span class="source"
                  >${covers.length === 0 ? 'covers nothing in this run' : `covers ${covers.join(', ')}`}</span
                >
              </li>`,
          )}
        </ul>
      </section>`;

const health = ({ record }: Report): Markup => {
  const answer = record.preflight[0]?.wsHealth;
  const text =
    answer === undefined || answer === null
      ? 'not asked, or no answer'
      : JSON.stringify(answer, null, 2).slice(0, HEALTH_CHARACTERS);
  return html`<section class="card" aria-labelledby="health-title">
    <h2 id="health-title">What the server says of its sockets</h2>
    <p class="hint">GET /ws/health, beside what the tests met.</p>
    <pre tabindex="0">${text}</pre>
  </section>`;
};

const answers = ({ record }: Report): Markup | null =>
  record.answers.length === 0
    ? null
    : html`<section class="card" aria-labelledby="answers-title">
        <h2 id="answers-title">Standing questions</h2>
        <dl class="answers">
          ${record.answers.map(
            ({ question, answer }) =>
              html`<div>
                <dt>${question}</dt>
                <dd>${answer}</dd>
              </div>`,
          )}
        </dl>
      </section>`;

export const facts = (report: Report): Markup =>
  html`${waivers(report)}${answers(report)}
    <div class="pair">${environment(report)}${health(report)}</div>`;
