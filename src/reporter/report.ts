/** What every renderer gets. */
import type { TestEvidence } from '../evidence/trace.ts';
import type { Assessment } from './assess.ts';
import type { Trend } from './history.ts';
import type { RunRecord } from './record.ts';

export interface Report {
  readonly record: RunRecord;
  readonly assessment: Assessment;
  readonly trend: Trend;
  /** Wire evidence of unexpected results, by test id. */
  readonly evidence: ReadonlyMap<string, readonly TestEvidence[]>;
}

/** What to do next, most urgent first; every line follows from something in the record. */
export const nextSteps = ({ record, assessment }: Report): string[] => {
  const explained = new Set(record.causes.flatMap((group) => group.tests));
  const degraded = record.rows.filter((row) => row.result === 'degraded');
  const flaky = record.rows.filter((row) => row.result === 'flaky');
  const names = (rows: readonly { id: string }[]) => rows.map((row) => row.id).join(', ');
  const { breaches } = assessment;
  const breached = new Set(breaches.flatMap(({ id, tests }) => [id, ...tests]));
  const unexplained = record.rows.filter(
    (row) => row.result === 'failed' && !explained.has(row.id) && !breached.has(row.id),
  );
  const steps = [
    ...breaches.map(({ id, tests, nextStep }) => `${id} (${tests.join(', ') || 'a diagnostic probe'}): ${nextStep}`),
    ...record.causes
      .filter(({ cause }) => !breaches.some(({ id }) => id === cause))
      .map((group) => `${group.cause} (${group.tests.join(', ')}): ${group.next_step}`),
  ];
  if (unexplained.length > 0) steps.push(`Read the evidence of ${names(unexplained)}: no cause was named.`);
  if (assessment.verdict === 'DOWN') steps.push('Bring the target up, then run again: nothing was tested.');
  if (assessment.verdict === 'INCONCLUSIVE')
    steps.push(`Get the missing evidence and run again: ${assessment.sentence}`);
  if (degraded.length > 0) steps.push(`Decide whether the broken secondary promises of ${names(degraded)} may ship.`);
  if (flaky.length > 0) steps.push(`Find out why ${names(flaky)} failed first; a retry proves nothing.`);
  for (const { waiver, daysLeft, state } of assessment.waivers)
    if (state === 'expired' || daysLeft <= 7)
      steps.push(
        `Waiver of ${waiver.owner} for ${waiver.tests.join(', ')} (${waiver.cause}): ${state === 'expired' ? 'expired' : `${daysLeft} days left`}.`,
      );
  if (steps.length === 0)
    steps.push(
      assessment.rehearsal
        ? 'Run the same tests against staging: a rehearsal releases nothing.'
        : 'Nothing stands against the release.',
    );
  return steps;
};
