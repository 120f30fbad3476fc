/** Whether a record is the one that the gate was asked about, whole and unchanged. Every finding means MISUSE. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CATALOGUE, idOf } from '../contract/catalogue.ts';
import { ledgerProblems } from './ledger-check.ts';
import { foreignParts, hasParts, hasTraffic, partsWith, withoutParts } from './parts.ts';
import { oldestEvidence, tampering } from './record.ts';
import type { GitState, Row, RunRecord } from './record.ts';
import { SEVERITY, together } from './results.ts';

export interface Expectation {
  readonly recordFile: string;
  readonly now: Date;
  readonly maxAgeHours: number;
  readonly runId: string | undefined;
  readonly commit: string | undefined;
  /** By --commit, not taken from the checkout. */
  readonly commitIsNamed: boolean;
  /** Origin that is about to be released; undefined = a rehearsal is fine. */
  readonly target: string | undefined;
  readonly release: boolean;
  readonly allowDirty: boolean;
  readonly recordKey: string | undefined;
}

const HOUR = 3_600_000;

/** A result that its own attempts do not carry. */
const contradiction = (row: Row): string | undefined => {
  const last = row.attempts.at(-1);
  // An id that was met twice has the attempts of both; that is an error of the run, not of the record.
  const clean =
    row.attempts.length > 0 &&
    row.attempts.every(({ status, failures }) => status === 'passed' && failures.length === 0) &&
    row.attempts.every(({ own }) => own !== null && own.requests + own.sockets + own.pages > 0);
  const carried: Readonly<Record<Row['result'], boolean>> = {
    verified: clean && row.degraded.length === 0,
    degraded: clean && row.degraded.length > 0,
    flaky: row.attempts.length > 1 && row.attempts.some((attempt) => attempt.status === 'passed'),
    failed: last !== undefined,
    unverified: true,
  };
  return carried[row.result] ? undefined : `${row.id} says ${row.result}, its attempts do not`;
};

/** A result that its parts do not carry, or parts that the attempts do not. */
const inconsistentParts = (row: Row, met: readonly string[]): string | undefined => {
  const { id, result, parts, outside, attempts } = row;
  const fails = partsWith(row, 'failed').length > 0 || outside !== null;
  if (!hasParts(row)) return parts[0]?.result === result ? undefined : `${id} says ${result}, its only part does not`;
  if (fails !== (result === 'failed')) return `${id} says ${result}, its parts do not`;
  const least = together({ result: 'verified', reason: null }, parts);
  if (SEVERITY[result] < SEVERITY[least.result]) return `${id} says ${result}, one of its parts is ${least.result}`;
  const bare = parts.find((part) => ['verified', 'degraded', 'flaky'].includes(part.result) && !hasTraffic(part.own));
  if (bare !== undefined) return `${id} says that "${bare.name}" is ${bare.result}, without traffic of its own`;
  const unheard = parts.find(
    (part) => (part.result === 'failed') !== (part.failure !== null && part.result !== 'flaky'),
  );
  if (unheard !== undefined) return `${id} says that "${unheard.name}" is ${unheard.result}, its failure does not`;
  const last = attempts.at(-1);
  const red = last?.status === 'failed' || last?.status === 'timedOut';
  if (red && outside === null && !met.includes(id) && withoutParts(last.failures, parts).length > 0)
    return `${id} has failures that none of its parts has`;
  return undefined;
};

const edited = (record: RunRecord, { recordKey }: Expectation): string[] => {
  const ids = record.rows.map((row) => row.id);
  const expected = CATALOGUE.map((entry) => entry.id);
  const missing = expected.filter((id) => !ids.includes(id));
  const surplus = ids.filter((id, index) => !expected.includes(id) || ids.indexOf(id) !== index);
  // Of an id that was met twice only the worse test is in its parts.
  const doubled = record.errors
    .filter(({ kind }) => kind === 'doubled-id')
    .flatMap(({ message }) => idOf(message) ?? []);
  return [
    ...tampering(record, recordKey).map((what) => `the record was edited: ${what}`),
    ...(missing.length === 0 ? [] : [`the record is partial: it has no row for ${missing.join(', ')}`]),
    ...(surplus.length === 0 ? [] : [`the record has rows that do not belong to it: ${surplus.join(', ')}`]),
    ...foreignParts(record, CATALOGUE).map((id) => `the record was edited: ${id} has other parts than the catalogue`),
    ...record.rows
      .flatMap((row) => contradiction(row) ?? inconsistentParts(row, doubled) ?? [])
      .map((what) => `the record was edited: ${what}`),
  ];
};

const stale = (record: RunRecord, { now, maxAgeHours, recordFile }: Expectation): string[] => {
  const age = now.getTime() - oldestEvidence(record);
  if (age > maxAgeHours * HOUR)
    return [
      `the record is stale: its oldest evidence is ${Math.floor(age / HOUR)} h old, at most ${maxAgeHours} h allowed (--max-age-hours)`,
    ];
  if (age < -5 * 60_000) return ['the record is from the future; a clock is wrong'];
  const found = ledgerProblems(record, recordFile);
  if (record.lastRun === null) return found;
  const trace = join(dirname(recordFile), record.lastRun.path);
  const written = statSync(trace, { throwIfNoEntry: false });
  if (written === undefined)
    found.push(`the record is stale: ${trace}, which Playwright left at the end of the run, is not there any more`);
  else if (written.mtimeMs > record.lastRun.writtenAtMs + 1)
    found.push(
      'the record is stale: Playwright has run since and left no record; configured reporters were dropped ' +
        '(--reporter on the command line does that, --add-reporter does not) or the run was killed',
    );
  return found;
};

const originOf = (url: string): string => {
  try {
    return new URL(url).origin;
  } catch {
    // The comparison below then names the value as it was given.
    return url;
  }
};

const foreign = (record: RunRecord, expectation: Expectation, checkout: GitState): string[] => {
  const found: string[] = [];
  if (expectation.release && expectation.runId === undefined && !expectation.commitIsNamed)
    found.push(
      'a release has to name the run that it judges: --run-id or E2E_RUN_ID, or --commit; the newest record could be of another one',
    );
  if (expectation.runId !== undefined && record.runId !== expectation.runId)
    found.push(`the record is of run ${record.runId}, expected ${expectation.runId}`);
  const commit = expectation.commit ?? checkout.commit ?? undefined;
  if (commit !== undefined && record.git.commit !== null && record.git.commit !== commit)
    found.push(`the record was made by commit ${record.git.commit}, expected ${commit}`);
  if (commit !== undefined && record.git.commit === null)
    found.push(`the commit of the record is unknown: ${record.git.detail ?? 'it was made outside a checkout'}`);

  const { target } = record;
  const standin = target?.kind !== 'remote' || target.standinVersion !== null;
  const releasing = expectation.release || expectation.target !== undefined;
  if (releasing && standin)
    found.push(
      `a ${target === null ? 'run without a known target' : 'rehearsal on the stand-in'} can never release anything`,
    );
  if (expectation.target !== undefined && target !== null && originOf(target.api) !== originOf(expectation.target))
    found.push(`the record is of ${originOf(target.api)}, expected ${originOf(expectation.target)}`);
  if (!standin && expectation.target === undefined)
    found.push(`the record is of ${originOf(target.api)}; name the target you mean with --target or E2E_BASE_URL`);
  if (!standin && record.git.dirty === true && !expectation.allowDirty)
    found.push(
      `the suite had uncommitted changes (${record.git.detail ?? 'unknown'}); commit or remove them and run again (or --allow-dirty)`,
    );
  return found;
};

export const misuses = (record: RunRecord, expectation: Expectation, checkout: GitState): string[] => [
  ...edited(record, expectation),
  ...stale(record, expectation),
  ...foreign(record, expectation, checkout),
];
