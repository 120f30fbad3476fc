import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { assess } from '../../src/reporter/assess.ts';
import { appendHistory, entryOf, readHistory, trendOf } from '../../src/reporter/history.ts';
import type { HistoryEntry } from '../../src/reporter/history.ts';
import { sealed } from '../../src/reporter/record.ts';
import type { Result } from '../../src/reporter/record.ts';
import { MODEL, recordOf, rowsWith } from './rows.ts';
import { mkdirSync } from 'node:fs';

const NOW = new Date('2025-09-09T18:00:00Z');

const night = (day: number, results: Readonly<Record<string, Result>>): HistoryEntry => {
  const startedAt = `2025-09-${day.toString().padStart(2, '0')}T02:00:00.000Z`;
  const record = sealed(
    recordOf(rowsWith(results), { runId: `night-${day}`, startedAt, endedAt: startedAt }),
    undefined,
  );
  return entryOf(record, assess(record, { model: MODEL, waivers: [] }, NOW));
};

const freshFile = (): string => {
  const folder = resolve(import.meta.dirname, '../../reports/checks/history');
  mkdirSync(folder, { recursive: true });
  return join(mkdtempSync(join(folder, 'h-')), 'history.jsonl');
};

test('four nights - new since the last run, failing since, recovered, flaky counts', () => {
  const nights = [
    night(1, { 'P1-01': 'failed', 'P1-05': 'flaky' }),
    night(2, { 'P1-02': 'failed', 'P1-05': 'flaky' }),
    night(3, { 'P1-02': 'unverified' }),
  ];
  const now = night(4, { 'P1-02': 'failed', 'P1-03': 'failed' });
  const trend = trendOf({ entries: nights, unreadable: 0 }, now);
  expect(trend.newlyFailed).toEqual(['P1-03']);
  expect(trend.failingSince.get('P1-02')).toEqual({ startedAt: '2025-09-02T02:00:00.000Z', runs: 2 });
  expect(trend.failingSince.get('P1-03')?.runs).toBe(1);
  expect(trend.flaky.get('P1-05')).toBe(2);
  expect(trend.runs).toHaveLength(4);
  expect(trendOf({ entries: nights.slice(0, 1), unreadable: 0 }, night(2, {})).recovered).toEqual(['P1-01']);
});

test('a run against another target - compared with nothing', () => {
  const other = { ...night(1, {}), target: 'stand-in' };
  expect(trendOf({ entries: [other], unreadable: 0 }, night(2, { 'P1-01': 'failed' }))).toMatchObject({
    newlyFailed: [],
  });
});

test('a torn last line - passed over, and the next line starts on its own', () => {
  const file = freshFile();
  appendHistory(file, night(1, {}));
  appendFileSync(file, '{"version":1,"runId":"kill');
  appendHistory(file, night(2, {}));
  const read = readHistory(file);
  expect(read.entries.map((entry) => entry.runId)).toEqual(['night-1', 'night-2']);
  expect(read.unreadable).toBe(1);
});

test('eight processes that append 25 lines each at once - 200 whole lines', async () => {
  const file = freshFile();
  const line = JSON.stringify(night(1, {}));
  const script = `
    import { appendHistory } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/reporter/history.ts'))};
    for (let index = 0; index < 25; index += 1) appendHistory(${JSON.stringify(file)}, ${line});`;
  const run = promisify(execFile);
  await Promise.all(
    Array.from({ length: 8 }, () =>
      run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        cwd: resolve(import.meta.dirname, '../..'),
      }),
    ),
  );
  expect(readHistory(file)).toMatchObject({ unreadable: 0 });
  expect(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((text) => text !== ''),
  ).toHaveLength(200);
});
