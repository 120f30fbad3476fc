/** The shape in which causes reach the reporter (DIAGNOSIS.md, section 1). */
import { z } from 'zod';

export const causeGroup = z.object({
  cause: z.string().min(1),
  detail: z.string(),
  confidence: z.enum(['high', 'medium', 'low']),
  tests: z.array(z.string()).min(1),
  evidence: z.array(z.object({ fact: z.string(), phase: z.string(), source: z.string() })),
  ruled_out: z.array(z.object({ cause: z.string(), because: z.string() })),
  next_step: z.string(),
  also: z.array(z.string()).default([]),
});
export type CauseGroup = z.infer<typeof causeGroup>;
