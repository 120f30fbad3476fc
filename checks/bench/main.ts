/** `npm run bench`: how fast the suite is, in ratios measured within one run. A benchmark, not a test. */
import { availableParallelism, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { jsonPieces, writeWhole } from '../../src/reporter/files.ts';
import { readArguments } from '../../src/environment/arguments.ts';
import { benchFile, type BenchFile } from './bench-file.ts';
import { timed, type Part } from './measure.ts';
import { benchPage, shown } from './page.ts';
import { reporterAtScale } from './reporter.ts';
import { socketRamp } from './sockets.ts';
import { startUp } from './start-up.ts';
import { costOfEvidence, latencyGrowth, peopleAtOnce, suiteAgainstEmpty } from './suite.ts';
import { timeToVerdict } from './verdicts.ts';

const USAGE = `Usage: npm run bench -- [options]
  --only NAME   a part (repeatable): suite, verdict, start, sockets, people, reporter, evidence, latency
  --pairs N     pairs of suite and empty tests (default 5)
  --out DIR     where the reports go (default reports/bench)`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const indented = (line: string): void => say(`    ${line}`);

interface Planned {
  readonly title: string;
  /** Seconds on an idle machine, for the time that is left. */
  readonly about: (pairs: number) => number;
  readonly run: (pairs: number) => Promise<Part> | Part;
}

const PARTS: Readonly<Record<string, Planned>> = {
  suite: {
    title: 'The 22 against 22 empty tests',
    about: (pairs) => 10 + pairs * 15,
    run: (pairs) => suiteAgainstEmpty(pairs, indented),
  },
  verdict: { title: 'Time to a verdict where nothing answers', about: () => 20, run: () => timeToVerdict(indented) },
  start: { title: 'Start of the stand-in', about: () => 10, run: () => startUp(5) },
  sockets: { title: 'Sockets from one process', about: () => 40, run: () => socketRamp(indented) },
  people: { title: 'People at work at once', about: () => 45, run: () => peopleAtOnce(indented) },
  reporter: { title: 'Reports of 10,000 tests', about: () => 4, run: () => reporterAtScale() },
  evidence: { title: 'Cost of evidence on a green run', about: () => 20, run: () => costOfEvidence() },
  latency: { title: 'A platform that is further away', about: () => 60, run: () => latencyGrowth(indented) },
};

const options = () => {
  const { values } = readArguments({
    options: {
      only: { type: 'string', multiple: true },
      pairs: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const unknown = (values.only ?? []).filter((name) => !(name in PARTS));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}`);
  if (values.pairs !== undefined && !/^[1-9]\d?$/.test(values.pairs))
    throw new Error(`--pairs ${values.pairs}: expected a number from 1 to 99`);
  return { ...values, pairs: Number(values.pairs ?? 5), out: resolve(values.out ?? 'reports/bench') };
};

const main = async (): Promise<void> => {
  const { only = Object.keys(PARTS), pairs, out } = options();
  const startedAt = new Date().toISOString();
  const [load = 0] = loadavg();
  if (load > 1) say(`bench: something else is at work here (load ${load.toFixed(1)}); ratios hold, seconds do not`);
  const parts: BenchFile['parts'] = [];
  for (const [index, id] of only.entries()) {
    const planned = PARTS[id];
    if (planned === undefined) continue;
    const left = only.slice(index).reduce((sum, name) => sum + (PARTS[name]?.about(pairs) ?? 0), 0);
    say(`[${index + 1}/${only.length}] ${planned.title} · about ${Math.ceil(left / 60)} min left`);
    const { seconds, result } = await timed(async () => planned.run(pairs));
    for (const { name, value, unit, atMost } of result.figures)
      say(
        `  ${name}: ${shown(value, unit)}${atMost === undefined ? '' : `, at most ${shown(atMost, unit)}${value > atMost ? '  OVER' : ''}`}`,
      );
    parts.push({
      id,
      title: planned.title,
      seconds,
      note: result.note,
      figures: [...result.figures],
      bars: [...(result.bars ?? [])],
    });
    // After each part, so that an interrupted benchmark leaves what it measured.
    const file = benchFile.parse({
      version: 1,
      startedAt,
      endedAt: new Date().toISOString(),
      machine: { cores: availableParallelism(), node: process.version, load },
      parts,
    });
    writeWhole(join(out, 'bench.json'), jsonPieces(file));
    writeWhole(join(out, 'index.html'), [benchPage(file)]);
  }
  say(`reports ${join(out, 'index.html')} · ${join(out, 'bench.json')}`);
};

if (process.argv.includes('--help')) say(USAGE);
else {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exitCode = 2;
  }
}
