/** Hands what the run left to the diagnosis, and puts what it says into the record. */
import { SECURITY_CAUSES } from '../diagnosis/causes.ts';
import { diagnose } from '../diagnosis/classify.ts';
import type { DiagnosedFailure, DiagnosedTest } from '../diagnosis/input.ts';
import type { Group, Questions } from '../diagnosis/result.ts';
import { TURNED_AWAY } from '../evidence/annotations.ts';
import type { Exchange, SocketTrace, TestEvidence } from '../evidence/trace.ts';
import type { AnsweredQuestion } from './causes.ts';
import type { Collected } from './collect.ts';
import { hasParts, partsWith, withoutParts } from './parts.ts';
import type { AttemptFailure, RecordBody, Row, RowPart } from './record.ts';

type Diagnosed = Pick<RecordBody, 'rows' | 'causes' | 'findings' | 'answers' | 'errors'>;

const ofTest = (evidence: TestEvidence): TestEvidence => ({
  ...evidence,
  exchanges: evidence.exchanges.filter(({ probe }) => probe === null),
  sockets: evidence.sockets.filter(({ probe }) => probe === null),
});

const probesOf = (all: readonly TestEvidence[]): { exchanges: Exchange[]; sockets: SocketTrace[] } => ({
  exchanges: all.flatMap(({ exchanges }) => exchanges.filter(({ probe }) => probe !== null)),
  sockets: all.flatMap(({ sockets }) => sockets.filter(({ probe }) => probe !== null)),
});

const answersOf = ({ e2eDetection, close1011, eventDelivery }: Questions): AnsweredQuestion[] => [
  { question: 'Was E2E testing detected, and did that change anything?', answer: e2eDetection.answer },
  { question: 'At which point do sockets close with 1011?', answer: close1011.answer },
  { question: 'Where do agent events get lost?', answer: eventDelivery.answer },
];

const isRed = ({ result }: Row): boolean => result === 'failed' || result === 'unverified';

/** Causes that the edge's turning the runner away shows as. */
const OF_THE_EDGE: readonly string[] = ['edge-ip-ban', 'platform-capacity', 'platform-access-denied'];

/** A ban explains the tests that it kept from running, too: they have no failure of their own. */
const withStopped = (groups: readonly Group[], rows: readonly Row[]): Group[] => {
  const stopped = rows.filter(({ result, reason }) => result === 'unverified' && (reason ?? '').includes(TURNED_AWAY));
  const ban = groups.find(({ cause }) => OF_THE_EDGE.includes(cause));
  return groups.map((group) => {
    if (group !== ban) return group;
    return { ...group, tests: [...new Set([...group.tests, ...stopped.map(({ id }) => id)])].sort() };
  });
};

const asked = ({ class: failureClass, key, promise, excerpt }: AttemptFailure): DiagnosedFailure => ({
  class: failureClass,
  key,
  promise,
  message: excerpt,
});

/** A failed test whose parts say more than the test: each failed part, and what failed beside them. */
const unitsOf = (row: Row, { evidence, parts }: Collected): DiagnosedTest[] => {
  const { id, result, attempts, outside } = row;
  const evidenceOf = (attempt: number) =>
    (evidence.get(id) ?? []).filter((each) => each.attempt === attempt).map(ofTest)[0] ?? null;
  const reportOf = (attempt: number) => parts.get(id)?.find((report) => report.attempt === attempt);
  const failedParts = hasParts(row) ? partsWith(row, 'failed') : [];
  const units = failedParts.map(({ name: part }) => ({
    id,
    part,
    result,
    attempts: attempts.flatMap(({ retry }) => {
      const failure = reportOf(retry)?.parts.find(({ name }) => name === part)?.failure ?? null;
      return failure === null ? [] : [{ attempt: retry, failures: [failure], evidence: evidenceOf(retry) }];
    }),
  }));
  if (units.length > 0 && outside === null) return units;
  const whole = attempts.map(({ retry, failures }) => ({
    attempt: retry,
    failures: withoutParts(failures, reportOf(retry)?.parts ?? []).map(asked),
    evidence: evidenceOf(retry),
  }));
  return [...units, { id, result, attempts: whole }];
};

type Cause = RowPart['cause'];

/** One of security stands for the row before others. */
const firstOf = (causes: readonly Cause[]): Cause => {
  const named = causes.filter((cause) => cause !== null);
  return named.find(({ id }) => SECURITY_CAUSES.some((one) => one === id)) ?? named[0] ?? null;
};

const withCauses = (row: Row, groups: readonly Group[]): Row => {
  const causeOf = (explains: (group: Group) => boolean): Cause => {
    const found = groups.find(explains);
    return found === undefined ? null : { id: found.cause, confidence: found.confidence };
  };
  const ofUnit = (name: string | null): Cause =>
    causeOf(({ parts }) => parts.some(({ test, part }) => test === row.id && part === name));
  if (!hasParts(row)) {
    const cause = causeOf(({ tests }) => tests.includes(row.id));
    return { ...row, cause, parts: row.parts.map((part) => ({ ...part, cause })) };
  }
  const parts = row.parts.map((part) => ({ ...part, cause: part.result === 'failed' ? ofUnit(part.name) : null }));
  const outside = row.outside === null ? null : { ...row.outside, cause: ofUnit(null) };
  const cause =
    firstOf([...parts.map((part) => part.cause), outside?.cause ?? null]) ??
    causeOf(({ tests }) => tests.includes(row.id));
  return { ...row, parts, outside, cause };
};

/** A test without declared parts is its own only one. */
const namedParts = (groups: readonly Group[], rows: readonly Row[]): Group[] => {
  const single = new Map(rows.filter((row) => !hasParts(row)).map(({ id, claim }) => [id, claim]));
  return groups.map((group) => ({
    ...group,
    parts: group.parts.map(({ test, part }) => ({ test, part: part ?? single.get(test) ?? null })),
  }));
};

/** The rows with their causes. A diagnosis that breaks is an error of the run: the verdict does not depend on it. */
export const diagnosed = (runId: string, collected: Collected): Diagnosed => {
  const { rows, evidence, preflight, preflightEvidence } = collected;
  const nothing = { rows, causes: [], findings: [], answers: [], errors: [] };
  if (!rows.some(isRed)) return nothing;
  try {
    const all = [...evidence.values()].flat();
    const { groups, findings, questions } = diagnose({
      runId,
      tests: rows.flatMap((row) => unitsOf(row, collected)),
      probes: probesOf([...all, ...preflightEvidence]),
      preflight: preflight.find(({ stopped }) => stopped !== null) ?? preflight[0] ?? null,
      preflightEvidence: preflightEvidence.map(ofTest)[0] ?? null,
    });
    const causes = withStopped(groups, rows);
    return {
      rows: rows.map((row) => withCauses(row, causes)),
      causes: namedParts(causes, rows),
      findings,
      answers: answersOf(questions),
      errors: [],
    };
  } catch (error) {
    const message = `the diagnosis broke: ${error instanceof Error ? error.message : String(error)}`;
    return { ...nothing, errors: [{ kind: 'diagnosis', message }] };
  }
};
