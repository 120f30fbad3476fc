/** The summary that ends every run, green ones too: at most 25 lines, and 15 more where parts failed. */
import { plain } from '../evidence/plain-text.ts';
import type { Assessment } from './assess.ts';
import { breachLine } from './breach.ts';
import { oneLine } from '../evidence/one-line.ts';
import {
  countsText,
  duration,
  exposureLine,
  furtherLine,
  instant,
  NOTHING_OPEN,
  notApplicableText,
  shown,
} from './format.ts';
import { spentText } from '../evidence/annotations.ts';
import { contractText } from '../evidence/preflight.ts';
import { inert } from '../evidence/inert.ts';
import { hasParts, partsWith } from './parts.ts';
import type { RecordBody, Result, Row } from './record.ts';

const WIDTH = 110;
const MOST_LINES = 25;
/** The reports have all of them. */
const DIFFERENCES = 2;

const SYMBOLS: Readonly<Record<Result, readonly [unicode: string, ascii: string]>> = {
  verified: ['✔', '+'],
  degraded: ['◐', '~'],
  flaky: ['↻', '%'],
  failed: ['✘', 'x'],
  unverified: ['○', '?'],
};

const cells = (rows: readonly Row[], symbol: (result: Result) => string): string =>
  rows.map((row) => `${row.id.slice(3)}${symbol(row.result)}`).join(' ');

export const terminalSummary = (
  record: RecordBody,
  assessment: Assessment,
  { unicode, outputs }: { unicode: boolean; outputs: readonly string[] },
): string[] => {
  const symbol = (result: Result) => SYMBOLS[result][unicode ? 0 : 1];
  const tier = record.rows.filter((row) => row.priority === 'P1');
  const half = Math.ceil(tier.length / 2);
  const { readings, counts } = assessment;
  const target = record.target;
  const counted = countsText({ verified: counts.verified, of: tier.length }, assessment.parts);
  const head = [
    `goldenpath  ${shown(assessment)}`,
    `  ${oneLine(assessment.sentence, WIDTH)}`,
    `  target   ${target === null ? 'unknown: preflight did not report' : `${target.api} (${target.kind}${target.standinVersion === null ? '' : ` ${target.standinVersion}`})`}`,
    `  contract ${record.preflight[0] === undefined ? 'unknown' : oneLine(contractText(record.preflight[0]), WIDTH)}`,
    `  run      ${record.runId} · ${instant(record.startedAt)} · ${duration(record.durationMs)} · ${spentText(record.spent)}${record.merged ? ` · merged from ${record.shards.seen.length} of ${record.shards.total} shards` : ''}`,
    `  tests    ${cells(tier.slice(0, half), symbol)}`,
    `           ${cells(tier.slice(half), symbol)}`,
    `  counts   ${counted}`,
    `  results  ${Object.entries(counts)
      .map(([result, count]) => `${count.toString()} ${result}`)
      .join(' · ')}`,
    `  readings strict ${readings.strict.passed}/${readings.strict.of}${readings.strict.tierCounts ? '' : ' (tier does not count)'} · pass-rate ${readings.passRate.passed}/${readings.passRate.of} = ${readings.passRate.percent} % · tolerant ${readings.tolerant.passed}/${readings.tolerant.of} = ${readings.tolerant.percent} %`,
    `  impact   ${exposureLine(assessment)} (declared MRR${assessment.rehearsal ? ', example only' : ''})`,
  ];
  const open = notApplicableText(record);
  if (open !== NOTHING_OPEN) head.push(`  open     ${open}`);
  const capabilities = assessment.capabilities
    .filter((capability) => capability.state !== 'verified')
    .map((capability) => `${capability.id} ${capability.state}`);
  if (capabilities.length > 0) head.push(`  affected ${oneLine(capabilities.join(' · '), WIDTH)}`);
  for (const further of assessment.further)
    head.push(`  ${further.id.padEnd(8)} ${furtherLine(further, assessment.currency)}`);
  const active = assessment.waivers.filter((waiver) => waiver.state === 'active').length;
  if (assessment.waivers.length > 0)
    head.push(`  waivers  ${active} active, ${assessment.waivers.length - active} not in force`);

  const red = assessment.rows
    .filter(hasParts)
    .flatMap((row) => [
      ...partsWith(row, 'failed').map(({ name, reason, cause }) => ({ id: row.id, name, reason, cause })),
      ...(row.outside === null ? [] : [{ id: row.id, name: 'outside of its parts', ...row.outside }]),
    ])
    .map(({ id, name, reason, cause }) => {
      const named = cause === null ? '' : ` (${cause.id})`;
      return oneLine(`${symbol('failed')} ${id} ${name}${named}: ${reason ?? ''}`, WIDTH);
    });
  const tail = outputs.length === 0 ? [] : [`  reports  ${outputs.join(' · ')}`];
  const room = MOST_LINES - head.length - tail.length - 1;
  const explained = new Set(record.causes.flatMap((group) => group.tests));
  const causes = record.causes.map((group) =>
    oneLine(
      `${symbol('failed')} ${group.tests.join(' ')}: ${group.cause} (${group.confidence}), ${group.detail}`,
      WIDTH,
    ),
  );
  const findings = assessment.rows
    .filter((row) => row.result !== 'verified' && !explained.has(row.id) && !(hasParts(row) && row.result === 'failed'))
    .map((row) => oneLine(`${symbol(row.result)} ${row.id} ${row.name}: ${row.reason ?? ''}`, WIDTH));
  const breaches = assessment.breaches.map((breach) =>
    oneLine(`${symbol('failed')} ${breachLine(breach)}: ${breach.evidence[0] ?? ''}`, WIDTH),
  );
  const errors = record.errors.map((error) => oneLine(`! ${error.message}`, WIDTH));
  const differences = record.preflight
    .flatMap(({ contract }) => contract?.differences.slice(0, DIFFERENCES) ?? [])
    .map((line) => oneLine(`! ${line}`, WIDTH));
  const all = [...breaches, ...errors, ...differences, ...causes, ...red, ...findings].map((line) => `  ${line}`);
  const lines =
    all.length <= room ? all : [...all.slice(0, room - 1), `  and ${all.length - room + 1} more in the reports`];
  const whole = ['', ...head, ...lines, ...tail].map(inert);
  return unicode ? whole : whole.map(plain);
};
