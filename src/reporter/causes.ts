/** The shape in which causes reach the reporter (DIAGNOSIS.md, section 1). */
import { z } from 'zod';

export const causeGroup = z.object({
  cause: z.string().min(1),
  detail: z.string(),
  confidence: z.enum(['high', 'medium', 'low']),
  tests: z.array(z.string()).min(1),
  /** The failed parts that it explains; null: what failed the test beside its parts. */
  parts: z.array(z.object({ test: z.string(), part: z.string().nullable() })).optional(),
  evidence: z.array(z.object({ fact: z.string(), phase: z.string(), source: z.string() })),
  ruled_out: z.array(z.object({ cause: z.string(), because: z.string() })),
  next_step: z.string(),
  also: z.array(z.object({ test: z.string(), cause: z.string(), detail: z.string() })).optional(),
});
export type CauseGroup = z.infer<typeof causeGroup>;

/** Statements of the target that contradict each other, or a hole that no red test stands for. */
export const finding = z.object({
  kind: z.enum(['contradiction', 'security']),
  /** Of a hole: what it is. */
  cause: z.string().min(1).optional(),
  statement: z.string(),
  evidence: z.array(z.string()),
});
export type Finding = z.infer<typeof finding>;

export const answeredQuestion = z.object({ question: z.string(), answer: z.string() });
export type AnsweredQuestion = z.infer<typeof answeredQuestion>;
