/** `npm run mutation`: which assertions of the suite are needed to see a defect of the server, and which see none? */
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import '../../../src/evidence/closed-output.ts';
import { jsonPieces, writeWhole } from '../../../src/reporter/files.ts';
import { readArguments } from '../../../src/environment/arguments.ts';
import { caseOf } from '../expectation.ts';
import { Sources } from '../sources.ts';
import { instrument } from './instrument.ts';
import { inventory } from './inventory.ts';
import { ledgerOf, mutationReport, type MutationReport } from './ledger.ts';
import { loadTrials, runLane, type Trial, type Work } from './trial.ts';
import { contradictions, isSubject, workOfCatalogue, workOfTable } from './work.ts';

const USAGE = `Usage: npm run mutation -- [options]
  --only TEXT    trials whose test or defect contains the text (repeatable)
  --catalogue    the faults of the matrix instead of the table of defects
  --resume       take over trials of a suite that has not changed
  --stale        with --resume: whatever has changed
  --parallel N   lanes at the same time (default 2)
  --out DIR      where the reports go (default reports/mutation)`;

const WRONG_USE = 2;

const options = () => {
  try {
    return readArguments({
      options: {
        only: { type: 'string', multiple: true },
        catalogue: { type: 'boolean' },
        resume: { type: 'boolean' },
        stale: { type: 'boolean' },
        parallel: { type: 'string', default: '2' },
        out: { type: 'string', default: 'reports/mutation' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`mutation: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(WRONG_USE);
  }
};
const values = options();

const INTERRUPTED = 130;
/** Of one trial, where no earlier one has been measured. */
const ESTIMATE_MS = 1_500;
/** What a trial takes beyond its test. */
const OVERHEAD_MS = 300;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;

const summary = ({ counts, tests, assertions, trials, complete, errors, durationMs }: MutationReport): string[] => {
  const share = (count: number): string => `${count} (${((100 * count) / counts.all).toFixed(1)} %)`;
  const silent = assertions.filter(({ state }) => state === 'silent');
  const column = (value: string | number): string => String(value).padStart(8);
  return [
    '',
    `test  ${['all', 'needed', 'seen', 'silent'].map(column).join('')}`,
    ...tests.map((one) => `${one.test} ${[one.all, one.needed, one.seen, one.silent].map(column).join('')}`),
    '',
    `Assertions that no defect makes fail: ${silent.length}`,
    ...silent.map(({ id, file, line }) => `  ${file}:${line}  ${id}`),
    ...(errors.length === 0 ? [] : ['', 'Wrong with the measurement:', ...errors.map((error) => `  ${error}`)]),
    '',
    `mutation       ${counts.all} assertions, ${trials.done} of ${trials.of} trials${complete ? '' : ' (INCOMPLETE)'}`,
    `needed         ${share(counts.needed)}: switched off, a test is green although the server has a defect`,
    `seen           ${share(counts.seen)}: the first to fail under a defect, and another one of the test sees it too`,
    `silent         ${share(counts.silent)}: no defect makes it fail first`,
    `time           ${minutes(durationMs)}`,
  ];
};

const interruptible = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
};

/** The work in so many parts that take about as long as each other. */
const laneOf = (queue: readonly Work[], count: number, weight: (work: Work) => number): Work[][] => {
  const lanes = Array.from({ length: count }, () => ({ work: [] as Work[], ms: 0 }));
  for (const work of [...queue].sort((a, b) => weight(b) - weight(a))) {
    const lane = lanes.reduce((least, each) => (each.ms < least.ms ? each : least));
    lane.work.push(work);
    lane.ms += weight(work);
  }
  return lanes.map(({ work }) => work).filter((work) => work.length > 0);
};

const outcomeOf = ({ test, failed, verified, message }: Trial): string => {
  const [first] = failed;
  if (first === undefined) return verified ? 'verified' : `fails outside the assertions: ${message}`;
  const parts = [...new Set(failed.map(({ part }) => part ?? test))].join('; ');
  return `${failed.length === 1 && verified ? 'needs' : 'sees'}  ${first.assertion}  in: ${parts}`;
};

const main = async (): Promise<number> => {
  const begun = performance.now();
  const out = resolve(values.out);
  const all = values.catalogue === true ? workOfCatalogue() : workOfTable();
  const asked = all.filter(
    ({ defect, test }) => values.only?.some((text) => `${test} ${defect}`.includes(text)) ?? true,
  );
  if (asked.length === 0) throw new Error(`no trial contains ${values.only?.join(' or ') ?? ''}`);
  const sources = new Sources('.');
  const sourcesOf = ({ defect }: Work): string =>
    sources.hashFor(caseOf({ id: defect, kind: 'fault', faults: defect.split(',') }));
  const keyOf = ({ defect, test }: Work): string => `${test} ${defect === '' ? 'healthy' : defect}`;
  const earlier = new Map(loadTrials(out).map((trial) => [keyOf(trial), trial]));
  const stored = asked.flatMap((work) => {
    const trial = values.resume === true ? earlier.get(keyOf(work)) : undefined;
    return trial !== undefined && (values.stale === true || trial.sources === sourcesOf(work)) ? [trial] : [];
  });
  const known = new Set(stored.map(keyOf));
  const queue = asked.filter((work) => !known.has(keyOf(work)));
  const tree = sources.copyTo('reports/matrix');
  const sites = inventory(tree);
  const ids = new Map(sites.map(({ number, id }) => [number, id]));
  const signal = interruptible();
  const weight = (work: Work): number => OVERHEAD_MS + (earlier.get(keyOf(work))?.ms ?? ESTIMATE_MS);
  const lanes = laneOf(queue, Math.max(1, Number(values.parallel)), weight);
  const total = queue.reduce((sum, work) => sum + weight(work), 0);
  say(
    `mutation: ${sites.length} assertions, ${queue.length} trials (${stored.length} taken over) in ${lanes.length} lanes, about ${minutes(total / Math.max(1, lanes.length))}`,
  );
  const trials: Trial[] = [];
  let worked = 0;
  const ended = (trial: Trial): void => {
    trials.push(trial);
    worked += weight(trial);
    const left = ((performance.now() - begun) / worked) * (total - worked);
    say(
      `[${trials.length}/${queue.length}] ${(trial.ms / 1_000).toFixed(1)} s · ${minutes(left)} left · ${keyOf(trial)}\n    ${outcomeOf(trial)}`,
    );
  };
  const copy = lanes.length > 0 ? instrument(tree, sites) : '';
  const settings = { tree: copy, out, signal, ids, sourcesOf, ended };
  const wrong = await Promise.all(lanes.map((work, index) => runLane(`lane-${index + 1}`, work, settings)));
  const done = [...stored, ...trials];
  const report = mutationReport.parse({
    version: 2,
    at: new Date().toISOString(),
    durationMs: Math.round(performance.now() - begun),
    complete: done.length === asked.length,
    trials: { done: done.length, of: asked.length, takenOver: stored.length },
    errors: [...wrong.filter((one) => one !== undefined), ...contradictions(done)],
    ...ledgerOf(
      sites.filter((site) => isSubject(site, asked, values.catalogue === true)),
      done,
    ),
  });
  const file = join(out, 'mutation.json');
  writeWhole(file, jsonPieces(report));
  say(summary(report).join('\n'));
  say(`report         ${file}`);
  if (signal.aborted) return INTERRUPTED;
  return report.complete && report.counts.silent === 0 && report.errors.length === 0 ? 0 : 1;
};

if (values.help === true) say(USAGE);
else {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`mutation: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exitCode = WRONG_USE;
  }
}
