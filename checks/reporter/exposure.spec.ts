import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { assess } from '../../src/reporter/assess.ts';
import { capabilitiesOf } from '../../src/reporter/capabilities.ts';
import { exposureOf } from '../../src/reporter/exposure.ts';
import type { Exposure } from '../../src/reporter/exposure.ts';
import { exposureLine } from '../../src/reporter/format.ts';
import { RESULTS } from '../../src/reporter/record.ts';
import type { Result, Row } from '../../src/reporter/record.ts';
import { CATALOGUE } from '../../src/contract/catalogue.ts';
import { cleanlyRefused, MODEL, recordOf, rowOf, rowsWith } from './rows.ts';

const IDS = CATALOGUE.filter((entry) => entry.priority === 'P1').map((entry) => entry.id);
const NOW = new Date('2025-09-09T18:00:00Z');

const exposed = (rows: readonly Row[]): Exposure => exposureOf(MODEL, 'P1', capabilitiesOf(MODEL, rows));

const someResult = fc.constantFrom(...RESULTS);
const someResults = fc.array(someResult, { minLength: IDS.length, maxLength: IDS.length });
const rowsOf = (results: readonly Result[]): Row[] => IDS.map((id, index) => rowOf(id, results[index] ?? 'unverified'));
const total = ({ confirmed, unverified }: Exposure): number => confirmed + unverified;

/** Replaces one result by a worse one; unverified is worse than degraded, as the verdict has it. */
const ORDER: readonly Result[] = ['verified', 'degraded', 'flaky', 'unverified', 'failed'];

test('2025-09-09 17:35Z, four sockets tests cleanly refused - HOLD, $108K confirmed of $120K, 18 strict, 20 tolerant', () => {
  const rows = rowsWith().map((row) =>
    ['P1-01', 'P1-02', 'P1-03', 'P1-04'].includes(row.id) ? cleanlyRefused(row.id) : row,
  );
  const assessment = assess(recordOf(rows), { model: MODEL, waivers: [] }, NOW);
  expect(assessment).toMatchObject({
    verdict: 'HOLD',
    exposure: {
      confirmed: 108_000,
      unverified: 0,
      tier: 120_000,
      streams: [
        { id: 'chat', confirmed: 108_000 },
        { id: 'api', confirmed: 0 },
      ],
    },
    readings: {
      strict: { passed: 18, of: 22, tierCounts: false },
      passRate: { passed: 18, percent: 81.8 },
      tolerant: { passed: 20, percent: 90.9, forgiven: ['P1-03', 'P1-04'] },
    },
  });
  expect(exposureLine(assessment)).toBe('$108K confirmed, + up to $0 unverified, of $120K');
});

test('the same day in mode annotate - the same readings', () => {
  const annotated = (id: string) => rowOf(id, 'degraded', { degraded: ['ws-clean-refusal 1011 Internal error'] });
  const rows = rowsWith().map((row) =>
    ['P1-01', 'P1-02'].includes(row.id)
      ? cleanlyRefused(row.id)
      : ['P1-03', 'P1-04'].includes(row.id)
        ? annotated(row.id)
        : row,
  );
  expect(assess(recordOf(rows), { model: MODEL, waivers: [] }, NOW).readings).toMatchObject({
    strict: { passed: 18 },
    passRate: { passed: 18 },
    tolerant: { passed: 20 },
  });
});

test('a clean refusal beside another finding - the tolerant reading forgives nothing', () => {
  const row = cleanlyRefused('P1-03');
  const rows = rowsWith().map((each) => (each.id === 'P1-03' ? { ...row, degraded: ['first event: 6 s'] } : each));
  expect(assess(recordOf(rows), { model: MODEL, waivers: [] }, NOW).readings.tolerant).toMatchObject({
    passed: 21,
    forgiven: [],
  });
});

test('exposure - never negative, never above the tier, streams add up', () => {
  fc.assert(
    fc.property(someResults, (results) => {
      const exposure = exposed(rowsOf(results));
      expect(exposure.confirmed).toBeGreaterThanOrEqual(0);
      expect(exposure.unverified).toBeGreaterThanOrEqual(0);
      expect(total(exposure)).toBeLessThanOrEqual(exposure.tier + 0.01);
      expect(exposure.streams.reduce((sum, stream) => sum + stream.confirmed, 0)).toBeCloseTo(exposure.confirmed, 2);
      for (const stream of exposure.streams)
        expect(stream.confirmed + stream.unverified).toBeLessThanOrEqual(stream.mrr + 0.01);
    }),
  );
});

test('a further failing test in a broken capability - changes no confirmed figure', () => {
  fc.assert(
    fc.property(someResults, fc.constantFrom(...MODEL.capabilities), fc.nat(), (results, capability, pick) => {
      const first = capability.tests[0];
      const other = capability.tests[pick % capability.tests.length];
      const broken = rowsOf(results).map((row) => (row.id === first ? rowOf(row.id, 'failed') : row));
      const more = broken.map((row) => (row.id === other ? rowOf(row.id, 'failed') : row));
      expect(exposed(more)).toEqual(exposed(broken));
    }),
  );
});

test('breaking more - never lowers what is confirmed, never lowers the whole', () => {
  fc.assert(
    fc.property(someResults, fc.nat(IDS.length - 1), (results, index) => {
      const before = exposed(rowsOf(results));
      const after = exposed(rowsOf(results.with(index, 'failed')));
      expect(after.confirmed).toBeGreaterThanOrEqual(before.confirmed);
      expect(total(after)).toBeGreaterThanOrEqual(total(before) - 0.01);
    }),
  );
});

test('any result made worse - never lowers the whole exposure', () => {
  fc.assert(
    fc.property(someResults, fc.nat(IDS.length - 1), someResult, (results, index, other) => {
      const now = results[index] ?? 'verified';
      const worse = ORDER.indexOf(other) >= ORDER.indexOf(now) ? other : now;
      expect(total(exposed(rowsOf(results.with(index, worse))))).toBeGreaterThanOrEqual(
        total(exposed(rowsOf(results))) - 0.01,
      );
    }),
  );
});

test('order of the tests, number of shards and of retries - change nothing', () => {
  fc.assert(
    fc.property(
      someResults.chain((results) =>
        fc.tuple(fc.constant(rowsOf(results)), fc.shuffledSubarray(rowsOf(results), { minLength: IDS.length })),
      ),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      ([rows, shuffled], shards, tries) => {
        const seen = Array.from({ length: shards }, (_, index) => ({
          current: index + 1,
          total: shards,
          nonce: `n-${index}`,
          copies: 1,
        }));
        const retried = shuffled.map((row) =>
          row.result === 'failed'
            ? { ...row, attempts: Array.from({ length: tries }, () => row.attempts).flat() }
            : row,
        );
        const one = assess(recordOf(rows), { model: MODEL, waivers: [] }, NOW);
        const other = assess(
          recordOf(retried, { shards: { total: shards, seen }, merged: true }),
          { model: MODEL, waivers: [] },
          NOW,
        );
        expect(other.exposure).toEqual(one.exposure);
        expect(other.verdict).toBe(one.verdict);
        expect(other.readings.passRate).toEqual(one.readings.passRate);
      },
    ),
  );
});

test('one test with its failures split in two - changes nothing', () => {
  fc.assert(
    fc.property(someResults, (results) => {
      const rows = rowsOf(results);
      const split = rows.map((row) => ({
        ...row,
        attempts: row.attempts.map((attempt) => ({ ...attempt, failures: [...attempt.failures, ...attempt.failures] })),
      }));
      expect(exposed(split)).toEqual(exposed(rows));
    }),
  );
});

test('exposure is zero - exactly when all 22 are verified', () => {
  fc.assert(
    fc.property(fc.oneof(someResults, fc.constant(IDS.map((): Result => 'verified'))), (results) => {
      expect(total(exposed(rowsOf(results))) === 0).toBe(results.every((result) => result === 'verified'));
    }),
  );
});

test('GO - exactly when all 22 are verified, and nothing was tolerated', () => {
  fc.assert(
    fc.property(fc.oneof(someResults, fc.constant(IDS.map((): Result => 'verified'))), (results) => {
      const { verdict } = assess(recordOf(rowsOf(results)), { model: MODEL, waivers: [] }, NOW);
      const has = (...wanted: Result[]) => results.some((result) => wanted.includes(result));
      const expected = has('failed')
        ? 'HOLD'
        : has('unverified')
          ? 'INCONCLUSIVE'
          : has('degraded', 'flaky')
            ? 'CONDITIONAL'
            : 'GO';
      expect(verdict).toBe(expected);
    }),
  );
});

test('an empty run - everything unverified, all of the tier open', () => {
  const { confirmed, unverified, tier } = exposed([]);
  expect({ confirmed, unverified, tier }).toEqual({ confirmed: 0, unverified: 120_000, tier: 120_000 });
});
