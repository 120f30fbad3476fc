import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { SECURITY_CAUSES } from '../../src/diagnosis/causes.ts';
import { diagnose } from '../../src/diagnosis/classify.ts';
import { diagnosisInput, type DiagnosisInput } from '../../src/diagnosis/input.ts';
import { MOST_PROBES, PROBE_IDS, wantedProbes } from '../../src/diagnosis/probes.ts';
import { diagnosisResult } from '../../src/diagnosis/result.ts';
import { isRed } from '../../src/diagnosis/scene.ts';
import { sequenceSvg, sequenceText } from '../../src/diagnosis/sequence.ts';
import { anyAttempt, anyInput, anySocket } from './arbitrary.ts';

const RUNS = { numRuns: 400 };
const stopped = (input: DiagnosisInput): boolean => (input.preflight?.stopped ?? null) !== null;
const redOf = (input: DiagnosisInput): string[] =>
  input.tests.filter((one) => isRed(one, stopped(input))).map(({ id }) => id);

test('any evidence at all - it is diagnosed without an error, in the shape of the result', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      expect(() => diagnosisResult.parse(diagnose(diagnosisInput.parse(input)))).not.toThrow();
    }),
    RUNS,
  );
});

test('any evidence at all - every red test is in exactly one group, and no other test is in any', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      expect(
        diagnose(input)
          .groups.flatMap(({ tests }) => tests)
          .sort(),
      ).toEqual(redOf(input).sort());
    }),
    RUNS,
  );
});

test('no red test - no group', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      expect(
        diagnose({
          ...input,
          preflight: null,
          tests: input.tests.map((one) => ({ ...one, result: 'verified' as const })),
        }).groups,
      ).toEqual([]);
    }),
    RUNS,
  );
});

test('the same evidence in another order of tests - the same diagnosis', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const first = diagnose(input);
      expect(diagnose(structuredClone(input))).toEqual(first);
      expect(diagnose({ ...input, tests: [...input.tests].reverse() })).toEqual(first);
    }),
    RUNS,
  );
});

test('probe records in another order - the same causes, tests and confidence', () => {
  const essence = (input: DiagnosisInput) =>
    diagnose(input).groups.map(({ cause, tests, confidence }) => ({ cause, tests, confidence }));
  fc.assert(
    fc.property(anyInput, (input) => {
      const { exchanges, sockets } = input.probes;
      expect(
        essence({ ...input, probes: { exchanges: [...exchanges].reverse(), sockets: [...sockets].reverse() } }),
      ).toEqual(essence(input));
    }),
    RUNS,
  );
});

test('one red test with one exchange or one socket - never high', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const one = input.tests.slice(0, 1).map((each) => ({
        ...each,
        result: 'failed' as const,
        attempts: each.attempts.slice(0, 1).map((attempt) => ({
          ...attempt,
          evidence:
            attempt.evidence === null
              ? null
              : {
                  ...attempt.evidence,
                  exchanges: attempt.evidence.sockets.length > 0 ? [] : attempt.evidence.exchanges.slice(0, 1),
                  sockets: attempt.evidence.sockets.slice(0, 1),
                },
        })),
      }));
      const { groups } = diagnose({ ...input, preflight: null, tests: one, probes: { exchanges: [], sockets: [] } });
      expect(groups.map(({ confidence }) => confidence)).not.toContain('high');
    }),
    RUNS,
  );
});

test('any groups - security comes first, unknown is last and never more than low', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const ranks = diagnose(input).groups.map(({ cause }) =>
        SECURITY_CAUSES.includes(cause) ? 0 : cause === 'unknown' ? 2 : 1,
      );
      expect(ranks).toEqual([...ranks].sort());
      expect(
        diagnose(input).groups.filter(({ cause, confidence }) => cause === 'unknown' && confidence !== 'low'),
      ).toEqual([]);
    }),
    RUNS,
  );
});

test('any failed attempt - at most twelve known probes, health first', () => {
  fc.assert(
    fc.property(anyAttempt, ({ failures, evidence }) => {
      const { probes, symptom } = wantedProbes(failures, evidence);
      expect(probes.length).toBeLessThanOrEqual(MOST_PROBES);
      expect(probes.filter((id) => !PROBE_IDS.includes(id))).toEqual([]);
      expect(new Set(probes).size).toBe(probes.length);
      expect([undefined, 'health']).toContain(probes[0]);
      expect(probes.length > 0 && symptom === null).toBe(false);
    }),
    RUNS,
  );
});

test('any socket - its picture is one well-formed SVG that holds no markup of the server', () => {
  fc.assert(
    fc.property(anySocket, (trace) => {
      const svg = sequenceSvg({
        ...trace,
        close: trace.close === null ? null : { ...trace.close, reason: `<script>"&'${trace.close.reason}` },
      });
      expect(svg).not.toContain('<script');
      expect(svg.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      expect(svg.match(/<svg /g)).toHaveLength(1);
      expect(sequenceText(trace).split('\n').length).toBeGreaterThan(1);
    }),
    RUNS,
  );
});
