/** What reports, waivers, history and causes say of parts, from records that need no run. */
import { expect, test } from '@playwright/test';
import { catalogued } from '../../src/contract/catalogue.ts';
import { assess } from '../../src/reporter/assess.ts';
import { ctrf } from '../../src/reporter/ctrf.ts';
import { entryOf, trendOf, type HistoryEntry } from '../../src/reporter/history.ts';
import { junit } from '../../src/reporter/junit.ts';
import { sealed, type Row, type RowPart } from '../../src/reporter/record.ts';
import { stepSummary } from '../../src/reporter/step-summary.ts';
import { sessionReport } from '../../src/reporter/session-report.ts';
import { terminalSummary } from '../../src/reporter/terminal.ts';
import type { Waiver } from '../../src/reporter/waivers.ts';
import { MODEL, recordOf, rowOf, rowsWith } from './rows.ts';

const ID = 'P1-13';
const NOW = new Date('2025-09-09T18:00:00Z');
const NAMES = catalogued(ID).parts;
const [FIRST = '', SECOND = '', THIRD = ''] = NAMES;

const red = (causes: Readonly<Record<string, string>>, change: Partial<Row> = {}): Row => {
  const row = rowOf(ID, 'failed');
  const failure = row.parts[0]?.failure ?? null;
  const parts = row.parts.map((part): RowPart => {
    const cause = causes[part.name];
    return cause === undefined
      ? { ...part, result: 'verified', reason: null, failure: null }
      : { ...part, result: 'failed', reason: `why ${cause}`, failure, cause: { id: cause, confidence: 'high' } };
  });
  return { ...row, parts, cause: parts.find(({ cause }) => cause !== null)?.cause ?? null, ...change };
};
const rowsOf = (row: Row): Row[] => rowsWith().map((each) => (each.id === row.id ? row : each));
const reportOf = (row: Row, waivers: Waiver[] = []) => {
  const record = sealed(recordOf(rowsOf(row)), undefined);
  const assessment = assess(record, { model: MODEL, waivers }, NOW);
  const trend = trendOf({ entries: [], unreadable: 0 }, entryOf(record, assessment));
  return { record, assessment, trend, evidence: new Map() };
};

const WAIVER: Waiver = {
  tests: [ID],
  cause: 'persistence-lost',
  owner: 'storage team',
  reason: 'known, repaired in the next release',
  opened: '2025-09-01',
  expires: '2025-09-20',
};
const beside = { reason: 'late', failures: [], cause: { id: 'latency-over-budget', confidence: 'low' as const } };

for (const [what, row, verdict] of [
  ['every failed part has the waived cause', red({ [FIRST]: WAIVER.cause, [SECOND]: WAIVER.cause }), 'CONDITIONAL'],
  ['a later failed part has another cause', red({ [FIRST]: WAIVER.cause, [SECOND]: 'data-corrupted' }), 'HOLD'],
  ['the test failed beside its parts, too', red({ [FIRST]: WAIVER.cause }, { outside: beside }), 'HOLD'],
] as const)
  test(`a waiver: ${what} - ${verdict}`, () => {
    expect(reportOf(row, [WAIVER]).assessment.verdict).toBe(verdict);
  });

const night = (day: number, causes: Readonly<Record<string, string>>): HistoryEntry => {
  const startedAt = `2025-09-0${day}T02:00:00.000Z`;
  const row = Object.keys(causes).length === 0 ? rowOf(ID) : red(causes);
  const record = sealed(recordOf(rowsOf(row), { runId: `night-${day}`, startedAt, endedAt: startedAt }), undefined);
  return entryOf(record, assess(record, { model: MODEL, waivers: [] }, NOW));
};

test('three nights of one red test - what is new is the part, and since when each fails', () => {
  const entries = [night(1, {}), night(2, { [FIRST]: 'app-5xx', [THIRD]: 'app-5xx' })];
  const { newlyFailed, parts } = trendOf(
    { entries, unreadable: 0 },
    night(3, { [FIRST]: 'app-5xx', [SECOND]: 'app-5xx' }),
  );
  expect(newlyFailed).toEqual([]);
  expect(
    parts.map(({ part, newlyFailed: fresh, recovered, failingSince }) => [part, fresh, recovered, failingSince?.runs]),
  ).toEqual([
    [FIRST, false, false, 2],
    [SECOND, true, false, 1],
    [THIRD, false, true, undefined],
  ]);
});

test('a line of the history from before tests had parts - says nothing of the parts of a red test', () => {
  const { parts: _parts, ...old } = night(1, { [FIRST]: 'app-5xx' });
  expect(trendOf({ entries: [old], unreadable: 0 }, night(2, { [SECOND]: 'app-5xx' })).parts).toEqual([
    expect.objectContaining({ part: SECOND, newlyFailed: false }),
  ]);
});

test('two red parts - counted and named in every report', () => {
  const report = reportOf(red({ [FIRST]: 'persistence-lost', [SECOND]: 'app-5xx' }));
  const { of } = report.assessment.parts;
  const counts = `21 of 22 tests, ${of - 2} of ${of} parts`;
  const terminal = terminalSummary(report.record, report.assessment, { unicode: true, outputs: [] });
  expect(terminal.join('\n')).toContain(counts);
  for (const [name, cause] of [
    [FIRST, 'persistence-lost'],
    [SECOND, 'app-5xx'],
  ] as const)
    expect(terminal.filter((line) => line.includes(`${ID} ${name} (${cause}): why`))).toHaveLength(1);
  for (const text of [[...sessionReport(report)].join(''), stepSummary(report)])
    for (const wanted of [counts, FIRST, SECOND]) expect(text).toContain(wanted);
  const xml = [...junit(report)].join('');
  expect(xml.match(/<testcase /g)).toHaveLength(report.assessment.rows.length);
  expect(xml.match(/<failure /g)).toHaveLength(1);
  const failure = xml.slice(xml.indexOf('<failure '), xml.indexOf('</failure>'));
  for (const name of [FIRST, SECOND]) expect(failure).toContain(`part "${name}"`);
  const parts = ctrf(report).results.tests.find(({ testId }) => testId === ID)?.extra?.['parts'];
  expect(parts).toHaveLength(NAMES.length);
});
