/** One group a cause: DIAGNOSIS.md sections 1 and 7. */
import { CAUSES, SECURITY_CAUSES, type CauseId } from './causes.ts';
import { chooseFor, type Choice } from './choose.ts';
import type { Finding } from './finding.ts';
import { describe } from './http-view.ts';
import { probesNeverRun } from './probes.ts';
import { PHASES, type Confidence, type EvidenceLine, type Group } from './result.ts';
import { exclusionsFor } from './ruled-out.ts';
import type { Scene } from './scene.ts';
import { describeEnd } from './socket-view.ts';

const MOST_LINES = 12;
const TIMING: readonly CauseId[] = ['latency-over-budget', 'event-loop-stall', 'welcome-late'];
const LAG_MS = 1_000;

const strongest = (findings: readonly Finding[]): Confidence =>
  findings.some(({ signal }) => signal === 'high')
    ? 'high'
    : findings.some(({ signal }) => signal === 'medium')
      ? 'medium'
      : 'low';

/** High needs two observations; a stall of our own process spoils every timing. */
const confidenceOf = (scene: Scene, cause: CauseId, supports: readonly Finding[]): Confidence => {
  if (cause === 'unknown') return 'low';
  const signal = strongest(supports);
  const seen = new Set(supports.map(({ connection }) => connection)).size;
  const lagging =
    TIMING.includes(cause) &&
    scene.red.some(({ test, lagMs }) => lagMs > LAG_MS && supports.some((one) => one.test === test));
  if (signal === 'high') return seen > 1 && !lagging ? 'high' : 'medium';
  return signal;
};

const detailOf = (primaries: readonly Finding[]): string => {
  const details = [...new Set(primaries.map(({ detail }) => detail))].filter((detail) => detail !== '').sort();
  return details.length > 4 ? `${details.slice(0, 4).join('; ')}; and ${details.length - 4} more` : details.join('; ');
};

const lineOf = ({ fact, phase, source }: Finding): EvidenceLine => ({ fact, phase, source });

const evidenceOf = (supports: readonly Finding[], primaries: readonly Finding[]): EvidenceLine[] => {
  const ordered = [...primaries, ...supports.filter((one) => !primaries.includes(one))];
  const seen = new Set<string>();
  return ordered
    .filter(({ fact, source }) => {
      const key = `${source} ${fact}`;
      return seen.has(key) ? false : (seen.add(key), true);
    })
    .slice(0, MOST_LINES)
    .map(lineOf);
};

/** Everything that was recorded: what an unknown cause has to offer. */
const everything = (scene: Scene, tests: readonly string[]): EvidenceLine[] =>
  scene.red
    .filter(({ test }) => tests.includes(test))
    .flatMap(({ exchanges, sockets }): EvidenceLine[] => [
      ...exchanges.slice(-6).map((view) => ({ fact: describe(view), phase: 'http-api' as const, source: view.source })),
      ...sockets.slice(-6).map((view) => ({
        fact: `${view.path} as ${view.s.identity}: ${describeEnd(view)}`,
        phase: 'message' as const,
        source: view.source,
      })),
    ]);

const nextStep = (scene: Scene, cause: CauseId, primaries: readonly Finding[]): string => {
  const at = Math.min(...primaries.map((one) => one.at));
  const when = Number.isFinite(at) && at > 1e11 ? ` First seen at ${new Date(at).toISOString()}.` : '';
  const { action } = CAUSES[cause];
  const text = `${action.charAt(0).toUpperCase()}${action.slice(1)}.${when}`;
  if (cause !== 'unknown') return text;
  const wanted = probesNeverRun(scene);
  return wanted.length === 0
    ? `Read the server log of that second and the attached transcript.${when}`
    : `Run the probes ${wanted.join(', ')}, and read the server log of that second.${when}`;
};

type Also = NonNullable<Group['also']>;
/** What two parts of a test met is said once. */
const unique = (lines: Also): Also => [
  ...new Map(lines.map((line) => [`${line.test} ${line.cause} ${line.detail}`, line])).values(),
];

interface Bucket {
  readonly cause: CauseId;
  readonly facet: string;
  readonly choices: Choice[];
}

const groupOf = (scene: Scene, all: readonly Finding[], { cause, facet, choices }: Bucket): Group => {
  const units = choices.map(({ unit }) => unit);
  const keys = units.map(({ key }) => key);
  const primaries = choices.map(({ primary }) => primary);
  const supports = [
    ...primaries,
    ...all.filter((one) => one.cause === cause && one.facet === facet && (one.test === '' || keys.includes(one.test))),
  ];
  const also = choices.flatMap(({ unit, rest }) =>
    [
      ...new Map(
        rest
          .filter((one) => one.cause !== 'unknown' && (one.rank < 2 || SECURITY_CAUSES.includes(one.cause)))
          .map((one) => [one.cause, one]),
      ).values(),
    ].map((one) => ({ test: unit.id, cause: one.cause, detail: one.detail })),
  );
  return {
    cause,
    detail: detailOf(primaries),
    confidence: confidenceOf(scene, cause, supports),
    tests: [...new Set(units.map(({ id }) => id))].sort(),
    parts: units.map(({ id, part }) => ({ test: id, part })),
    ...(also.length === 0 ? {} : { also: unique(also) }),
    evidence:
      cause === 'unknown'
        ? [...evidenceOf(supports, primaries), ...everything(scene, keys)].slice(0, 3 * MOST_LINES)
        : evidenceOf(supports, primaries),
    ruled_out: exclusionsFor(cause, scene),
    next_step: nextStep(scene, cause, primaries),
  };
};

export const groupsOf = (scene: Scene, all: readonly Finding[]): Group[] => {
  const buckets = new Map<string, Bucket>();
  const choices = scene.units.map((unit) => chooseFor(scene, unit, all));
  const [seen, said] = [choices.filter((one) => !one.byWordsAlone), choices.filter((one) => one.byWordsAlone)];
  for (const choice of [...seen, ...said]) {
    const { cause, facet } = choice.primary;
    // What a part only says and another part of its test shows is one cause.
    const shown = [...buckets.values()].find(
      (bucket) =>
        choice.byWordsAlone &&
        cause !== 'unknown' &&
        bucket.cause === cause &&
        bucket.choices.some(({ unit }) => unit.id === choice.unit.id),
    );
    const key = `${cause} ${facet}`;
    const bucket = shown ?? buckets.get(key) ?? { cause, facet, choices: [] };
    bucket.choices.push(choice);
    if (shown === undefined) buckets.set(key, bucket);
  }
  const groups = [...buckets.values()].map((bucket) => ({
    group: groupOf(scene, all, bucket),
    phase: Math.min(...bucket.choices.map(({ primary }) => PHASES.indexOf(primary.phase))),
  }));
  const place = (cause: CauseId): number => (SECURITY_CAUSES.includes(cause) ? 0 : cause === 'unknown' ? 2 : 1);
  return groups
    .sort(
      (a, b) =>
        place(a.group.cause) - place(b.group.cause) ||
        a.phase - b.phase ||
        b.group.tests.length - a.group.tests.length ||
        (`${a.group.cause} ${a.group.detail}` < `${b.group.cause} ${b.group.detail}` ? -1 : 1),
    )
    .map(({ group }) => group);
};
