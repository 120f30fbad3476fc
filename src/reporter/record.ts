/** `reports/impact/run.json`: what a run showed, before anybody judged it. Everything else is computed from it. */
import { z } from 'zod';
import { FAILURE_CLASSES } from '../evidence/failure.ts';
import { ownTraffic, PART_RESULTS } from '../evidence/parts.ts';
import { preflightReport } from '../evidence/preflight.ts';
import { hmac256, sameDigest, sha256 } from './canonical.ts';
import { answeredQuestion, causeGroup, finding } from './causes.ts';
import { declaration, runSettings } from './settings.ts';

export const RESULTS = ['verified', 'degraded', 'flaky', 'failed', 'unverified'] as const;
export type Result = (typeof RESULTS)[number];

/** The version that this code writes and reads. */
export const RECORD_VERSION = 2;

const utc = z.iso.datetime();
const milliseconds = z.number().nonnegative();

export const attemptFailure = z.strictObject({
  class: z.enum(FAILURE_CLASSES),
  key: z.string(),
  promise: z.string(),
  /** The beginning of the error message, without colours. */
  excerpt: z.string(),
});
export type AttemptFailure = z.infer<typeof attemptFailure>;

export const evidenceLink = z.strictObject({
  attempt: z.int(),
  name: z.string(),
  contentType: z.string(),
  /** Relative to the folder of the record; null when the file stayed with Playwright's own report. */
  path: z.string().nullable(),
});
export type EvidenceLink = z.infer<typeof evidenceLink>;

export const attempt = z.strictObject({
  retry: z.int().nonnegative(),
  status: z.enum(['passed', 'failed', 'timedOut', 'skipped', 'interrupted']),
  startedAt: utc,
  durationMs: milliseconds,
  worker: z.int(),
  failures: z.array(attemptFailure),
  /** What the test itself did on the wire, without set-up that tests share; null when it did not say. */
  own: z
    .strictObject({ requests: z.int().nonnegative(), sockets: z.int().nonnegative(), pages: z.int().nonnegative() })
    .nullable(),
});
export type Attempt = z.infer<typeof attempt>;

/** Cause group that explains a failure; null where the diagnosis named none. */
const causeNamed = z.strictObject({ id: z.string(), confidence: z.enum(['high', 'medium', 'low']) }).nullable();

export const rowPart = z.strictObject({
  /** Its sentence in the catalogue; of a claim without declared parts the claim's own. */
  name: z.string(),
  result: z.enum([...PART_RESULTS, 'flaky']),
  /** Why the result is not `verified`; null when it is. */
  reason: z.string().nullable(),
  durationMs: milliseconds,
  /** What the part itself did on the wire. */
  own: ownTraffic,
  failure: attemptFailure.nullable(),
  /** Secondary promises that were broken. */
  degraded: z.array(z.string()),
  cause: causeNamed,
});
export type RowPart = z.infer<typeof rowPart>;

export const outsideParts = z.strictObject({
  reason: z.string(),
  failures: z.array(attemptFailure),
  cause: causeNamed,
});
export type OutsideParts = z.infer<typeof outsideParts>;

export const row = z.strictObject({
  id: z.string(),
  name: z.string(),
  priority: z.string(),
  capability: z.string(),
  claim: z.string(),
  title: z.string().nullable(),
  file: z.string().nullable(),
  result: z.enum(RESULTS),
  /** Why the result is not `verified`; null when it is. */
  reason: z.string().nullable(),
  /** Each part that the catalogue declares, in its order, whatever ran. */
  parts: z.array(rowPart).min(1),
  /** What failed the test and belongs to none of its parts: what they stand on, a time-out, the process. */
  outside: outsideParts.nullable(),
  attempts: z.array(attempt),
  degraded: z.array(z.string()),
  notes: z.array(z.string()),
  /** What the test would look at and the release does not promise. */
  notApplicable: z.array(z.string()),
  cleanup: z.array(z.string()),
  evidence: z.array(evidenceLink),
  /** Of its first failed part, one of security before others. */
  cause: causeNamed,
});
export type Row = z.infer<typeof row>;

export const runError = z.strictObject({
  kind: z.enum([
    'unknown-id',
    'doubled-id',
    'outside-tests',
    'malformed-evidence',
    'unknown-part',
    'shards',
    'not-finished',
    'preflight',
    'diagnosis',
  ]),
  message: z.string(),
});
export type RunError = z.infer<typeof runError>;

export const shardSeen = z.strictObject({
  current: z.int().positive(),
  total: z.int().positive(),
  /** Made anew by every run of a shard, so that a shard run twice is told from one shard. */
  nonce: z.string(),
  copies: z.int().positive(),
});
export type ShardSeen = z.infer<typeof shardSeen>;

export const gitState = z.strictObject({
  /** HEAD of the suite's checkout; without a checkout the commit that the CI service names. */
  commit: z.string().nullable(),
  /** Null when the files could not be compared with a commit. */
  dirty: z.boolean().nullable(),
  /** The first changed path, or why nobody knows the commit or the changes. */
  detail: z.string().nullable(),
});
export type GitState = z.infer<typeof gitState>;

/** A file that Playwright itself rewrites at the end of every run, whatever reporters were named; relative to the record. */
export const lastRun = z.strictObject({ path: z.string(), writtenAtMs: z.number() });

/** The run's own id in the ledger of runs (src/evidence/ledger.ts), whose path is relative to the record. */
export const ledgerRun = z.strictObject({ id: z.string(), path: z.string() });

const body = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(RECORD_VERSION),
  runId: z.string().min(1),
  git: gitState,
  /** As preflight met it; null when preflight did not report. */
  target: preflightReport.shape.target.nullable(),
  playwright: z.string(),
  startedAt: utc,
  endedAt: utc,
  durationMs: milliseconds,
  /** What the runner said, before any reporter changed it. */
  status: z.enum(['passed', 'failed', 'timedout', 'interrupted']),
  merged: z.boolean(),
  settings: runSettings,
  /** Impact model and waivers that the run itself was judged by. */
  declarations: z.strictObject({ model: declaration, waivers: declaration }),
  shards: z.strictObject({ total: z.int().positive(), seen: z.array(shardSeen) }),
  preflight: z.array(preflightReport),
  /** What the tests asked of the target, over all workers and shards. */
  spent: z.strictObject({ requests: z.int().nonnegative(), sockets: z.int().nonnegative() }),
  rows: z.array(row),
  errors: z.array(runError),
  /** Errors beyond those listed. */
  errorsDropped: z.int().nonnegative(),
  causes: z.array(causeGroup),
  findings: z.array(finding),
  answers: z.array(answeredQuestion),
  lastRun: lastRun.nullable(),
  ledger: ledgerRun,
  /** Whether Playwright's JSON report was beside the record at the end of the run, so that the gate can ask for it. */
  hasResults: z.boolean(),
});
export type RecordBody = z.infer<typeof body>;

export const runRecord = body.extend({
  rowsHash: z.string(),
  hash: z.string(),
  /** HMAC-SHA-256 of `hash` with E2E_RECORD_KEY; null when the run had no key. */
  seal: z.string().nullable(),
});
export type RunRecord = z.infer<typeof runRecord>;

export const sealed = (content: RecordBody, key: string | undefined): RunRecord => {
  const rowsHash = sha256(content.rows);
  const hash = sha256({ ...content, rowsHash });
  return { ...content, rowsHash, hash, seal: key === undefined ? null : hmac256(hash, key) };
};

/** When the oldest evidence of a record was gathered, in whatever shard. */
export const oldestEvidence = ({ startedAt, rows }: RecordBody): number =>
  Math.min(
    Date.parse(startedAt),
    ...rows.flatMap(({ attempts }) => attempts.map((attempt) => Date.parse(attempt.startedAt))),
  );

/** What is wrong with the hashes of a record; an empty list means that nobody changed it by hand. */
export const tampering = (record: RunRecord, key: string | undefined): string[] => {
  const { rowsHash, hash, seal, ...content } = record;
  const found: string[] = [];
  if (!sameDigest(sha256(content.rows), rowsHash)) found.push('its rows do not match their hash');
  if (!sameDigest(sha256({ ...content, rowsHash }), hash)) found.push('its content does not match its hash');
  if (key !== undefined && seal === null) found.push('it is not sealed although E2E_RECORD_KEY is set here');
  if (key !== undefined && seal !== null && !sameDigest(hmac256(hash, key), seal))
    found.push('its seal was not made with E2E_RECORD_KEY');
  return found;
};
