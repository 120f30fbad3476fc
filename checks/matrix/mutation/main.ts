/** `npm run mutation`: which assertions of the suite does at least one fault need? Reads the runs of `npm run matrix`. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { jsonPieces, writeWhole } from '../../../reporter/files.ts';
import { Sources } from '../sources.ts';
import { explore } from './explore.ts';
import { instrument } from './instrument.ts';
import { inventory } from './inventory.ts';
import { Ledger, mutationReport, type MutationReport } from './ledger.ts';
import { workFrom } from './pairs.ts';

const USAGE = `Usage: npm run mutation -- [--only TEXT] [--parallel N] [--matrix DIR]
  --only TEXT    faults whose id contains the text (repeatable)
  --parallel N   runs at the same time (default: one a core, at least two)
  --matrix DIR   where npm run matrix left its runs (default reports/matrix)`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    parallel: { type: 'string' },
    matrix: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const lines = ({ counts, assertions, faults, complete }: MutationReport): string[] => {
  const share = (count: number): string => `${((100 * count) / counts.all).toFixed(1)} %`;
  const silent = assertions.filter(({ state }) => state === 'silent');
  return [
    '',
    `Assertions that no fault reaches: ${silent.length}`,
    ...silent.map(({ file, line, tests, key, kind }) => `  ${file}:${line} ${tests.join(' ')} ${kind} ${key}`),
    '',
    `mutation       ${counts.all} assertions, ${faults.done} of ${faults.of} faults${complete ? '' : ' (INCOMPLETE)'}`,
    `needed         ${counts.needed} (${share(counts.needed)}): without it a fault goes unnoticed by its test`,
    `seen           ${counts.seen} (${share(counts.seen)}): fails under a fault, and so does another one of the test`,
    `silent         ${counts.silent} (${share(counts.silent)}): no fault reaches it`,
  ];
};

const main = async (): Promise<number> => {
  const begun = performance.now();
  const out = resolve(values.matrix ?? 'reports/matrix');
  const work = workFrom(out).filter(({ one }) => values.only?.some((text) => one.id.includes(text)) ?? true);
  if (work.length === 0) {
    say(`mutation: no runs in ${out}; start npm run matrix first`);
    return 2;
  }
  const tree = new Sources('.').copyTo('reports/matrix');
  const sites = inventory(tree);
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  const folder = join(out, 'mutation');
  rmSync(folder, { recursive: true, force: true });
  const settings = { tree: instrument(tree, sites), out: folder, signal: controller.signal };
  const ledger = new Ledger();
  const waiting = [...work];
  let done = 0;
  const stopped = (): boolean => controller.signal.aborted;
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !stopped(); next = waiting.shift()) {
      const { one } = next;
      try {
        await explore(next, sites, ledger, settings);
        done += 1;
        say(`[${done}/${work.length}] ${one.id}: ${ledger.report(sites).counts.needed} needed so far`);
      } catch (error) {
        say(`[-/${work.length}] ${one.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  const parallel = Number(values.parallel ?? Math.max(2, availableParallelism()));
  say(`mutation: ${sites.length} assertions, ${work.length} faults, ${parallel} at a time`);
  await Promise.all(Array.from({ length: parallel }, worker));
  const report = mutationReport.parse({
    version: 1,
    at: new Date().toISOString(),
    durationMs: Math.round(performance.now() - begun),
    complete: done === work.length,
    faults: { done, of: work.length },
    ...ledger.report(sites),
  });
  writeWhole(join(out, 'mutation.json'), jsonPieces(report));
  say(lines(report).join('\n'));
  say(`report         ${join(out, 'mutation.json')}`);
  return stopped() ? 130 : report.complete ? 0 : 1;
};

if (values.help === true) say(USAGE);
else process.exitCode = await main();
