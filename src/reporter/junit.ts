/**
 * `junit.xml`, with the cause of a failure as its type and with every attempt. It keeps to what Jenkins' xUnit plugin
 * admits, the strictest reader: facts of a test stand in its <system-out>, and every reason is text as well as an attribute.
 */
import { inert } from '../evidence/inert.ts';
import { breachLine } from './breach.ts';
import type { Breach } from './breach.ts';
import { cell } from './format.ts';
import { hasParts, partsWith } from './parts.ts';
import type { Report } from './report.ts';
import type { Row } from './record.ts';

/** XML 1.0 cannot carry every character; these are dropped. */
const possible = (text: string): string => inert(text).replace(/[\p{Cs}\ufffe\uffff]|(?![\t\n\r])\p{Cc}/gu, '');

/** Escaped for an attribute. */
export const xml = (text: string): string =>
  possible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);

/** As an element's text: Allure's importer shows character references as they stand. */
export const cdata = (text: string): string =>
  `<![CDATA[${possible(text).replaceAll(/\r\n?/g, '\n').replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly row: Row;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly type: string;
}

const caseOf = (row: Row, breaches: readonly Breach[]): Case => {
  const own = breaches.filter(({ tests }) => tests.includes(row.id));
  // No evidence is no pass: in the tier that decides it is an error, elsewhere a skip.
  const outcome: Outcome =
    own.length > 0 || row.result === 'failed'
      ? 'failure'
      : row.result !== 'unverified'
        ? 'passed'
        : row.priority === 'P1'
          ? 'error'
          : 'skipped';
  return {
    row,
    outcome,
    reason: [...own.map(breachLine), row.reason ?? ''].filter((part) => part !== '').join('; ') || 'no reason recorded',
    type:
      outcome === 'failure'
        ? (own[0]?.id ?? row.cause?.id ?? row.attempts.at(-1)?.failures[0]?.class ?? 'unknown')
        : row.result,
  };
};

/** Each failed part with its own words; what failed beside them follows. */
const partDetails = (row: Row): string =>
  [
    ...partsWith(row, 'failed').map(
      ({ name, cause, failure, reason }) =>
        `part "${name}"${cause === null ? '' : ` (${cause.id})`}\n${failure?.excerpt ?? reason ?? ''}`,
    ),
    ...(row.outside === null ? [] : row.outside.failures.map(({ excerpt }) => excerpt)),
  ].join('\n\n');

const details = (row: Row, attempt: number): string =>
  (row.attempts[attempt]?.failures ?? []).map((failure) => failure.excerpt).join('\n\n');

/** Some readers show the attribute only, some the text only, and some fail without a text. */
const element = (name: string, type: string, reason: string, text: string): string =>
  `<${name} type="${xml(type)}" message="${xml(cell(reason))}">${cdata(cell([reason, text].filter((part) => part.trim() !== '').join('\n\n')))}</${name}>`;

const elements = ({ row, outcome, reason, type }: Case): string => {
  if (outcome !== 'passed')
    return element(
      outcome,
      type,
      reason,
      outcome !== 'failure' ? '' : hasParts(row) ? partDetails(row) : details(row, row.attempts.length - 1),
    );
  if (row.result !== 'flaky') return '';
  return row.attempts
    .slice(0, -1)
    .map((attempt, index) =>
      element('flakyFailure', attempt.failures[0]?.class ?? 'unknown', reason, details(row, index)),
    )
    .join('');
};

const facts = (row: Row): string =>
  [
    ['result', row.result],
    ['capability', row.capability],
    ...(row.file === null ? [] : [['file', row.file]]),
    ...(row.cause === null ? [] : [['cause', `${row.cause.id} (${row.cause.confidence} confidence)`]]),
    ...(hasParts(row) ? row.parts.map(({ name, result }) => ['part', `${result}: ${name}`]) : []),
    ...row.degraded.map((found) => ['degraded', found]),
    ...row.notApplicable.map((found) => ['not-applicable', found]),
    ...row.cleanup.map((found) => ['cleanup', found]),
  ]
    .map(([name, value]) => `${name ?? ''}: ${value ?? ''}`)
    .join('\n');

const timeOf = (row: Row): number => row.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);

const totals = (cases: readonly Case[]): string => {
  const count = (wanted: Outcome) => cases.filter(({ outcome }) => outcome === wanted).length;
  const time = cases.reduce((sum, { row }) => sum + timeOf(row), 0);
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" time="${seconds(time)}"`;
};

export function* junit({ record, assessment }: Report): Generator<string> {
  const cases = assessment.rows.map((row) => caseOf(row, assessment.breaches));
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="goldenpath" ${totals(cases)}>\n`;
  const suiteOf = ({ row }: Case): string => `${row.priority} ${row.capability}`;
  for (const name of new Set(cases.map(suiteOf))) {
    const own = cases.filter((each) => suiteOf(each) === name);
    const skipped = own.filter(({ outcome }) => outcome === 'skipped').length;
    yield `  <testsuite name="${xml(name)}" timestamp="${record.startedAt}" ${totals(own)} skipped="${skipped}">\n`;
    yield `    <properties><property name="run" value="${xml(record.runId)}"/></properties>\n`;
    for (const each of own) {
      const { row } = each;
      yield `    <testcase classname="${xml(`${row.priority}.${row.capability}`)}" name="${xml(row.title ?? `${row.id} ${row.name}`)}" time="${seconds(timeOf(row))}">`;
      yield `${elements(each)}<system-out>${cdata(facts(row))}</system-out></testcase>\n`;
    }
    yield '  </testsuite>\n';
  }
  yield '</testsuites>\n';
}
