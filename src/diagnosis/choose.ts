/** Which of the causes a test met explains why it is red: the one its failure names, then the earliest. */
import { WORKER_EXIT, WORKER_STANDSTILL, type FailureClass } from '../evidence/failure.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { DiagnosedFailure } from './input.ts';
import { lineDraft } from './preflight.ts';
import { PHASES, type Phase } from './result.ts';
import type { RedAttempt, Scene, Unit } from './scene.ts';

/** Classes lead into phases; the rest is http-api. */
const PHASES_OF: Readonly<Partial<Record<FailureClass, readonly Phase[]>>> = {
  dns: ['dns'],
  'tcp-refused': ['tcp', 'dns'],
  'tcp-reset': ['tcp', 'tls', 'platform'],
  tls: ['tls'],
  'token-source': ['auth', 'platform', 'tcp', 'dns', 'tls'],
  'auth-rejected': ['auth'],
  'auth-accepted': ['auth'],
  deadline: ['tcp', 'platform', 'http-upgrade', 'welcome', 'ping', 'message', 'events', 'http-api'],
  'ws-upgrade': ['http-upgrade', 'tcp', 'tls', 'dns', 'platform', 'auth'],
  'ws-subprotocol': ['subprotocol'],
  'ws-clean-refusal': ['welcome', 'auth', 'platform'],
  'ws-closed-early': ['welcome', 'auth', 'platform', 'subprotocol'],
  'ws-silent': ['welcome', 'auth', 'http-upgrade'],
  'ws-wrong-user': ['welcome', 'auth'],
  'ws-mute': ['ping', 'message'],
  'ws-closed-late': ['message', 'ping', 'welcome', 'events', 'platform'],
  'ws-frame': ['message', 'welcome', 'events'],
  'events-missing': ['events', 'message'],
  'events-order': ['events'],
  'answer-wrong': ['events'],
  'answer-failure': ['events'],
  'foreign-data': ['http-api', 'auth'],
};
const phasesOf = (failureClass: FailureClass): readonly Phase[] =>
  PHASES_OF[failureClass] ?? ['http-api', 'platform', 'tcp'];

const explains = (one: Finding, failure: DiagnosedFailure): boolean =>
  phasesOf(failure.class).includes(one.phase) || one.fits.includes(failure.class);

const named = (one: Finding, failure: DiagnosedFailure): boolean =>
  one.mention !== '' && (failure.message.includes(one.mention) || failure.promise.includes(one.mention));

const BASE: readonly Phase[] = ['dns', 'tcp', 'tls', 'platform'];

interface Scored {
  readonly one: Finding;
  readonly score: readonly number[];
}

const compare = (a: Scored, b: Scored): number => {
  for (const [index, value] of a.score.entries()) {
    const other = b.score[index] ?? 0;
    if (value !== other) return value - other;
  }
  const keys = [a, b].map(({ one }) => `${one.cause} ${one.connection} ${one.fact}`);
  return (keys[0] ?? '') < (keys[1] ?? '') ? -1 : 1;
};

const phaseIndex = (one: Finding): number => PHASES.indexOf(one.phase);

const scored = (scene: Scene, attempt: RedAttempt, one: Finding): Scored => {
  const first = attempt.failures[0];
  // What health confirms to be down absorbs everything.
  const absorbing = BASE.includes(one.phase) && one.signal !== 'low' && scene.healthy === false ? 0 : 1;
  const position = attempt.failures.findIndex((failure) => explains(one, failure));
  const match = first === undefined ? 1 : position === 0 ? 0 : position > 0 ? 1 : 2;
  const link = first !== undefined && named(one, first) ? 0 : 1;
  const unknown = one.cause === 'unknown' ? 1 : 0;
  return {
    one,
    score: [
      absorbing,
      match === 2 && link === 1 ? 1 : 0,
      unknown,
      match === 0 ? link : 1,
      match,
      one.rank,
      one.at,
      phaseIndex(one),
    ],
  };
};

const usable = (scene: Scene, attempt: RedAttempt, { one, score }: Scored): boolean =>
  score[0] === 0 ||
  score[1] === 0 ||
  (one.rank === 0 && attempt.failures[0]?.class === 'unknown') ||
  (scene.stopped && one.source.startsWith('preflight'));

/** No wire decides: what the failure itself says, at low confidence; `unknown` where that would be guessing. */
const FALLBACK: Readonly<Partial<Record<FailureClass, Pick<Finding, 'cause' | 'phase' | 'detail'>>>> = {
  pagination: { cause: 'pagination-wrong', phase: 'http-api', detail: 'page, total or order wrong' },
  limit: { cause: 'app-rate-limit', phase: 'http-api', detail: 'a rule of the rate limit is broken' },
  'not-persisted': { cause: 'persistence-lost', phase: 'http-api', detail: 'a confirmed write is not there' },
  'events-order': { cause: 'event-order', phase: 'events', detail: 'events doubled or in wrong order' },
  'answer-failure': { cause: 'agent-reported-failure', phase: 'events', detail: 'a run says that it failed' },
  'ws-wrong-user': { cause: 'identity-mixup', phase: 'welcome', detail: 'served as another user than the token names' },
};

/** Nothing on the wire can have ended the test's own process. */
const OF_THE_PROCESS: Readonly<Record<string, string>> = {
  [WORKER_STANDSTILL]: 'the process of the test stood still and was ended',
  [WORKER_EXIT]: 'the process of the test ended before the test did: killed, out of memory, or an exit in the test',
};

const fallback = (unit: Unit, attempt: RedAttempt): Finding => {
  const first = attempt.failures[0];
  const place = {
    test: attempt.test,
    attempt: attempt.attempt,
    source: `${unit.id} failure`,
    at: attempt.startedAt,
    connection: `${attempt.test}/failure`,
  };
  if (first === undefined)
    return finding(place, {
      cause: 'unknown',
      phase: 'http-api',
      signal: 'low',
      fact: 'no failure and no evidence was recorded',
      facet: 'nothing',
      detail: 'nothing was recorded',
    });
  const fact = `[${first.class}] ${first.key}: ${first.promise}`.slice(0, 240);
  const ended = OF_THE_PROCESS[first.key];
  if (ended !== undefined)
    return finding(place, { cause: 'client-caused', phase: 'http-api', signal: 'medium', fact, detail: ended });
  const said = attempt.hasEvidence ? null : lineDraft(`${first.promise} ${first.message}`, first.class);
  if (said !== null) return finding(place, { ...said, signal: said.signal === 'high' ? 'medium' : 'low' });
  const known = FALLBACK[first.class];
  if (known !== undefined) return finding(place, { ...known, signal: 'low', fact });
  return finding(place, {
    cause: 'unknown',
    phase: 'http-api',
    signal: 'low',
    fact,
    facet: `${first.class} ${first.key}`,
    detail: `${first.class} ${first.key}`,
  });
};

export interface Choice {
  readonly unit: Unit;
  readonly primary: Finding;
  /** No wire decided: the failure's own words did. */
  readonly byWordsAlone: boolean;
  /** Everything else that points at another cause. */
  readonly rest: readonly Finding[];
}

export const chooseFor = (scene: Scene, unit: Unit, all: readonly Finding[]): Choice => {
  const test = unit.key;
  const attempts = scene.red.filter((attempt) => attempt.test === test);
  const own = all.filter((one) => one.test === test);
  for (const attempt of attempts) {
    const here = own.filter((one) => one.attempt === attempt.attempt || one.source.startsWith('preflight'));
    const best = here
      .map((one) => scored(scene, attempt, one))
      .filter((candidate) => usable(scene, attempt, candidate))
      .sort(compare)[0]?.one;
    if (best !== undefined && best.cause !== 'unknown')
      return { unit, primary: best, byWordsAlone: false, rest: own.filter((one) => one.cause !== best.cause) };
  }
  const first = attempts[0];
  const guess = first === undefined ? undefined : fallback(unit, first);
  const vague = own.find((one) => one.cause === 'unknown');
  const primary =
    guess === undefined || (guess.cause === 'unknown' && vague !== undefined && first?.failures.length === 0)
      ? vague
      : guess;
  if (primary === undefined) throw new Error(`${test} is red without an attempt`);
  return { unit, primary, byWordsAlone: primary === guess, rest: own.filter((one) => one.cause !== primary.cause) };
};
