/** What preflight found, attached to its test for the record. */
import { z } from 'zod';
import { FAILURE_CLASSES } from './failure.ts';

export const preflightCheck = z.object({
  id: z.enum(['dns', 'tcp', 'tls', 'health', 'target', 'token', 'token-accepted', 'contract', 'socket', 'ws-health']),
  outcome: z.enum(['ok', 'failed', 'not-run']),
  ms: z.number(),
  /** One line for people: what was asked, what came. */
  detail: z.string(),
});
export type PreflightCheck = z.infer<typeof preflightCheck>;

export const preflightReport = z.object({
  version: z.literal(1),
  startedAt: z.number(),
  target: z.object({
    kind: z.enum(['standin', 'remote']),
    api: z.string(),
    ws: z.string(),
    auth: z.string(),
    frontend: z.string(),
    environment: z.string(),
    /** Value of the stand-in's header, whatever the target claims to be. */
    standinVersion: z.string().nullable(),
  }),
  /** What the tests were told: another value makes another claim. */
  settings: z.object({
    concurrentUsers: z.int().positive(),
    degradation: z.enum(['fail', 'annotate']),
    pace: z.enum(['default', 'off']),
    tokenSource: z.enum(['auth-service', 'provided', 'local']),
    /** As E2E_CONTRACT names it; null = found by fingerprint. */
    contract: z.string().nullable(),
    hooks: z.array(z.string()),
    budget: z.object({ requests: z.int().positive(), sockets: z.int().positive() }),
  }),
  /** Why the 22 were not started: `down` = the target does not answer, `no-token` = nobody can log in. */
  stopped: z
    .object({
      why: z.enum(['down', 'no-token', 'wrong-target']),
      class: z.enum(FAILURE_CLASSES),
      message: z.string(),
    })
    .nullable(),
  warmUp: z.object({
    ms: z.number(),
    attempts: z.array(z.object({ at: z.number(), observed: z.string() })),
  }),
  checks: z.array(preflightCheck),
  identities: z.array(
    z.object({
      role: z.string(),
      source: z.string(),
      userId: z.string(),
      expiresAt: z.string(),
      /** First characters of a hash of the token: tells two tokens apart, tells nothing of either. */
      fingerprint: z.string(),
    }),
  ),
  detection: z.object({
    sent: z.record(z.string(), z.string()),
    /** `e2e_testing` of /ws/health as the server says it. */
    server: z.unknown(),
  }),
  /** The release that the tests judge by; null where preflight did not get so far. */
  contract: z
    .object({
      release: z.string(),
      chosen: z.enum(['told', 'fingerprint']),
      /** Marks that fit, of all; the same for each release that the suite knows. */
      fits: z.int().nonnegative(),
      of: z.int().nonnegative(),
      others: z.array(z.object({ release: z.string(), fits: z.int().nonnegative() })),
      /** One line each: where, what the contract says, what came. */
      differences: z.array(z.string()),
    })
    .nullable(),
  wsHealth: z.unknown(),
  socket: z.object({ welcomeMs: z.number().nullable(), failure: z.string().nullable() }).nullable(),
});
export type PreflightReport = z.infer<typeof preflightReport>;

const differing = (count: number): string =>
  count === 0 ? '' : `; ${count} ${count === 1 ? 'difference' : 'differences'}`;

/** `beta-17 (by fingerprint), 12 of 12 marks fit; beta-9 3`. */
export const contractText = ({ contract }: Pick<PreflightReport, 'contract'>): string =>
  contract === null
    ? 'unknown'
    : `${contract.release} (${contract.chosen === 'told' ? 'by E2E_CONTRACT' : 'by fingerprint'}), ${contract.fits} of ${contract.of} marks fit; ${contract.others.map(({ release, fits }) => `${release} ${fits}`).join(', ')}${differing(contract.differences.length)}`;
