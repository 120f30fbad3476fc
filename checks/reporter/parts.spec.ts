/** Parts of a claim, from the attachment of an attempt to record, gate and verdict. */
import { join } from 'node:path';
import { catalogued } from '../../src/contract/catalogue.ts';
import type { PartReport, PartsReport } from '../../src/evidence/parts.ts';
import { crossCheck } from '../../src/reporter/cross-check.ts';
import { misuses, type Expectation } from '../../src/reporter/gate-checks.ts';
import { partsFrom } from '../../src/reporter/parts.ts';
import { sealed } from '../../src/reporter/record.ts';
import type { Result, RowPart, RunRecord } from '../../src/reporter/record.ts';
import { together } from '../../src/reporter/results.ts';
import { expect, test, type MiniProject } from './project.ts';
import { failedPart, failing, partOf, showing } from './samples.ts';

const ID = 'P1-13';
const NAMES = catalogued(ID).parts;
const [FIRST = ''] = NAMES;
const BROKEN = ['not-persisted', 'thread.rename', 'the new title is shown'] as const;
const FAILED = failedPart(FIRST, ...BROKEN);
const others = (...names: readonly string[]) =>
  NAMES.filter((name) => !names.includes(name)).map((name) => partOf(name));
const RED = `${showing(ID, [FAILED, ...others(FIRST)])} ${failing(...BROKEN)}`;

const rowIn = ({ rows }: RunRecord) => {
  const found = rows.find(({ id }) => id === ID);
  if (found === undefined) throw new Error(`the record has no row of ${ID}`);
  return found;
};
const resultsIn = (record: RunRecord): RowPart['result'][] => rowIn(record).parts.map(({ result }) => result);

/** As somebody would who knows how hashes are made. */
const edited = (record: RunRecord, change: (row: RunRecord['rows'][number]) => void): RunRecord => {
  const { rowsHash: _rows, hash: _hash, seal: _seal, ...body } = record;
  for (const row of body.rows) if (row.id === ID) change(row);
  return sealed(body, undefined);
};

const expectationOf = (mini: MiniProject): Expectation => ({
  recordFile: join(mini.folder, 'reports/impact/run.json'),
  now: new Date(),
  maxAgeHours: 24,
  runId: undefined,
  commit: undefined,
  commitIsNamed: false,
  target: undefined,
  release: false,
  allowDirty: true,
  recordKey: undefined,
});

test('a healthy run - every part of the catalogue is in the record, verified', async ({ project }) => {
  const mini = project();
  await mini.test();
  const { rows } = mini.record;
  for (const { id, parts, claim } of rows.filter(({ priority }) => priority === 'P1')) {
    const declared = catalogued(id).parts;
    expect(parts.map(({ name }) => name)).toEqual(declared.length === 0 ? [claim] : declared);
    expect(new Set(parts.map(({ result }) => result))).toEqual(new Set(['verified']));
  }
  expect((await mini.gate()).exitCode).toBe(0);
});

test('a failed part - typed by the attachment, the others stay verified, the row names it', async ({ project }) => {
  const mini = project({ tests: { [ID]: RED } });
  const ran = await mini.test();
  const row = rowIn(mini.record);
  expect(row.result).toBe('failed');
  expect(row.reason).toBe(`${FIRST}: [not-persisted] thread.rename: the new title is shown`);
  expect(row.outside).toBeNull();
  expect(row.parts[0]).toMatchObject({
    name: FIRST,
    result: 'failed',
    durationMs: 40,
    own: { requests: 2 },
    failure: { class: 'not-persisted', key: 'thread.rename', promise: 'the new title is shown' },
  });
  expect(new Set(row.parts.slice(1).map(({ result }) => result))).toEqual(new Set(['verified']));
  expect(row.attempts[0]?.failures).toHaveLength(1);
  expect(ran.output).toContain(FIRST);
  expect((await mini.gate()).exitCode).toBe(1);
});

test('a passed test without its parts - nothing is verified', async ({ project }) => {
  const mini = project({ tests: { [ID]: showing(ID, [], '7') } });
  await mini.test();
  expect(rowIn(mini.record).result).toBe('unverified');
  expect(new Set(resultsIn(mini.record))).toEqual(new Set(['unverified']));
  expect(mini.record.errors.map(({ message }) => message).join()).toContain('is of P1-13, attempt 8');
});

test('a part that the catalogue has not - an error of the run', async ({ project }) => {
  const mini = project({ tests: { [ID]: showing(ID, [...others(), partOf('something else')]) } });
  await mini.test();
  expect(mini.record.errors).toEqual([expect.objectContaining({ kind: 'unknown-part' })]);
  expect(mini.impact.verdict).toBe('INCONCLUSIVE');
});

test('a killed process - no part is known, the row fails by what is outside of them', async ({ project }) => {
  const mini = project({ tests: { [ID]: 'process.exit(3);' } });
  await mini.test();
  const { result, parts, outside } = rowIn(mini.record);
  expect(result).toBe('failed');
  expect(outside?.failures.map(({ key }) => key)).toEqual(['worker.exit']);
  expect(new Set(parts.map((part) => part.result))).toEqual(new Set(['unverified']));
  expect(parts[0]?.reason).toContain('worker.exit');
});

test('a filtered test - all of its parts are unverified for the same reason', async ({ project }) => {
  const mini = project();
  await mini.test(['--grep', 'P1-01|preflight']);
  const { parts, reason } = rowIn(mini.record);
  expect(parts.map((part) => part.reason)).toEqual(NAMES.map(() => reason));
});

test('a failure beside a failed part - recorded as outside of the parts', async ({ project }) => {
  const more = "info.errors.push({ message: '[deadline] test.timeout: too long' });";
  const mini = project({ tests: { [ID]: `${showing(ID, [FAILED, ...others(FIRST)])} ${more} ${failing(...BROKEN)}` } });
  await mini.test();
  expect(rowIn(mini.record).outside?.reason).toBe('[deadline] test.timeout: too long');
});

test('red first, green on the retry - the part is flaky', async ({ project }) => {
  const mini = project({
    config: 'retries: 1,',
    tests: { [ID]: `if (info.retry === 0) { ${RED} } ${showing(ID, others())}` },
  });
  await mini.test();
  const { result, parts } = rowIn(mini.record);
  expect(result).toBe('flaky');
  expect(parts.map((part) => part.result)).toEqual(NAMES.map((_, index) => (index === 0 ? 'flaky' : 'verified')));
  expect(parts[0]?.reason).toBe('passed on attempt 2; first: [not-persisted] thread.rename: the new title is shown');
  expect((await mini.gate()).output).toContain('CONDITIONAL');
});

const reportOf = (attempt: number, parts: readonly PartReport[]): PartsReport => ({
  version: 1,
  test: ID,
  attempt,
  parts: [...parts],
  given: null,
});
const NOTHING = { requests: 0, sockets: 0, frames: 0, pages: 0 };
const NOT_APPLICABLE = partOf(FIRST, { result: 'not applicable', reason: 'the release has none' });

const ATTEMPTS: readonly (readonly [what: string, first: readonly (PartReport | null)[], results: string])[] = [
  ['verified', [partOf(FIRST)], 'verified'],
  ['left out by the attachment', [null], 'unverified'],
  ['without traffic of its own', [partOf(FIRST, { own: NOTHING })], 'unverified'],
  ['degraded without traffic of its own', [partOf(FIRST, { result: 'degraded', own: NOTHING })], 'unverified'],
  ['one frame is traffic', [partOf(FIRST, { own: { ...NOTHING, frames: 1 } })], 'verified'],
  ['not applicable', [NOT_APPLICABLE], 'not applicable'],
  ['failed, then another part failed', [FAILED, partOf(FIRST)], 'flaky'],
  ['failed, then left out', [FAILED, null], 'failed'],
  ['failed, then unverified', [FAILED, partOf(FIRST, { result: 'unverified', reason: 'no model' })], 'failed'],
  ['failed, then not applicable', [FAILED, NOT_APPLICABLE], 'failed'],
  ['unverified, then verified', [partOf(FIRST, { result: 'unverified' }), partOf(FIRST)], 'verified'],
  ['verified, then left out', [partOf(FIRST), null], 'unverified'],
  ['verified, then failed', [partOf(FIRST), FAILED], 'failed'],
];
for (const [what, attempts, result] of ATTEMPTS)
  test(`attempts of a part: ${what} - ${result}`, () => {
    const reports = attempts.map((part, index) =>
      reportOf(index, part === null ? others(FIRST) : [part, ...others(FIRST)]),
    );
    const parts = partsFrom(catalogued(ID), reports, 'never started');
    expect(parts.map((part) => part.name)).toEqual(NAMES);
    expect(parts[0]?.result).toBe(result);
    expect(parts[0]?.reason === null).toBe(result === 'verified');
  });

const RULED: readonly (readonly [runner: Result, parts: readonly PartReport[], row: Result])[] = [
  ['verified', others(), 'verified'],
  ['verified', [NOT_APPLICABLE, ...others(FIRST)], 'verified'],
  ['verified', NAMES.map((name) => ({ ...NOT_APPLICABLE, name })), 'unverified'],
  ['verified', others(FIRST), 'unverified'],
  ['verified', [partOf(FIRST, { result: 'degraded', reason: 'slow' }), ...others(FIRST)], 'degraded'],
  ['verified', [FAILED, ...others(FIRST)], 'failed'],
  ['unverified', [FAILED, ...others(FIRST)], 'failed'],
  ['failed', others(), 'failed'],
  ['flaky', others(), 'flaky'],
  ['degraded', others(), 'degraded'],
];
for (const [index, [runner, parts, result]] of RULED.entries())
  test(`row ${index}: the runner says ${runner} - with its parts ${result}`, () => {
    const made = partsFrom(catalogued(ID), [reportOf(0, parts)], 'never started');
    expect(together({ result: runner, reason: runner === 'verified' ? null : 'why' }, made).result).toBe(result);
  });

test('by shards and merge - the same parts', async ({ project }) => {
  test.setTimeout(240_000);
  const mini = project({ tests: { [ID]: RED } });
  await mini.run('merged');
  expect(resultsIn(mini.record)).toEqual(NAMES.map((_, index) => (index === 0 ? 'failed' : 'verified')));
  expect((await mini.gate()).exitCode).toBe(1);
});

const EDITS: Readonly<Record<string, (row: RunRecord['rows'][number]) => void>> = {
  'a failed part made verified': ({ parts }) =>
    Object.assign(parts[0] ?? {}, { result: 'verified', reason: null, failure: null }),
  'the part and the row made verified': (row) => {
    Object.assign(row.parts[0] ?? {}, { result: 'verified', reason: null, failure: null });
    Object.assign(row, { result: 'verified', reason: null });
  },
  'part, row and attempt made verified': (row) => {
    Object.assign(row.parts[0] ?? {}, { result: 'verified', reason: null, failure: null });
    Object.assign(row, { result: 'verified', reason: null });
    for (const attempt of row.attempts) Object.assign(attempt, { status: 'passed', failures: [] });
  },
  'a part left out': ({ parts }) => void parts.splice(1, 1),
  'another part made failed': ({ parts }) =>
    Object.assign(parts[1] ?? {}, { result: 'failed', failure: parts[0]?.failure }),
  'a verified part made not applicable': ({ parts }) => Object.assign(parts[1] ?? {}, { result: 'not applicable' }),
};

test('a record that was edited, its hashes made anew - every edit of a part is noticed', async ({ project }) => {
  const mini = project({ tests: { [ID]: RED } });
  await mini.test();
  const report = join(mini.folder, 'reports/results.json');
  const noticed = (record: RunRecord): string[] =>
    [...misuses(record, expectationOf(mini), record.git), ...crossCheck(record, report).misuses].filter((line) =>
      /edited: .*P1-13/.test(line),
    );
  expect(noticed(mini.record)).toEqual([]);
  for (const [what, change] of Object.entries(EDITS))
    expect(noticed(edited(mini.record, change)), what).not.toEqual([]);
});

test('a record of version 1 - MISUSE in one line that says what to do', async ({ project }) => {
  const mini = project();
  await mini.test();
  mini.write('reports/impact/run.json', JSON.stringify({ ...mini.record, version: 1 }));
  const { exitCode, output } = await mini.gate();
  expect(exitCode).toBe(5);
  expect(output.trim().split('\n')).toEqual([
    'MISUSE',
    expect.stringMatching(/was made by an older goldenpath \(record version 1, this one reads 2\); run again$/),
  ]);
});
