/** How results, states and verdicts look and what they mean, in one place. */
import type { Verdict } from '../assess.ts';
import type { CapabilityState } from '../capabilities.ts';
import type { PartResult } from '../parts.ts';
import type { Result } from '../record.ts';
import { html } from './template.ts';
import type { Markup } from './template.ts';

export const SYMBOL: Readonly<Record<PartResult | CapabilityState, string>> = {
  verified: '✓',
  degraded: '◐',
  flaky: '↻',
  failed: '✕',
  broken: '✕',
  unverified: '○',
  'not applicable': '–',
};

export const MEANING: Readonly<Record<Verdict, string>> = {
  GO: 'The build may be released.',
  HOLD: 'The build must not be released.',
  CONDITIONAL: 'The build may be released if its owner accepts what is listed below.',
  INCONCLUSIVE: 'The build cannot be judged: evidence is missing.',
  DOWN: 'Nothing was tested: the target does not answer.',
  MISUSE: 'This run cannot be used for a decision.',
};

/** As the name of a class in the style sheet. */
export const wordOf = (state: PartResult | CapabilityState): string => state.replace(' ', '-');

export const chip = (state: PartResult | CapabilityState, text: string = state): Markup =>
  html`<span class="chip ${wordOf(state)}"><span aria-hidden="true">${SYMBOL[state]}</span> ${text}</span>`;

export const testLink = (id: string, result: Result): Markup =>
  html`<a class="test ${result}" href="#${id}"
    ><span aria-hidden="true">${SYMBOL[result]}</span> ${id}<span class="unseen"> ${result}</span></a
  >`;
