/** `junit.xml`, with the cause of a failure as its type and with every attempt. */
import { inert } from '../evidence/inert.ts';
import { cell } from './format.ts';
import type { Report } from './report.ts';
import type { Row } from './record.ts';

/** Escaped for text and attributes; characters that XML 1.0 cannot carry are dropped. */
export const xml = (text: string): string =>
  inert(text)
    .replace(/[\p{Cs}\ufffe\uffff]|(?![\t\n\r])\p{Cc}/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

const lastOf = (row: Row) => row.attempts.at(-1);

const details = (row: Row, attempt: number): string =>
  cell((row.attempts[attempt]?.failures ?? []).map((failure) => failure.excerpt).join('\n\n'));

const outcome = (row: Row): string => {
  const reason = xml(cell(row.reason ?? ''));
  const type = xml(row.cause?.id ?? lastOf(row)?.failures[0]?.class ?? 'unknown');
  if (row.result === 'failed')
    return `<failure type="${type}" message="${reason}">${xml(details(row, row.attempts.length - 1))}</failure>`;
  // No evidence is no pass: in the tier that decides it is an error, elsewhere a skip.
  if (row.result === 'unverified')
    return row.priority === 'P1' ? `<error type="unverified" message="${reason}"/>` : `<skipped message="${reason}"/>`;
  if (row.result !== 'flaky') return '';
  return row.attempts
    .slice(0, -1)
    .map(
      (attempt, index) =>
        `<flakyFailure type="${xml(attempt.failures[0]?.class ?? 'unknown')}" message="${reason}">${xml(details(row, index))}</flakyFailure>`,
    )
    .join('');
};

const properties = (row: Row): string =>
  [
    ['result', row.result],
    ['capability', row.capability],
    ...(row.cause === null
      ? []
      : [
          ['cause', row.cause.id],
          ['confidence', row.cause.confidence],
        ]),
    ...row.degraded.map((found) => ['degraded', found]),
    ...row.cleanup.map((found) => ['cleanup', found]),
  ]
    .map(([name, value]) => `<property name="${name ?? ''}" value="${xml(cell(value ?? ''))}"/>`)
    .join('');

export function* junit({ record, assessment }: Report): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  const count = (rows: readonly Row[], result: Row['result']) => rows.filter((row) => row.result === result).length;
  const totals = (rows: readonly Row[]): string => {
    const errors = rows.filter((row) => row.result === 'unverified' && row.priority === 'P1').length;
    const skipped = count(rows, 'unverified') - errors;
    const time = rows.reduce((sum, row) => sum + row.attempts.reduce((all, each) => all + each.durationMs, 0), 0);
    return `tests="${rows.length}" failures="${count(rows, 'failed')}" errors="${errors}" skipped="${skipped}" time="${seconds(time)}"`;
  };
  yield `<testsuites id="${xml(record.runId)}" name="goldenpath" ${totals(assessment.rows)}>\n`;
  const groups = groupRows(assessment.rows);
  for (const [name, rows] of groups) {
    yield `  <testsuite name="${xml(name)}" timestamp="${record.startedAt}" ${totals(rows)}>\n`;
    for (const row of rows) {
      const time = row.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);
      yield `    <testcase classname="${xml(`${row.priority}.${row.capability}`)}" name="${xml(row.title ?? `${row.id} ${row.name}`)}"${row.file === null ? '' : ` file="${xml(row.file)}"`} time="${seconds(time)}">`;
      yield `<properties>${properties(row)}</properties>${outcome(row)}</testcase>\n`;
    }
    yield '  </testsuite>\n';
  }
  yield '</testsuites>\n';
}

const groupRows = (rows: readonly Row[]): Map<string, Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = `${row.priority} ${row.capability}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
};
