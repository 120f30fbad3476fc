/**
 * What a staging must offer so that it can be tested: a test login guarded by a key (src/contract/auth.ts),
 * agents that answer two probes from the request itself, and one tool without side effects.
 * A team whose platform differs maps it here.
 */

/** What a request can ask of a test platform: to sleep, to fail. What a platform lacks is named by E2E_HOOKS. */
export const HOOKS = ['simulate_delay', 'force_failure'] as const;
export type Hook = (typeof HOOKS)[number];

/** The first probe: an answer has the sum as a whole number, and the marker. */
export const sumRequest = (a: number, b: number, marker: string) =>
  `Reply with the sum of ${a} and ${b}, followed by the marker ${marker}.`;

/** The second probe: an answer has `context.code_word`. */
export const CODE_WORD_REQUEST = 'Which code word is in my context?';

/** The tool that computes: `add`, `subtract`, `multiply` of `a` and `b`, reply in `result.value`. */
export const CALCULATOR = 'calculator';

/** Phrases of an answer that nobody computed. */
export const CANNED_PHRASES = [
  'mock',
  'fallback',
  'recovery mechanism',
  'error executing',
  'service unavailable',
  'analysis_tool',
] as const;

const THOUSANDS_SEPARATOR = /(?<=\d)[,'\u00a0\u2009\u202f](?=\d{3}(?!\d))/g;

/** An answer as it is compared: without thousands separators, in lower case. */
export const normaliseAnswer = (text: string) => text.replace(THOUSANDS_SEPARATOR, '').toLowerCase();

/** Whether the number stands in the text by itself, not as part of a longer or a fractional one. */
export const containsWholeNumber = (text: string, number: number) =>
  new RegExp(`(?<![\\d]|\\d[.,]|(?:^|\\s)[-−])${number}(?!\\d|[.,]\\d)`).test(normaliseAnswer(text));

/** The first phrase of {@link CANNED_PHRASES} that the text contains. */
export const cannedPhraseIn = (text: string): string | undefined => {
  const normalised = text.toLowerCase();
  return CANNED_PHRASES.find((phrase) => normalised.includes(phrase));
};

/** Domain of test users' e-mail addresses; nothing is ever sent to it. */
export const TEST_EMAIL_DOMAIN = 'staging.netrasystems.ai';
