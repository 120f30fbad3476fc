/** Evidence that somebody saw, did or was what they must not: HOLD wherever it was found, and first in every report. */
import { causeId, CAUSES } from '../diagnosis/causes.ts';
import type { CauseId } from '../diagnosis/causes.ts';
import type { FailureClass } from '../evidence/failure.ts';
import type { RecordBody, Row } from './record.ts';

/** Causes that show a breach. A leak of details is a finding of security, and nobody got in by it. */
export const BREACH_CAUSES: readonly CauseId[] = [
  'isolation-breach-http',
  'isolation-breach-ws',
  'identity-mixup',
  'auth-bypass',
  'auth-token-not-validated',
  'anonymous-access',
  'privilege-escalation',
  'session-logout-ignored',
  'session-refresh-reuse',
];

interface Meaning {
  readonly meaning: string;
  readonly action: string;
}

/** Failures of the suite's own assertions that show one, for tests whose cause is another or unknown. */
const BREACH_CLASSES: ReadonlyMap<FailureClass, Meaning> = new Map([
  [
    'foreign-data',
    { meaning: "another user's data was shown or served", action: 'security incident: owner check of what it names' },
  ],
  [
    'auth-accepted',
    { meaning: 'a missing or bad token was accepted', action: 'security incident: token checks of what it names' },
  ],
]);

export interface Breach {
  /** A cause id, or the failure class where the diagnosis names another cause or none. */
  readonly id: string;
  readonly meaning: string;
  /** Empty where a diagnostic probe saw it. */
  readonly tests: readonly string[];
  readonly evidence: readonly string[];
  readonly nextStep: string;
}

interface Sighting extends Meaning {
  readonly id: string;
  readonly test: string | null;
  readonly evidence: readonly string[];
}

const EVIDENCE = 6;

const byCause = (cause: string | undefined, test: string | null, evidence: readonly string[]): Sighting[] => {
  const id = causeId.safeParse(cause).data;
  return id === undefined || !BREACH_CAUSES.includes(id) ? [] : [{ ...CAUSES[id], id, test, evidence }];
};

const byClass = (row: Row): Sighting[] =>
  row.attempts
    .flatMap(({ failures }) => failures)
    .flatMap(({ class: id, key, promise }) => {
      const known = BREACH_CLASSES.get(id);
      return known === undefined ? [] : [{ ...known, id, test: row.id, evidence: [`${row.id} ${key}: ${promise}`] }];
    });

const upperFirst = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

/** Every breach that a record shows, those that the diagnosis names first. */
export const breachesOf = ({ rows, causes, findings }: Pick<RecordBody, 'rows' | 'causes' | 'findings'>): Breach[] => {
  const named = [
    ...causes.flatMap(({ cause, tests, evidence }) =>
      tests.flatMap((test) =>
        byCause(
          cause,
          test,
          evidence.map(({ fact }) => fact),
        ),
      ),
    ),
    ...causes.flatMap(({ also = [] }) => also.flatMap(({ test, cause, detail }) => byCause(cause, test, [detail]))),
    ...findings.flatMap(({ cause, evidence }) => byCause(cause, null, evidence)),
  ];
  const explained = new Set(named.map(({ test }) => test));
  const all = [...named, ...rows.filter(({ id }) => !explained.has(id)).flatMap(byClass)];
  const unique = (values: readonly string[]): string[] => [...new Set(values.filter((value) => value !== ''))];
  return unique(all.map(({ id }) => id)).map((id) => {
    const own = all.filter((one) => one.id === id);
    return {
      id,
      meaning: own[0]?.meaning ?? '',
      tests: unique(own.map(({ test }) => test ?? '')).sort(),
      evidence: unique(own.flatMap(({ evidence }) => evidence)).slice(0, EVIDENCE),
      nextStep: causes.find(({ cause }) => cause === id)?.next_step ?? upperFirst(own[0]?.action ?? ''),
    };
  });
};

/** `security breach: another user's data over HTTP (isolation-breach-http, P1-16)` */
export const breachLine = ({ id, meaning, tests }: Breach): string =>
  `security breach: ${meaning} (${[id, ...tests].join(', ')})`;
