/** What GitHub shows on the page of a job. */
import { appendFileSync } from 'node:fs';
import { courtesy } from '../evidence/courtesy.ts';
import { breachLine } from './breach.ts';
import { countsText, exposureLine, furtherLine, shown } from './format.ts';
import { md, table } from './markdown.ts';
import { hasParts, partsWith } from './parts.ts';
import { nextSteps } from './report.ts';
import type { Report } from './report.ts';

/** GitHub drops a summary above 1 MiB whole. */
const ROWS = 200;

/** Nothing where GitHub names no file; a container often inherits the name without the file. */
export const appendStepSummary = (file: string | undefined, text: string): void => {
  if (file === undefined) return;
  courtesy('the job summary (GITHUB_STEP_SUMMARY) cannot be written', undefined, () => {
    appendFileSync(file, text);
  });
};

export const stepSummary = (report: Report): string => {
  const { assessment } = report;
  const { readings } = assessment;
  const found = assessment.rows.filter((row) => row.result !== 'verified');
  return [
    `## goldenpath: ${shown(assessment)}`,
    '',
    md(assessment.sentence),
    '',
    ...assessment.breaches.map((breach) => `* **${md(breachLine(breach))}**: ${md(breach.evidence[0] ?? '', 160)}`),
    ...(assessment.breaches.length === 0 ? [] : ['']),
    `${countsText({ verified: readings.strict.passed, of: readings.strict.of }, assessment.parts)}.`,
    '',
    `${exposureLine(assessment)} (declared MRR${assessment.rehearsal ? ', example only' : ''}). ` +
      `Strict ${readings.strict.passed}/${readings.strict.of}, pass-rate ${readings.passRate.percent} %, tolerant ${readings.tolerant.percent} %.`,
    ...assessment.further.map((each) => `\n${each.id}: ${furtherLine(each, assessment.currency)}`),
    '',
    ...(found.length === 0
      ? []
      : [
          table(
            ['test', 'result', 'cause', 'reason'],
            found
              .slice(0, ROWS)
              .flatMap((row) => [
                [`${row.id} ${md(row.name)}`, row.result, row.cause?.id ?? '', md(row.reason ?? '', 160)],
                ...(hasParts(row) ? partsWith(row, 'failed') : []).map(({ name, result, cause, reason }) => [
                  `– ${md(name)}`,
                  result,
                  cause?.id ?? '',
                  md(reason ?? '', 160),
                ]),
              ]),
          ),
          ...(found.length > ROWS ? ['', `and ${found.length - ROWS} more in the reports`] : []),
          '',
        ]),
    ...nextSteps(report)
      .slice(0, 10)
      .map((step) => `* ${md(step, 400)}`),
    '',
  ].join('\n');
};
