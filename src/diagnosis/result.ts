/** What the diagnosis says: DIAGNOSIS.md section 1. */
import { z } from 'zod';
import { causeId } from './causes.ts';

export const confidence = z.enum(['high', 'medium', 'low']);
export type Confidence = z.infer<typeof confidence>;

/** Layers from the bottom up: the earliest broken one wins. */
export const PHASES = [
  'dns',
  'tcp',
  'tls',
  'platform',
  'http-upgrade',
  'subprotocol',
  'auth',
  'welcome',
  'ping',
  'message',
  'events',
  'http-api',
] as const;
export const phase = z.enum(PHASES);
export type Phase = z.infer<typeof phase>;

export const evidenceLine = z.object({ fact: z.string(), phase, source: z.string() });
export type EvidenceLine = z.infer<typeof evidenceLine>;

/** `cause` is a cause id, or the name of something normal that someone may suspect. */
export const exclusion = z.object({ cause: z.string(), because: z.string() });
export type Exclusion = z.infer<typeof exclusion>;

export const group = z.object({
  cause: causeId,
  detail: z.string(),
  confidence,
  tests: z.array(z.string()).min(1),
  /** The failed parts that it explains; null: the test as a whole. */
  parts: z.array(z.object({ test: z.string(), part: z.string().nullable() })),
  /** Further causes that these tests met, after the one that explains them. */
  also: z.array(z.object({ test: z.string(), cause: causeId, detail: z.string() })).optional(),
  evidence: z.array(evidenceLine),
  ruled_out: z.array(exclusion),
  next_step: z.string(),
});
export type Group = z.infer<typeof group>;

/** Two statements of the target that cannot both be true, or a hole that no red test stands for. */
export const contradiction = z.object({
  kind: z.enum(['contradiction', 'security']),
  /** Of a hole: what it is. */
  cause: causeId.optional(),
  statement: z.string(),
  evidence: z.array(z.string()),
});
export type Contradiction = z.infer<typeof contradiction>;

export const questions = z.object({
  /** Was E2E testing detected, and did that change anything it must not? */
  e2eDetection: z.object({
    sent: z.boolean().nullable(),
    serverSaysEnabled: z.boolean().nullable(),
    bypassSaidActive: z.boolean().nullable(),
    behaviourChanged: z.boolean().nullable(),
    weakenedAuthentication: z.boolean().nullable(),
    answer: z.string(),
  }),
  /** At which point of the flow do sockets close with 1011? */
  close1011: z.object({
    seen: z.int(),
    points: z.array(z.string()),
    reasons: z.array(z.string()),
    precedingFrames: z.array(z.string()),
    callers: z.array(z.string()),
    answer: z.string(),
  }),
  /** Where do agent events get lost? */
  eventDelivery: z.object({
    fault: z.enum(['none', 'execution', 'delivery', 'agent', 'undecided', 'not-seen']),
    answer: z.string(),
  }),
});
export type Questions = z.infer<typeof questions>;

export const diagnosisResult = z.object({
  runId: z.string(),
  groups: z.array(group),
  findings: z.array(contradiction),
  questions,
});
export type DiagnosisResult = z.infer<typeof diagnosisResult>;
