/** From a record to a verdict. Pure: the same record, declarations and day give the same answer. */
import { breachesOf, breachLine } from './breach.ts';
import type { Breach } from './breach.ts';
import { capabilitiesOf, securityOf } from './capabilities.ts';
import type { Capability } from './capabilities.ts';
import { exposureOf } from './exposure.ts';
import type { Exposure, StreamExposure } from './exposure.ts';
import type { ImpactModel } from './model.ts';
import { countParts, type PartCounts } from './parts.ts';
import { readingsOf } from './readings.ts';
import type { Readings } from './readings.ts';
import type { RecordBody, Row } from './record.ts';
import { foreignCode } from './settings.ts';
import { shardProblems } from './shards.ts';
import { stateOf, waiverFor } from './waivers.ts';
import type { Waiver, WaiverState } from './waivers.ts';

export const VERDICTS = ['GO', 'HOLD', 'CONDITIONAL', 'INCONCLUSIVE', 'DOWN', 'MISUSE'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const EXIT_CODE: Readonly<Record<Verdict, number>> = {
  GO: 0,
  HOLD: 1,
  CONDITIONAL: 2,
  INCONCLUSIVE: 3,
  DOWN: 4,
  MISUSE: 5,
};

export interface Assessment {
  readonly verdict: Verdict;
  /** Made on the stand-in, or nobody knows on what: never a reason to release. */
  readonly rehearsal: boolean;
  /** The reason in one sentence. */
  readonly sentence: string;
  /** Every reason that a rule found, the deciding ones first. */
  readonly reasons: readonly string[];
  readonly counts: Readonly<Record<Row['result'], number>>;
  /** Of the parts of P1. */
  readonly parts: PartCounts;
  /** What stands first in every report. */
  readonly breaches: readonly Breach[];
  readonly capabilities: readonly Capability[];
  /** Of P1; each further priority has its own. */
  readonly exposure: Exposure;
  readonly currency: string;
  readonly readings: Readings;
  readonly waivers: readonly (WaiverState & { readonly covers: readonly string[] })[];
  /** Priorities after P1 that have tests, with their share of failures and what they tolerate. */
  readonly further: readonly Further[];
  /** What reports list: the 22, and every test of a further priority that is part of the run. */
  readonly rows: readonly Row[];
}

export interface Further {
  readonly id: string;
  readonly label: string;
  readonly tests: number;
  readonly verified: number;
  readonly parts: PartCounts;
  readonly failed: number;
  readonly unverified: number;
  readonly tolerance: number;
  readonly exceeded: boolean;
  /** False when none of its tests were asked for in this run: nothing is known of it. */
  readonly inRun: boolean;
  readonly exposure: Exposure;
}

export interface Declarations {
  readonly model: ImpactModel;
  readonly waivers: readonly Waiver[];
}

const listed = (ids: readonly string[]): string =>
  ids.length <= 6 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;

const idsWith = (rows: readonly Row[], ...results: Row['result'][]): string[] =>
  rows.filter((row) => results.includes(row.result)).map((row) => row.id);

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const furtherOf = (model: ImpactModel, rows: readonly Row[], capabilities: readonly Capability[]): Further[] =>
  model.priorities
    .filter((priority) => priority.id !== 'P1')
    .map((priority) => {
      const own = rows.filter((row) => row.priority === priority.id);
      const count = (result: Row['result']) => own.filter((row) => row.result === result).length;
      const failed = count('failed');
      const exceeded = own.length > 0 && failed / own.length > priority.failureTolerance;
      const { id, label, failureTolerance: tolerance } = priority;
      return {
        id,
        label,
        tests: own.length,
        verified: count('verified'),
        parts: countParts(own),
        failed,
        unverified: count('unverified'),
        tolerance,
        exceeded,
        inRun: own.some((row) => row.file !== null),
        exposure: exposureOf(model, id, capabilities),
      };
    })
    .filter((priority) => priority.tests > 0);

/** Everything that leaves the run without full evidence. */
const gapsOf = (record: RecordBody, tier: readonly Row[], model: ImpactModel): string[] => {
  const gaps: string[] = [];
  const loaded = foreignCode(record.settings);
  if (loaded !== undefined) gaps.push(loaded);
  const unverified = tier.filter((row) => row.result === 'unverified');
  const stopped = record.preflight.find((report) => report.stopped !== null)?.stopped;
  // Tests that it kept from starting give it as their reason.
  if (stopped && unverified.length === 0) gaps.push(`preflight stopped the run (${stopped.why}): ${stopped.message}`);
  // Recomputed, since the list of errors in the record could be shorter than the truth.
  const shards = shardProblems(record.shards.seen, record.shards.total, record.merged).map(
    (problem) => problem.message,
  );
  for (const message of new Set([...shards, ...record.errors.map((error) => error.message)])) gaps.push(message);
  if (record.errorsDropped > 0) gaps.push(`${plural(record.errorsDropped, 'further error')} of the run`);
  const why = [...new Set(unverified.map((row) => row.reason ?? 'no reason recorded'))];
  if (unverified.length > 0)
    gaps.push(
      `${unverified.length} of ${tier.length} without evidence (${listed(unverified.map((row) => row.id))}): ${why[0] ?? ''}` +
        (why.length > 1 ? `, and ${plural(why.length - 1, 'other reason')}` : ''),
    );
  for (const row of record.rows) {
    const security = securityOf(row.id, model);
    if (row.priority !== 'P1' && row.result === 'unverified' && security !== undefined)
      gaps.push(
        `security capability ${security} is without evidence (${row.id}): ${row.reason ?? 'no reason recorded'}`,
      );
  }
  if (record.preflight.length === 0) gaps.push('preflight did not report, so nobody knows what was tested');
  if (record.status === 'timedout' || record.status === 'interrupted')
    gaps.push(record.status === 'timedout' ? 'the run hit its global time limit' : 'the run was interrupted');
  return gaps;
};

export const assess = (record: RecordBody, { model, waivers }: Declarations, now: Date): Assessment => {
  const declared = capabilitiesOf(model, record.rows);
  const tier = record.rows.filter((row) => row.priority === 'P1');
  const states = waivers.map((waiver) => stateOf(waiver, now));
  const failed = tier.filter((row) => row.result === 'failed');
  const breaches = breachesOf(record);
  const breached = new Set(breaches.flatMap(({ tests }) => tests));
  const waived = new Map(
    failed.flatMap((row) => {
      const found = breached.has(row.id) ? undefined : waiverFor(row, states, model);
      return found === undefined ? [] : [[row.id, found] as const];
    }),
  );
  const unwaived = failed.filter((row) => !waived.has(row.id));
  const further = furtherOf(model, record.rows, declared);
  const absent = further.filter(({ inRun }) => !inRun).map(({ id }) => id);
  const capabilities = declared.filter(({ priority }) => !absent.includes(priority));
  const secured = record.rows.filter((row) => securityOf(row.id, model) !== undefined);
  const insecure = secured.filter(({ result }) => result === 'failed');
  const unproven = [...new Set(insecure.map(({ id }) => securityOf(id, model) ?? id))].map((capability) => ({
    capability,
    ids: insecure.filter(({ id }) => securityOf(id, model) === capability).map(({ id }) => id),
  }));
  // Without a declaration nobody said that a failure may be tolerated.
  const undeclared = record.rows.filter(
    (row) =>
      row.result === 'failed' &&
      row.priority !== 'P1' &&
      !secured.includes(row) &&
      !model.priorities.some(({ id }) => id === row.priority),
  );
  const gaps = gapsOf(record, tier, model);
  const stopped = record.preflight.map((report) => report.stopped).filter((stop) => stop !== null);
  const down = stopped.find((stop) => stop.why === 'down');
  const elsewhere = stopped.find((stop) => stop.why === 'wrong-target');

  const failures: string[] = [
    ...breaches.map(breachLine),
    ...(unwaived.length === 0
      ? []
      : [
          `${unwaived.length} of ${tier.length} failed (${listed(unwaived.map((row) => row.id))})${causesOf(record, unwaived)}`,
        ]),
    ...unproven
      .filter(({ ids }) => !ids.some((id) => breached.has(id)))
      .map(
        ({ capability, ids }) =>
          `${capability} is not proven (${listed(ids)}); nothing that failed there shows a breach`,
      ),
  ];
  const judged = record.rows.filter((row) => row.priority === 'P1' || secured.includes(row));
  const softer: string[] = [
    ...(waived.size === 0
      ? []
      : [`${plural(waived.size, 'failure')} accepted by waiver (${listed([...waived.keys()])})`]),
    ...record.findings
      .filter(({ kind, cause }) => kind === 'security' && !breaches.some(({ id }) => id === cause))
      .map((finding) => `security finding that no red test stands for: ${finding.statement}`),
    ...idsReason('degraded', idsWith(judged, 'degraded')),
    ...idsReason('flaky', idsWith(judged, 'flaky')),
    ...idsReason(
      'failed in a priority that the impact model does not declare',
      undeclared.map((row) => row.id),
    ),
    ...further
      .filter((priority) => priority.exceeded)
      .map(({ id, failed: red, tests }) => `${red} of ${tests} ${id} tests failed, more than tolerated`),
  ];

  const [verdict, deciding]: [Verdict, readonly string[]] =
    elsewhere !== undefined
      ? ['MISUSE', [`wrong target: ${elsewhere.message}`]]
      : down !== undefined && breaches.length === 0
        ? ['DOWN', [`the target does not answer: ${down.message}`]]
        : failures.length > 0
          ? ['HOLD', failures]
          : gaps.length > 0
            ? ['INCONCLUSIVE', gaps]
            : softer.length > 0
              ? ['CONDITIONAL', softer]
              : ['GO', [`all ${tier.length} verified, nothing tolerated`]];
  const reasons = [...new Set([...deciding, ...failures, ...gaps, ...softer])];
  const count = (result: Row['result']) => tier.filter((row) => row.result === result).length;

  return {
    verdict,
    rehearsal: record.target?.kind !== 'remote' || record.target.standinVersion !== null,
    sentence: sentenceOf(deciding[0] ?? ''),
    reasons,
    counts: {
      verified: count('verified'),
      degraded: count('degraded'),
      flaky: count('flaky'),
      failed: count('failed'),
      unverified: count('unverified'),
    },
    parts: countParts(tier),
    breaches,
    capabilities,
    rows: record.rows.filter((row) => !absent.includes(row.priority)),
    exposure: exposureOf(model, 'P1', declared),
    currency: model.currency,
    readings: readingsOf(record.rows),
    waivers: states.map((state) => ({
      ...state,
      covers: [...waived].filter(([, found]) => found === state).map(([id]) => id),
    })),
    further,
  };
};

/** A first letter and a last stop; an ending of its own stays. */
const sentenceOf = (reason: string): string =>
  `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}${/[.…!?]$/.test(reason) ? '' : '.'}`;

const idsReason = (word: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : [`${ids.length} ${word} (${listed(ids)})`];

const causesOf = (record: RecordBody, rows: readonly Row[]): string => {
  const causes = [...new Set(rows.map((row) => row.cause?.id).filter((id) => id !== undefined))];
  if (causes.length === 0) return '';
  const explained = record.causes.find((group) => group.cause === causes[0]);
  return causes.length === 1
    ? `, one cause: ${causes[0] ?? ''}${explained === undefined ? '' : ` (${explained.confidence} confidence)`}`
    : `, ${causes.length} causes: ${listed(causes)}`;
};

/** The streams of every priority that is part of the run, P1 first. */
export const allStreams = ({ exposure, further }: Assessment): readonly StreamExposure[] => [
  ...exposure.streams,
  ...further.filter(({ inRun }) => inRun).flatMap((each) => each.exposure.streams),
];
