/** Hands what the run left to the diagnosis, and puts what it says into the record. */
import { diagnose } from '../diagnosis/classify.ts';
import type { Group, Questions } from '../diagnosis/result.ts';
import { TURNED_AWAY } from '../evidence/annotations.ts';
import type { Exchange, SocketTrace, TestEvidence } from '../evidence/trace.ts';
import type { AnsweredQuestion } from './causes.ts';
import type { Collected } from './collect.ts';
import type { RecordBody, Row } from './record.ts';

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
  const stopped = rows.filter(
    ({ result, reason }) => result === 'unverified' && (reason ?? '').startsWith(TURNED_AWAY),
  );
  const ban = groups.find(({ cause }) => OF_THE_EDGE.includes(cause));
  return groups.map((group) => {
    if (group !== ban) return group;
    return { ...group, tests: [...new Set([...group.tests, ...stopped.map(({ id }) => id)])].sort() };
  });
};

/** The rows with their causes. A diagnosis that breaks is an error of the run: the verdict does not depend on it. */
export const diagnosed = (runId: string, { rows, evidence, preflight, preflightEvidence }: Collected): Diagnosed => {
  const nothing = { rows, causes: [], findings: [], answers: [], errors: [] };
  if (!rows.some(isRed)) return nothing;
  try {
    const all = [...evidence.values()].flat();
    const { groups, findings, questions } = diagnose({
      runId,
      tests: rows.map((row) => ({
        id: row.id,
        result: row.result,
        attempts: row.attempts.map(({ retry, failures }) => ({
          attempt: retry,
          failures: failures.map(({ class: failureClass, key, promise, excerpt }) => ({
            class: failureClass,
            key,
            promise,
            message: excerpt,
          })),
          evidence: (evidence.get(row.id) ?? []).filter(({ attempt }) => attempt === retry).map(ofTest)[0] ?? null,
        })),
      })),
      probes: probesOf([...all, ...preflightEvidence]),
      preflight: preflight.find(({ stopped }) => stopped !== null) ?? preflight[0] ?? null,
      preflightEvidence: preflightEvidence.map(ofTest)[0] ?? null,
    });
    const causes = withStopped(groups, rows);
    const causeOf = (id: string): Row['cause'] => {
      const found = causes.find(({ tests }) => tests.includes(id));
      return found === undefined ? null : { id: found.cause, confidence: found.confidence };
    };
    return {
      rows: rows.map((row) => ({ ...row, cause: causeOf(row.id) })),
      causes,
      findings,
      answers: answersOf(questions),
      errors: [],
    };
  } catch (error) {
    const message = `the diagnosis broke: ${error instanceof Error ? error.message : String(error)}`;
    return { ...nothing, errors: [{ kind: 'diagnosis', message }] };
  }
};
