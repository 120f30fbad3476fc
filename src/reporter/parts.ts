/** From what the attempts of a test attached to one result for each part that the catalogue declares. */
import { partsOf, type CatalogueEntry } from '../contract/catalogue.ts';
import { inert } from '../evidence/inert.ts';
import type { OwnTraffic, PartReport, PartsReport } from '../evidence/parts.ts';
import { redact } from '../evidence/redaction.ts';
import { excerptOf, failureText } from './attempts.ts';
import { oneLine } from '../evidence/one-line.ts';
import type { Attempt, AttemptFailure, RecordBody, Row, RowPart } from './record.ts';

export type PartResult = RowPart['result'];

const REASON = 500;
const NOTHING: OwnTraffic = { requests: 0, sockets: 0, frames: 0, pages: 0 };

export const hasTraffic = ({ requests, sockets, frames, pages }: OwnTraffic): boolean =>
  requests + sockets + frames + pages > 0;

const shown = (text: string): string => inert(redact(text));

const failureOfPart = ({ failure }: PartReport): AttemptFailure | null =>
  failure === null
    ? null
    : {
        class: failure.class,
        key: failure.key,
        promise: excerptOf(shown(failure.promise)),
        excerpt: excerptOf(shown(failure.message)),
      };

interface Judged {
  readonly result: PartResult;
  readonly reason: string | null;
  readonly failure: AttemptFailure | null;
}

const failed = (report: PartReport): Judged => {
  const failure = failureOfPart(report);
  const reason = failure === null ? (report.reason ?? 'no reason recorded') : failureText(failure);
  return { result: 'failed', reason, failure };
};

/** @param reports what each attempt says of the part; undefined where it says nothing */
const judge = (reports: readonly (PartReport | undefined)[], absent: string): Judged => {
  const last = reports.at(-1);
  if (last?.result === 'failed') return failed(last);
  const before = reports.find((report) => report?.result === 'failed');
  const silent =
    last === undefined
      ? absent
      : last.result === 'unverified'
        ? (last.reason ?? 'no reason recorded')
        : last.result !== 'not applicable' && !hasTraffic(last.own)
          ? 'no evidence: it passed without a request, a socket, a frame or a page of its own'
          : undefined;
  // A retry that found no evidence does not take back the failure before it.
  if (before !== undefined && (silent !== undefined || last?.result === 'not applicable')) return failed(before);
  if (silent !== undefined) return { result: 'unverified', reason: silent, failure: null };
  if (before !== undefined) {
    const first = failed(before);
    return { ...first, result: 'flaky', reason: `passed on attempt ${reports.length}; first: ${first.reason ?? ''}` };
  }
  return { result: last?.result ?? 'unverified', reason: last?.reason ?? null, failure: null };
};

/**
 * @param reports by attempt; undefined where an attempt attached none
 * @param absent why a part of which nothing is known has no evidence
 */
export const partsFrom = (
  entry: CatalogueEntry,
  reports: readonly (PartsReport | undefined)[],
  absent: string,
): RowPart[] =>
  entry.parts.map((name) => {
    const own = reports.map((report) => report?.parts.find((part) => part.name === name));
    const last = own.at(-1);
    const { result, reason, failure } = judge(own, absent);
    return {
      name,
      result,
      reason: reason === null ? null : oneLine(shown(reason), REASON),
      durationMs: Math.round(last?.durationMs ?? 0),
      own: last?.own ?? NOTHING,
      failure,
      degraded: (last?.degraded ?? []).map((finding) => oneLine(shown(finding), REASON)),
      cause: null,
    };
  });

/** The only part of a claim that declares none: the test itself. */
export const mirrorOf = (
  entry: CatalogueEntry,
  { result, reason }: Pick<Row, 'result' | 'reason'>,
  attempts: readonly Attempt[],
  degraded: readonly string[],
): RowPart => {
  const last = attempts.at(-1);
  const red = result === 'failed' || result === 'flaky';
  const failure = red ? (attempts.findLast(({ failures }) => failures.length > 0)?.failures[0] ?? null) : null;
  return {
    name: entry.claim,
    result,
    reason: reason === null ? null : oneLine(reason, REASON),
    durationMs: last?.durationMs ?? 0,
    own: { ...NOTHING, ...last?.own },
    failure,
    degraded: [...degraded],
    cause: null,
  };
};

const signature = (failure: Pick<AttemptFailure, 'class' | 'key'>): string => `${failure.class} ${failure.key}`;

/** Failures of an attempt that none of these parts has as its own. */
export const withoutParts = (
  failures: readonly AttemptFailure[],
  parts: readonly { readonly failure: Pick<AttemptFailure, 'class' | 'key'> | null }[],
): AttemptFailure[] => {
  const owned = new Set(parts.flatMap(({ failure }) => (failure === null ? [] : [signature(failure)])));
  return failures.filter((failure) => !owned.has(signature(failure)));
};

/** What another test or attempt told is no evidence. */
export const isOf = (report: PartsReport, id: string, retry: number): boolean =>
  report.test === id && report.attempt === retry;

/** Names that a report has and the catalogue has not, or has once and the report twice. */
export const strangers = (entry: CatalogueEntry, { parts }: PartsReport): string[] => {
  const names = parts.map(({ name }) => name);
  return names.filter((name, index) => !entry.parts.includes(name) || names.indexOf(name) !== index);
};

type Parted = { readonly parts: readonly RowPart[] };

/** A claim without declared parts is its own only part, which says nothing that the row does not. */
export const hasParts = ({ parts, claim }: Parted & Pick<Row, 'claim'>): boolean =>
  parts.some(({ name }) => name !== claim);

export const partsWith = (row: Parted, ...results: readonly PartResult[]): RowPart[] =>
  row.parts.filter(({ result }) => results.includes(result));

/** Parts that a reader has to look at, failed ones first. */
export const openParts = (row: Parted): RowPart[] =>
  (['failed', 'unverified', 'flaky', 'degraded'] as const).flatMap((result) => partsWith(row, result));

export type PartCounts = Readonly<Record<PartResult, number>> & { readonly of: number };

export const countParts = (rows: readonly Row[]): PartCounts => {
  const all = rows.flatMap(({ parts }) => parts);
  const count = (wanted: PartResult) => all.filter(({ result }) => result === wanted).length;
  return {
    verified: count('verified'),
    degraded: count('degraded'),
    flaky: count('flaky'),
    failed: count('failed'),
    unverified: count('unverified'),
    'not applicable': count('not applicable'),
    of: all.length,
  };
};

/** Rows of a record whose parts are not those of the catalogue. */
export const foreignParts = ({ rows }: Pick<RecordBody, 'rows'>, catalogue: readonly CatalogueEntry[]): string[] =>
  catalogue
    .filter((entry) => {
      const row = rows.find(({ id }) => id === entry.id);
      return row !== undefined && JSON.stringify(row.parts.map(({ name }) => name)) !== JSON.stringify(partsOf(entry));
    })
    .map(({ id }) => id);
