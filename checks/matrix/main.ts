/** `npm run matrix`: the suite against every fault, green control and scenario of FAULTS.md. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import '../../src/evidence/closed-output.ts';
import { plain } from '../../src/evidence/plain-text.ts';
import { showsUnicode } from '../../src/reporter/environment.ts';
import { programArguments } from '../../src/environment/arguments.ts';
import { jsonPieces, writeWhole } from '../../src/reporter/files.ts';
import type { Case } from './expectation.ts';
import { failsOf, figuresOf } from './figures.ts';
import { judge, type Judgement } from './judge.ts';
import { caseEntry, figuresEntry, matrixFile, type MatrixFile } from './matrix-file.ts';
import { readOptions, UsageError, USAGE, type MatrixOptions } from './options.ts';
import { matrixPage } from './page/page.ts';
import { Progress } from './progress.ts';
import { folderOf, loadResult, type CaseResult } from './result.ts';
import { runCase } from './run-case.ts';
import { Sources } from './sources.ts';
import { summary } from './terminal.ts';

const WRONG_USE = 2;
const INTERRUPTED = 130;
/** Inside the repository, where the copy finds the installed packages. */
const TREES = 'reports/matrix';

const unicode = showsUnicode();
const say = (line: string): void => {
  process.stdout.write(`${unicode ? line : plain(line)}\n`);
};

const optionsOrLeave = (): MatrixOptions => {
  try {
    return readOptions(programArguments());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`matrix: ${error.message}\n${USAGE}\n`);
    return process.exit(WRONG_USE);
  }
};

const interruptible = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      say('interrupted: ending the runs and writing what there is; again to leave at once');
      controller.abort();
    });
  return controller.signal;
};

/** Runs the cases, the longest first, so that no long one is left alone at the end. */
const runAll = async (
  queue: readonly Case[],
  options: MatrixOptions,
  run: (one: Case) => Promise<CaseResult>,
  signal: AbortSignal,
): Promise<CaseResult[]> => {
  const weight = (one: Case): number => loadResult(folderOf(options.out, one.id))?.ms ?? one.estimate;
  const waiting = queue.map((one) => ({ one, weight: weight(one) })).sort((a, b) => b.weight - a.weight);
  const progress = new Progress(
    queue.length,
    waiting.reduce((sum, each) => sum + each.weight, 0),
  );
  const results: CaseResult[] = [];
  const stopped = (): boolean => signal.aborted;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !stopped(); next = waiting.shift()) {
      const result = await run(next.one);
      if (stopped()) return;
      results.push(result);
      say(progress.line(judge(next.one, result), next.weight));
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return results;
};

const write = (out: string, file: MatrixFile): void => {
  const checked = matrixFile.parse(file);
  writeWhole(join(out, 'matrix.json'), jsonPieces(checked));
  writeWhole(join(out, 'index.html'), [matrixPage(checked)]);
};

const main = async (options: MatrixOptions): Promise<number> => {
  const signal = interruptible();
  const [startedAt, begun] = [new Date().toISOString(), performance.now()];
  const sources = new Sources('.');
  const hashes = new Map(options.cases.map((one) => [one.id, sources.hashFor(one)]));
  const stored = options.cases.flatMap((one) => {
    const result = options.resume ? loadResult(folderOf(options.out, one.id)) : undefined;
    return result !== undefined && (options.stale || result.sources === hashes.get(one.id)) ? [result] : [];
  });
  const known = new Set(stored.filter(({ error }) => error === null).map(({ id }) => id));
  const queue = options.run ? options.cases.filter(({ id }) => !known.has(id)) : [];
  if (options.run)
    say(
      `matrix: ${queue.length} cases${known.size > 0 ? ` (${known.size} taken over)` : ''}, ${options.parallel} at a time with ${options.workers} worker${options.workers === 1 ? '' : 's'} each`,
    );
  const tree = queue.length > 0 ? sources.copyTo(TREES) : '';
  const run = (one: Case) =>
    runCase(one, hashes.get(one.id) ?? '', { tree, out: options.out, workers: options.workers, signal });
  const fresh = await runAll(queue, options, run, signal);

  const results = new Map([...stored, ...fresh].map((result) => [result.id, result]));
  const judgements: Judgement[] = options.cases.flatMap((one) => {
    const result = results.get(one.id);
    return result === undefined ? [] : [judge(one, result)];
  });
  const complete = judgements.length === options.cases.length;
  const figures = figuresOf(judgements, options.whole && complete);
  const failed = [...failsOf(figures), ...(complete ? [] : ['not every case ran'])];
  write(options.out, {
    version: 1,
    startedAt,
    endedAt: new Date().toISOString(),
    durationMs: Math.round(performance.now() - begun),
    machine: {
      cores: availableParallelism(),
      parallel: options.parallel,
      workers: options.workers,
      node: process.version,
    },
    selection: options.selection,
    asked: options.cases.length,
    resumed: judgements.length - fresh.length,
    complete,
    failed,
    figures: figuresEntry(figures),
    cases: judgements.map(caseEntry),
  });
  say(summary(figures, complete).join('\n'));
  say(`time           ${((performance.now() - begun) / 60_000).toFixed(1)} min`);
  say(`reports        ${join(options.out, 'index.html')} · ${join(options.out, 'matrix.json')}`);
  if (signal.aborted) return INTERRUPTED;
  return failed.length === 0 ? 0 : 1;
};

const options = optionsOrLeave();
if (options.help) say(USAGE);
else if (options.list) say(options.cases.map(({ id }) => id).join('\n'));
else process.exitCode = await main(options);
