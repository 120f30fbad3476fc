/** `impact.md`: the page that the team used to write by hand after a session. */
import { allStreams } from './assess.ts';
import { countsText, duration, exposureLine, furtherLine, instant, money, notApplicableText, shown } from './format.ts';
import { spentText } from '../evidence/annotations.ts';
import { contractText } from '../evidence/preflight.ts';
import { fenced, md, table } from './markdown.ts';
import { labelled } from './history.ts';
import { hasParts, openParts } from './parts.ts';
import type { Row } from './record.ts';
import { nextSteps } from './report.ts';
import type { Report } from './report.ts';

const HEALTH_CHARACTERS = 4_000;
/** Parts that are listed one by one. */
const PARTS = 200;

const timeOf = (row: Row): string =>
  row.attempts.length === 0 ? '–' : duration(row.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0));

const noteOf = (row: Row): string =>
  [
    row.cause === null ? '' : `\`${row.cause.id}\` (${row.cause.confidence})`,
    row.reason === null ? '' : md(row.reason, 160),
    row.attempts.length > 1 ? `${row.attempts.length} attempts` : '',
    row.notApplicable.length === 0 ? '' : `not applicable: ${md(row.notApplicable.join('; '), 160)}`,
    row.cleanup.length === 0 ? '' : `not cleaned up: ${md(row.cleanup.join('; '), 120)}`,
  ]
    .filter((part) => part !== '')
    .join('; ');

function* partsTable(rows: readonly Row[]): Generator<string> {
  const open = rows.filter(hasParts).flatMap((row) => openParts(row).map((part) => ({ id: row.id, part })));
  if (open.length === 0) return;
  yield `\n### Parts that are not verified\n\n| # | part | status | duration | note |\n| --- | --- | --- | --- | --- |\n`;
  for (const { id, part } of open.slice(0, PARTS)) {
    const cause = part.cause === null ? '' : `\`${part.cause.id}\` (${part.cause.confidence}); `;
    yield `| ${id} | ${md(part.name)} | ${part.result} | ${duration(part.durationMs)} | ${cause}${md(part.reason ?? '', 160)} |\n`;
  }
  if (open.length > PARTS) yield `\nand ${open.length - PARTS} more in run.json\n`;
}

const summary = (report: Report): string[] => {
  const { record, assessment } = report;
  const { readings } = assessment;
  return [
    `**${shown(assessment)}.** ${md(assessment.sentence)}`,
    '',
    `* ${exposureLine(assessment)} of declared monthly recurring revenue${assessment.rehearsal ? ' (example only: this was a rehearsal)' : ''}.`,
    `* ${countsText({ verified: assessment.counts.verified, of: readings.strict.of }, assessment.parts)}.`,
    `* Strict reading: ${readings.strict.passed} of ${readings.strict.of} verified, so the tier ${readings.strict.tierCounts ? 'counts' : 'does not count'}.`,
    `* Pass-rate reading: ${readings.passRate.passed} of ${readings.passRate.of} = ${readings.passRate.percent} %${readings.passRate.flaky === 0 ? '' : `, ${readings.passRate.flaky} flaky listed apart`}.`,
    `* Tolerant reading: ${readings.tolerant.passed} of ${readings.tolerant.of} = ${readings.tolerant.percent} %${readings.tolerant.forgiven.length === 0 ? '' : `; it forgives the orderly refusals of ${readings.tolerant.forgiven.join(' and ')}, and does not say that chat worked`}.`,
    ...(record.causes.length === 0
      ? []
      : [
          `* ${record.causes.length === 1 ? 'One cause explains' : `${record.causes.length} causes explain`} ${record.causes.flatMap((group) => group.tests).length} failed tests.`,
        ]),
  ];
};

const environment = ({ record }: Report): string => {
  const { target } = record;
  return table(
    ['what', 'value'],
    [
      [
        'target',
        target === null
          ? 'unknown'
          : `${md(target.api)} (${target.kind}${target.standinVersion === null ? '' : ` ${md(target.standinVersion)}`})`,
      ],
      ...(target === null
        ? []
        : [
            ['socket', md(target.ws)],
            ['auth', md(target.auth)],
            ['environment', md(target.environment)],
          ]),
      ['contract', record.preflight[0] === undefined ? 'unknown' : md(contractText(record.preflight[0]))],
      ['not applicable', md(notApplicableText(record))],
      ['run', md(record.runId)],
      ['started', instant(record.startedAt)],
      ['ended', instant(record.endedAt)],
      ['duration', duration(record.durationMs)],
      ['asked of the target', spentText(record.spent)],
      [
        'commit of the suite',
        record.git.commit === null
          ? 'unknown'
          : `${record.git.commit}${record.git.dirty === true ? ' with uncommitted changes' : ''}`,
      ],
      ['Playwright', md(record.playwright)],
      ['shards', record.merged ? `${record.shards.seen.length} of ${record.shards.total}, merged` : '1 of 1'],
      ['warm-up', record.preflight[0] === undefined ? 'unknown' : duration(record.preflight[0].warmUp.ms)],
    ],
  );
};

const findings = ({ record, assessment, trend }: Report): string[] => {
  const lines = assessment.reasons.map((reason) => `* ${md(reason)}`);
  for (const { contract } of record.preflight)
    for (const difference of contract?.differences ?? []) lines.push(`* ${md(difference)}`);
  for (const finding of record.findings)
    lines.push(`* ${finding.kind === 'security' ? '**Security**' : 'Contradiction'}: ${md(finding.statement)}`);
  const fresh = labelled(trend, trend.newlyFailed, (part) => part.newlyFailed);
  const recovered = labelled(trend, trend.recovered, (part) => part.recovered);
  if (fresh.length > 0) lines.push(`* New since the last run: ${md(fresh.join(', '), 1_000)}.`);
  if (recovered.length > 0) lines.push(`* Recovered since the last run: ${md(recovered.join(', '), 1_000)}.`);
  for (const [id, { startedAt, runs }] of trend.failingSince)
    if (runs > 1) lines.push(`* ${id} has been failing since ${instant(startedAt)} (${runs} runs).`);
  for (const [id, count] of trend.flaky)
    lines.push(`* ${id} was flaky in ${count} of the last ${trend.runs.length} runs.`);
  for (const { test, part, failingSince, flaky } of trend.parts) {
    if (failingSince !== null && failingSince.runs > 1)
      lines.push(
        `* ${test}, ${md(part)}: failing since ${instant(failingSince.startedAt)} (${failingSince.runs} runs).`,
      );
    if (flaky > 0) lines.push(`* ${test}, ${md(part)}: flaky in ${flaky} of the last ${trend.runs.length} runs.`);
  }
  return lines;
};

const health = ({ record }: Report): string => {
  const answer = record.preflight[0]?.wsHealth;
  if (answer === undefined || answer === null) return 'Not asked, or no answer.';
  const text = JSON.stringify(answer, null, 2);
  return fenced('json', text.length <= HEALTH_CHARACTERS ? text : `${text.slice(0, HEALTH_CHARACTERS)} …`);
};

const impact = ({ assessment }: Report): string[] => {
  const { currency, capabilities, further } = assessment;
  return [
    'Amounts are declared weights, not measurements.',
    '',
    table(
      ['stream', 'declared', 'confirmed', 'unverified', 'because of', 'source'],
      allStreams(assessment).map((stream) => [
        md(stream.id),
        money(stream.mrr, currency),
        money(stream.confirmed, currency),
        money(stream.unverified, currency),
        md([...stream.because, ...stream.open.map((id) => `${id} (open)`)].join(', ') || '–'),
        `${md(stream.source)} (${stream.asOf})`,
      ]),
    ),
    '',
    table(
      ['capability', 'state', 'tests'],
      capabilities.map((capability) => [
        `${md(capability.id)}${capability.security ? ' (security)' : ''}`,
        capability.state,
        capability.tests.map(({ id, result }) => (result === 'verified' ? id : `${id} ${result}`)).join(', '),
      ]),
    ),
    ...further.map(
      (each) =>
        `\n${each.id} (${md(each.label)}): ${furtherLine(each, currency)}; up to ${Math.round(each.tolerance * 100)} % may fail.`,
    ),
  ];
};

const risks = ({ record, assessment }: Report): string[] => {
  const lines: string[] = [];
  for (const capability of assessment.capabilities)
    if (capability.state !== 'verified')
      lines.push(`* ${md(capability.id)}${capability.critical ? ', critical,' : ''} is ${capability.state}.`);
  for (const { waiver, state, daysLeft, covers } of assessment.waivers)
    lines.push(
      `* Waiver (${state}${state === 'active' ? `, ${daysLeft} days left` : ''}): ${waiver.tests.join(', ')} for \`${md(waiver.cause)}\`, ${md(waiver.owner)}: ${md(waiver.reason)} Covers ${covers.length === 0 ? 'nothing in this run' : covers.join(', ')}.`,
    );
  const left = record.rows.filter((row) => row.cleanup.length > 0).map((row) => row.id);
  if (left.length > 0) lines.push(`* Data was left on the target by ${left.join(', ')}.`);
  if (assessment.rehearsal) lines.push('* This was a rehearsal: it says nothing about staging.');
  return lines.length === 0 ? ['None that this run shows.'] : lines;
};

const breaches = ({ assessment }: Report): string =>
  assessment.breaches
    .map(({ id, meaning, tests, evidence, nextStep }) =>
      [
        `## Security breach: ${md(meaning)}`,
        '',
        `\`${id}\`, shown by ${tests.join(', ') || 'a diagnostic probe'}.`,
        '',
        ...evidence.map((line) => `* ${md(line)}`),
        '',
        `**Do first:** ${md(nextStep)}\n\n`,
      ].join('\n'),
    )
    .join('');

const causes = ({ record }: Report): string[] =>
  record.causes.flatMap((group) => [
    `### ${md(group.cause)} (${group.confidence} confidence)`,
    '',
    md(group.detail),
    '',
    `Explains ${group.tests.join(', ')}.`,
    '',
    ...group.evidence.slice(0, 12).map((line) => `* ${md(line.fact)} (${md(line.source)})`),
    ...group.ruled_out.map((line) => `* ruled out \`${md(line.cause)}\`: ${md(line.because)}`),
    '',
    `**Next:** ${md(group.next_step)}`,
    '',
  ]);

export function* sessionReport(report: Report): Generator<string> {
  const { record, assessment } = report;
  yield `# goldenpath ${shown(assessment)}, ${instant(record.startedAt)}\n\n`;
  yield breaches(report);
  yield `## Executive summary\n\n${summary(report).join('\n')}\n\n`;
  yield `## Environment\n\n${environment(report)}\n\n`;
  yield `## Key findings\n\n${findings(report).join('\n')}\n\n`;
  yield `## WebSocket health\n\n\`/ws/health\` as the server says it, beside what the tests met:\n\n${health(report)}\n\n`;
  yield `## Results\n\n| # | name | status | duration | note |\n| --- | --- | --- | --- | --- |\n`;
  for (const row of assessment.rows)
    yield `| ${row.id} | ${md(row.name)} | ${row.result} | ${timeOf(row)} | ${noteOf(row)} |\n`;
  yield* partsTable(assessment.rows);
  yield `\n## Business impact\n\n${impact(report).join('\n')}\n\n`;
  yield `## Risks\n\n${risks(report).join('\n')}\n\n`;
  yield `## Causes\n\n${record.causes.length === 0 ? (assessment.counts.failed === 0 ? 'Nothing failed.' : 'No cause was named; the reasons are in the results.') : ''}\n`;
  for (const line of causes(report)) yield `${line}\n`;
  if (record.answers.length > 0) {
    yield '\n## Standing questions\n\n';
    for (const { question, answer } of record.answers) yield `* ${md(question)} ${md(answer)}\n`;
  }
  yield `\n## Next steps\n\n${nextSteps(report)
    .map((step, index) => `${index + 1}. ${md(step, 500)}`)
    .join('\n')}\n`;
}
