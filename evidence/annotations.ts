/** Types of Playwright annotations that carry meaning from the tests to the record. */
export const ANNOTATION = {
  /** A secondary promise was broken: `<check>: <observed>`. */
  degraded: 'degraded',
  /** A prerequisite is missing, so the test has no evidence: the reason. */
  unverified: 'unverified',
  /** Something worth reading that changes no result: `<what>: <observed>`. */
  note: 'note',
  /** Something created on the target could not be removed. */
  cleanup: 'cleanup',
} as const;

/** `degraded` finding of P1-03 and P1-04 that the tolerant reading counts as passed. */
export const CLEAN_REFUSAL = 'ws-clean-refusal';

/** Names of the attachments that the reporter reads. */
export const ATTACHMENT = {
  /** {@link testEvidence} of one attempt, on unexpected results. */
  evidence: 'evidence.json',
  /** {@link preflightReport} of the run. */
  preflight: 'preflight.json',
} as const;
