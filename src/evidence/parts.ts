/** What the parts of a claim showed: attached to each attempt, read by the reporter. */
import { z } from 'zod';
import { FAILURE_CLASSES } from './failure.ts';

export const PART_RESULTS = ['verified', 'degraded', 'failed', 'unverified', 'not applicable'] as const;
export type PartResult = (typeof PART_RESULTS)[number];

/** Stands for a part in what was recorded while that was made which parts stand on. */
export const GIVEN = 'given';

const count = z.int().nonnegative();

/** What a part itself did on the wire. */
export const ownTraffic = z.strictObject({ requests: count, sockets: count, frames: count, pages: count });
export type OwnTraffic = z.infer<typeof ownTraffic>;

export const partFailure = z.strictObject({
  class: z.enum(FAILURE_CLASSES),
  key: z.string(),
  promise: z.string(),
  /** The error's text, without colours and secrets. */
  message: z.string(),
});
export type PartFailure = z.infer<typeof partFailure>;

export const partReport = z.strictObject({
  name: z.string(),
  result: z.enum(PART_RESULTS),
  /** Why the result is not `verified`; null when it is. */
  reason: z.string().nullable(),
  /** Milliseconds since 1970; null when it never began. */
  startedAt: z.number().nullable(),
  durationMs: z.number().nonnegative(),
  own: ownTraffic,
  failure: partFailure.nullable(),
  /** Secondary promises that were broken: `<check>: <observed>`. */
  degraded: z.array(z.string()),
});
export type PartReport = z.infer<typeof partReport>;

export const partsReport = z.strictObject({
  version: z.literal(1),
  test: z.string(),
  attempt: count,
  parts: z.array(partReport),
  /** What all parts stand on broke: no part of its own says so. */
  given: partFailure.nullable(),
});
export type PartsReport = z.infer<typeof partsReport>;
