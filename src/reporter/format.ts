/** Figures and times as every renderer prints them. */
import { inert } from '../evidence/inert.ts';
import type { Assessment, Further } from './assess.ts';
import type { PartCounts } from './parts.ts';
import type { RecordBody } from './record.ts';

const SYMBOL: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£' };

/** Whole thousands, and two digits where that would be too coarse: $108K, $5.4K, $12. Never rounds money away. */
export const money = (amount: number, currency: string): string => {
  const symbol = SYMBOL[currency] ?? `${currency} `;
  if (amount <= 0) return `${symbol}0`;
  if (amount >= 9_950_000) return `${symbol}${Math.round(amount / 1e6).toString()}M`;
  if (amount >= 999_500) return `${symbol}${(amount / 1e6).toFixed(1)}M`;
  if (amount >= 9_950) return `${symbol}${Math.round(amount / 1e3).toString()}K`;
  if (amount >= 995) return `${symbol}${(amount / 1e3).toFixed(1)}K`;
  return `${symbol}${Math.max(1, Math.round(amount)).toString()}`;
};

export const exposureLine = ({ exposure, currency }: Pick<Assessment, 'exposure' | 'currency'>): string =>
  `${money(exposure.confirmed, currency)} confirmed, + up to ${money(exposure.unverified, currency)} unverified, of ${money(exposure.tier, currency)}`;

export const duration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms).toString()} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60).toString()} min ${(seconds % 60).toString().padStart(2, '0')} s`;
};

/** `2025-09-09 17:35:02Z` */
export const instant = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;

export const shown = ({ verdict, rehearsal }: Pick<Assessment, 'verdict' | 'rehearsal'>): string =>
  `${rehearsal ? 'REHEARSAL ' : ''}${verdict}`;

export const NOTHING_OPEN = 'nothing';
/** What the release does not promise, counted: neither verified nor failed. */
export const notApplicableText = ({ rows }: Pick<RecordBody, 'rows'>): string => {
  const open = rows.filter(({ notApplicable }) => notApplicable.length > 0);
  const count = open.reduce((sum, { notApplicable }) => sum + notApplicable.length, 0);
  return count === 0 ? NOTHING_OPEN : `${count} not applicable in ${open.map(({ id }) => id).join(' ')}`;
};

/** For formats that are opened as a table: a text that a spreadsheet would compute is led by an apostrophe. */
export const cell = (text: string): string => (/^\s*[=+@-]/.test(text) ? `'${inert(text)}` : inert(text));

/** `17 of 22 tests, 131 of 140 parts` */
export const countsText = (tests: { verified: number; of: number }, parts: PartCounts): string => {
  const open = parts['not applicable'];
  return `${tests.verified} of ${tests.of} tests, ${parts.verified} of ${parts.of} parts${open === 0 ? '' : ` (${open} not applicable)`}`;
};

/** One further priority in a line. */
export const furtherLine = (
  { inRun, verified, tests, parts, failed, unverified, exposure }: Further,
  currency: string,
): string =>
  inRun
    ? `${countsText({ verified, of: tests }, parts)} verified · ${failed} failed · ${unverified} unverified · ${exposureLine({ exposure, currency })}`
    : `not part of this run: nothing is known of its ${tests} tests`;
