/** Renders a run of 10,000 tests in a process of its own and prints time, memory and file sizes. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { assess } from '../../src/reporter/assess.ts';
import { entryOf, trendOf } from '../../src/reporter/history.ts';
import { loadCharts } from '../../src/reporter/html/chart.ts';
import { REPORTS, writeRecord, writeReports } from '../../src/reporter/outputs.ts';
import { RESULTS, sealed } from '../../src/reporter/record.ts';
import { MODEL, recordOf, rowOf, rowsWith } from './rows.ts';

const folder = process.argv[2] ?? 'reports/checks/scale';
const TESTS = 10_000;
const LONG = 'x'.repeat(1_500);

const rows = [
  ...rowsWith({ 'P1-01': 'failed' }),
  ...Array.from({ length: TESTS - 22 }, (_, index) => {
    const result = index % 10 === 0 ? (RESULTS[(index / 10) % RESULTS.length] ?? 'verified') : 'verified';
    const row = rowOf(`P${(2 + (index % 5)).toString()}-${index.toString().padStart(5, '0')}`, result);
    const attempts = row.attempts.map((attempt) => ({
      ...attempt,
      failures: attempt.failures.map((failure) => ({ ...failure, excerpt: LONG })),
    }));
    return { ...row, attempts };
  }),
];

const started = performance.now();
await loadCharts();
const record = sealed(recordOf(rows), undefined);
const assessment = assess(record, { model: MODEL, waivers: [] }, new Date('2025-09-09T18:00:00Z'));
const trend = trendOf({ entries: [], unreadable: 0 }, entryOf(record, assessment));
writeRecord(folder, record);
writeReports(folder, { record, assessment, trend, evidence: new Map() });
const ms = Math.round(performance.now() - started);
const most = process.resourceUsage().maxRSS * 1_024;
const files = Object.fromEntries(
  ['impact/run.json', ...Object.keys(REPORTS)].map((name) => [name, statSync(join(folder, name)).size]),
);
process.stdout.write(JSON.stringify({ ms, megabytes: Math.round(most / 1_048_576), files }));
