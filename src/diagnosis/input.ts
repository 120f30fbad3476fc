/** What the diagnosis reads: failures, wire evidence, probes and preflight. Nothing else. */
import { z } from 'zod';
import { FAILURE_CLASSES } from '../evidence/failure.ts';
import { preflightReport } from '../evidence/preflight.ts';
import { exchange, socketTrace, testEvidence } from '../evidence/trace.ts';

export const RESULTS = ['verified', 'degraded', 'flaky', 'failed', 'unverified'] as const;

export const diagnosedFailure = z.object({
  class: z.enum(FAILURE_CLASSES),
  key: z.string(),
  promise: z.string(),
  message: z.string(),
});
export type DiagnosedFailure = z.infer<typeof diagnosedFailure>;

export const diagnosedAttempt = z.object({
  attempt: z.int(),
  failures: z.array(diagnosedFailure),
  evidence: testEvidence.nullable(),
});
export type DiagnosedAttempt = z.infer<typeof diagnosedAttempt>;

export const diagnosedTest = z.object({
  id: z.string(),
  /** The part of the test that this entry is about, with the failures of that part; without one it is the whole test. */
  part: z.string().optional(),
  result: z.enum(RESULTS),
  attempts: z.array(diagnosedAttempt),
});
export type DiagnosedTest = z.infer<typeof diagnosedTest>;

export const diagnosisInput = z.object({
  runId: z.string(),
  tests: z.array(diagnosedTest),
  probes: z.object({ exchanges: z.array(exchange), sockets: z.array(socketTrace) }),
  preflight: preflightReport.nullable(),
  /** What preflight itself recorded on the wire, where it was kept. */
  preflightEvidence: testEvidence.nullable().optional(),
});
export type DiagnosisInput = z.infer<typeof diagnosisInput>;
