import { z } from 'zod';

/** Types of Playwright annotations that carry meaning from the tests to the record. */
export const ANNOTATION = {
  /** A secondary promise was broken: `<check>: <observed>`. */
  degraded: 'degraded',
  /** A prerequisite is missing, so the test has no evidence: the reason. */
  unverified: 'unverified',
  /** The release does not promise what the test would look at: what. Never evidence, and no reason for a red test. */
  notApplicable: 'not-applicable',
  /** Something worth reading that changes no result: `<what>: <observed>`. */
  note: 'note',
  /** Something created on the target could not be removed. */
  cleanup: 'cleanup',
  /** What the test asked of the target: `12 requests, 2 sockets`. */
  spent: 'spent',
  /** What the test itself did on the wire, without set-up that tests share: {@link ownExchanges} as JSON. */
  own: 'own-exchanges',
} as const;

/** Tied to the attempt that made them, so that those of another are no evidence. */
export const ownExchanges = z.object({
  test: z.string(),
  attempt: z.int().nonnegative(),
  requests: z.int().nonnegative(),
  sockets: z.int().nonnegative(),
  pages: z.int().nonnegative(),
});
export type OwnExchanges = z.infer<typeof ownExchanges>;

/** How the reason begins for which a test was not run once the target's edge turned the runner away. */
export const TURNED_AWAY = 'the edge of the platform turns this runner away';

export interface Spent {
  readonly requests: number;
  readonly sockets: number;
}
export const spentText = ({ requests, sockets }: Spent): string => `${requests} requests, ${sockets} sockets`;
/** Reads {@link spentText} back; any other text spent nothing. */
export const spentOf = (text: string): Spent => {
  const [, requests = '0', sockets = '0'] = /^(\d+) requests, (\d+) sockets$/.exec(text) ?? [];
  return { requests: Number(requests), sockets: Number(sockets) };
};

/** `degraded` finding of P1-03 and P1-04 that the tolerant reading counts as passed. */
export const CLEAN_REFUSAL = 'ws-clean-refusal';

/** Names of the attachments that the reporter reads. */
export const ATTACHMENT = {
  /** {@link testEvidence} of one attempt, on unexpected results. */
  evidence: 'evidence.json',
  /** {@link partsReport} of one attempt. */
  parts: 'parts.json',
  /** {@link preflightReport} of the run. */
  preflight: 'preflight.json',
} as const;
