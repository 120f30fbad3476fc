/**
 * Playwright reporter: collects the run into a record, judges it, writes the reports and fails the run for every verdict
 * other than GO and CONDITIONAL. Put it last in the list of reporters: of several that set a status the last one wins.
 */
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import '../evidence/closed-output.ts';
import { courtesy } from '../evidence/courtesy.ts';
import { beginRun, noteRecord, noteReports } from '../evidence/ledger.ts';
import type { LedgerRun } from '../evidence/ledger.ts';
import { isListing } from '../evidence/runner-arguments.ts';
import { CATALOGUE, idOf } from '../contract/catalogue.ts';
import { assess } from './assess.ts';
import type { Declarations, Verdict } from './assess.ts';
import { attemptOf, textOf } from './attempts.ts';
import { collect } from './collect.ts';
import { diagnosed } from './diagnosed.ts';
import { filledVariables } from '../environment/variables.ts';
import { readEnvironment } from './environment.ts';
import type { ReporterEnvironment } from './environment.ts';
import { oneLine } from '../evidence/one-line.ts';
import { shown } from './format.ts';
import { gitStateOf, together } from './git.ts';
import { loadCharts } from './html/chart.ts';
import { loadModel } from './model.ts';
import { parseOptions } from './options.ts';
import type { ReporterOptions } from './options.ts';
import { appendHistory, entryOf, readHistory, trendOf } from './history.ts';
import {
  clearRecord,
  historyFile,
  impactFolder,
  RecordLost,
  resultsFile,
  writeRecord,
  writeReports,
} from './outputs.ts';
import { RECORD_VERSION, sealed } from './record.ts';
import type { RecordBody, RunError, RunRecord } from './record.ts';
import type { Report } from './report.ts';
import { combined, declarationOf, settingsOf } from './settings.ts';
import {
  differentSettings,
  differentTargets,
  disagreements,
  readStamps,
  shardProblems,
  shardsSeen,
  withoutPreflight,
  writeStamp,
} from './shards.ts';
import type { ShardStamp } from './shards.ts';
import { appendStepSummary, stepSummary } from './step-summary.ts';
import { terminalSummary } from './terminal.ts';
import { loadWaivers } from './waivers.ts';

const ERRORS_LISTED = 50;

export default class GoldenpathReporter implements Reporter {
  private readonly options: ReporterOptions;
  private readonly environment: ReporterEnvironment;
  private readonly declarations: Declarations;
  private readonly folder: string;
  private readonly run: LedgerRun;
  private readonly generatedRunId = `run-${new Date().toISOString().replace(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}`;
  private readonly outside: RunError[] = [];
  private config: FullConfig | undefined;
  private suite: Suite | undefined;
  private readonly merging = process.argv.includes('merge-reports');
  /** Absent at merge and when the tests could not be loaded or a web server did not start. */
  private stamp: ShardStamp | undefined;
  private lastRunFile: string | undefined;
  private record: RunRecord | undefined;
  private lost: RecordLost | undefined;
  private evidence: Report['evidence'] = new Map();
  private charts: Promise<void> | undefined;
  private verdictError: Error | undefined;
  private verdict: Verdict | undefined;
  /** `--list` runs nothing, so it says nothing and keeps the record of the last run. */
  private readonly listing = isListing(process.argv);

  constructor(options?: unknown) {
    this.options = parseOptions(options);
    // The configuration has noted the run already, unless it is another one than ours.
    this.run = beginRun(resolve(this.options.configDir));
    if (!this.listing) process.once('exit', (code) => this.onProcessExit(code));
    this.environment = readEnvironment(filledVariables(process.env, join(this.options.configDir, '.env')));
    this.folder = impactFolder(this.options.outputDir);
    // Declarations that cannot be trusted stop the run here, before it costs anything.
    this.declarations = { model: loadModel(this.options.modelFile), waivers: loadWaivers(this.options.waiversFile) };
  }

  /** Playwright adds its own terminal reporter when no other one prints; ours only adds the summary. */
  printsToStdio(): boolean {
    return false;
  }

  preprocess({ config, suite }: { config: FullConfig; suite: Suite }): Promise<void> {
    // What cannot be kept stops the run here, too.
    if (!this.listing) this.takeFolder();
    const selected = suite
      .allTests()
      .filter((test) => test.parent.project()?.name !== this.options.preflightProject)
      .flatMap((test) => idOf(test.title) ?? []);
    this.stamp = this.stampOf(config, [...new Set(selected)]);
    writeStamp(config, this.stamp);
    const outputDir = config.filteredProjects[0]?.outputDir;
    if (outputDir !== undefined) this.lastRunFile = join(outputDir, '.last-run.json');
    return Promise.resolve();
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.config = config;
    this.suite = suite;
    if (this.listing) return;
    this.charts = loadCharts();
    // Neither a merge nor a run that could not begin has a preprocess.
    if (this.stamp === undefined) this.takeFolder();
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    // A run that is killed never reaches onEnd; these lines are then all that is left of it.
    const line = JSON.stringify({ title: oneLine(test.title, 500), attempt: attemptOf(test.title, result) });
    courtesy(`${join(this.folder, 'attempts.jsonl')} cannot be written`, undefined, () => {
      appendFileSync(join(this.folder, 'attempts.jsonl'), `${line}\n`);
    });
  }

  onError(error: TestError): void {
    const own = this.verdictError ?? this.lost;
    if (own !== undefined && textOf(error).includes(own.message)) return;
    this.outside.push({ kind: 'outside-tests', message: oneLine(`outside the tests: ${textOf(error)}`, 500) });
    // Another reporter may break after our onEnd; the record on disk must know.
    if (this.record !== undefined) this.amend(this.record);
  }

  async onEnd(result: FullResult): Promise<{ status?: FullResult['status'] } | undefined> {
    const { config, suite } = this;
    if (this.listing) return undefined;
    if (config === undefined || suite === undefined) throw new Error('goldenpath-reporter: onEnd without onBegin');
    await this.charts;
    this.record = sealed(this.bodyOf(config, suite, result), this.environment.recordKey);
    const report = this.write(this.record);
    if (report === undefined) return { status: 'failed' };
    const { record, assessment } = report;
    process.stdout.write(
      `${terminalSummary(record, assessment, {
        unicode: this.environment.unicode,
        outputs: [this.fromHere('index.html'), this.fromHere('impact.md'), 'verdict as exit code: npm run gate'],
      }).join('\n')}\n`,
    );
    // A shard alone can never be conclusive; the merge and the gate judge the whole.
    if (mayPass(assessment.verdict) || this.isShard || result.status !== 'passed') return undefined;
    return { status: 'failed' };
  }

  onExit(): Promise<void> {
    if (this.record !== undefined) this.record = this.rememberTraces(this.record);
    const report = this.record === undefined ? undefined : this.write(this.record);
    // Only an error of a reporter makes merge-reports fail.
    if (this.lost !== undefined) throw this.lost;
    if (report === undefined) return Promise.resolve();
    if (!this.isShard) {
      const history = historyFile(this.options.outputDir);
      courtesy(`${history} cannot be written`, undefined, () => {
        appendHistory(history, entryOf(report.record, report.assessment));
      });
      appendStepSummary(this.environment.stepSummary, stepSummary(report));
    }
    // merge-reports exits 0 on red whatever onEnd says; only an error of a reporter changes that.
    if (this.merging && !mayPass(report.assessment.verdict)) {
      this.verdictError = new Error(`goldenpath: the verdict is ${shown(report.assessment)}`);
      // Playwright keeps the error to itself when nothing else prints.
      process.stderr.write(`${this.verdictError.message}, so the merge exits 1\n`);
      throw this.verdictError;
    }
    return Promise.resolve();
  }

  private stampOf(config: FullConfig, selected: readonly string[]): ShardStamp {
    return {
      nonce: randomUUID(),
      current: config.shard?.current ?? 1,
      total: config.shard?.total ?? 1,
      runId: this.options.runId ?? this.generatedRunId,
      git: gitStateOf(config.configFile),
      settings: settingsOf(config),
      playwright: config.version,
      selected: [...selected],
    };
  }

  private fromHere(name: string): string {
    return relative(process.cwd(), join(this.folder, name));
  }

  /** From here on the folder is that of this run. */
  private takeFolder(): void {
    clearRecord(this.options.outputDir);
    noteReports(this.run, this.folder);
  }

  /**
   * A status of a reporter after ours, such as that of PW_TEST_REPORTER, or one that leaves early must not turn a run
   * without a good verdict into exit code 0.
   */
  private onProcessExit(code: number): void {
    if (code !== 0 || (this.verdict !== undefined && (mayPass(this.verdict) || this.isShard))) return;
    process.stderr.write(
      this.verdict === undefined
        ? 'goldenpath: the run ended without a verdict, so it exits 1\n'
        : `goldenpath: another reporter says passed, the verdict is ${this.verdict}, so the run exits 1\n`,
    );
    process.exitCode = 1;
  }

  private get isShard(): boolean {
    return (this.config?.shard?.total ?? 1) > 1;
  }

  private fromRecord(file: string): string {
    return relative(resolve(this.folder), file);
  }

  /** Ties the record to what Playwright itself leaves: a file that any later run overwrites, and its JSON report. */
  private rememberTraces(record: RunRecord): RunRecord {
    const written = this.lastRunFile === undefined ? undefined : statSync(this.lastRunFile, { throwIfNoEntry: false });
    const lastRun =
      this.lastRunFile === undefined || written === undefined
        ? null
        : { path: this.fromRecord(this.lastRunFile), writtenAtMs: written.mtimeMs };
    const hasResults = existsSync(resultsFile(this.options.outputDir));
    return sealed({ ...bodyOf(record), lastRun, hasResults }, this.environment.recordKey);
  }

  private amend(record: RunRecord): void {
    const more = this.bounded(record.errors, this.outside.slice(-1));
    this.record = sealed({ ...bodyOf(record), ...more }, this.environment.recordKey);
    const assessment = this.write(this.record)?.assessment;
    if (assessment !== undefined)
      process.stdout.write(`goldenpath  now ${shown(assessment)}: ${oneLine(assessment.sentence, 200)}\n`);
  }

  /** Undefined where the record could not be kept. */
  private write(record: RunRecord): Report | undefined {
    const assessment = assess(record, this.declarations, new Date());
    const history = courtesy('the history cannot be read', { entries: [], unreadable: 0 }, () =>
      readHistory(historyFile(this.options.outputDir)),
    );
    const trend = trendOf(history, entryOf(record, assessment));
    const report = { record, assessment, trend, evidence: this.evidence };
    this.verdict = assessment.verdict;
    try {
      writeRecord(this.options.outputDir, record);
      noteRecord(this.run, record.hash);
    } catch (error) {
      if (!(error instanceof RecordLost)) throw error;
      process.stderr.write(`${error.message}\n`);
      this.lost = error;
      this.record = undefined;
      return undefined;
    }
    writeReports(this.options.outputDir, report);
    return report;
  }

  /** Why a test that was selected before the last filters and the split into shards is not in the report. */
  private absence({ argv }: FullConfig, total: number, seen: number): string {
    if (this.stamp !== undefined && total > 1)
      return `not part of this run: this is shard ${this.stamp.current} of ${total} alone`;
    if (this.stamp === undefined && !this.merging) return 'the run ended before any test was chosen';
    if (seen < total) return 'it was selected, but no report of it arrived (a shard is missing)';
    const option = ['--last-failed', '--only-changed', '--test-list', '--test-list-invert'].find((name) =>
      argv.some((given) => given === name || given.startsWith(`${name}=`)),
    );
    return `not part of this run: only some of the tests were selected${option === undefined ? '' : ` (${option})`}`;
  }

  private bounded(...lists: readonly (readonly RunError[])[]): Pick<RecordBody, 'errors' | 'errorsDropped'> {
    const all = lists.flat();
    return { errors: all.slice(0, ERRORS_LISTED), errorsDropped: Math.max(0, all.length - ERRORS_LISTED) };
  }

  private bodyOf(config: FullConfig, suite: Suite, result: FullResult): RecordBody {
    const stamps = this.merging ? readStamps(config) : [this.stamp ?? this.stampOf(config, [])];
    const projects = suite.suites.map((child) => child.project()).filter((project) => project !== undefined);
    const seen = this.merging ? shardsSeen(stamps, projects) : shardsSeen(stamps, []);
    const total = Math.max(1, ...stamps.map((stamp) => stamp.total));
    const collected = collect({
      suite,
      status: result.status,
      preflightProject: this.options.preflightProject,
      selected:
        this.stamp === undefined && (!this.merging || stamps.length === 0)
          ? undefined
          : new Set(stamps.flatMap((stamp) => stamp.selected)),
      absent: this.absence(config, total, seen.length),
      folder: this.folder,
      maxFailures: config.maxFailures,
      rootDir: config.rootDir,
    });
    this.evidence = collected.evidence;
    const runId = this.options.runId ?? stamps[0]?.runId ?? this.generatedRunId;
    const { errors: undiagnosed, ...diagnosis } = diagnosed(runId, collected);
    return {
      $schema: '../../src/reporter/schema/run-record.schema.json',
      version: RECORD_VERSION,
      runId,
      git: together(stamps.map(({ current, git }) => ({ shard: current, ...git }))) ?? gitStateOf(config.configFile),
      target: collected.preflight[0]?.target ?? null,
      playwright: stamps[0]?.playwright ?? config.version,
      startedAt: result.startTime.toISOString(),
      endedAt: new Date(result.startTime.getTime() + result.duration).toISOString(),
      durationMs: Math.round(result.duration),
      status: result.status,
      merged: this.merging,
      settings: combined(stamps.map(({ settings }) => settings)) ?? settingsOf(config),
      declarations: {
        model: declarationOf(this.options.modelFile),
        waivers: declarationOf(this.options.waiversFile),
      },
      shards: { total, seen },
      preflight: collected.preflight,
      spent: collected.spent,
      ...this.bounded(
        this.outside,
        shardProblems(seen, total, this.merging),
        disagreements(stamps),
        this.foreignRun(stamps),
        differentTargets(collected),
        differentSettings(collected),
        this.merging ? withoutPreflight(stamps, suite, this.options.preflightProject) : [],
        collected.errors,
        undiagnosed,
        unexplained(suite, result, [...this.outside, ...collected.errors]),
      ),
      ...diagnosis,
      lastRun: null,
      ledger: { id: this.run.id, path: this.fromRecord(this.run.file) },
      hasResults: false,
    };
  }

  private foreignRun(stamps: readonly ShardStamp[]): RunError[] {
    const wanted = this.options.runId;
    const other = stamps.find((stamp) => wanted !== undefined && stamp.runId !== wanted);
    return other === undefined
      ? []
      : [{ kind: 'shards', message: `a report is of run ${other.runId}, not of ${wanted ?? ''}` }];
  }
}

const mayPass = (verdict: Verdict): boolean => verdict === 'GO' || verdict === 'CONDITIONAL';

const bodyOf = ({ rowsHash: _rows, hash: _hash, seal: _seal, ...body }: RunRecord): RecordBody => body;

/** A red run in which nothing is red was failed by something that the reporter cannot see. */
const unexplained = (suite: Suite, result: FullResult, errors: readonly RunError[]): RunError[] =>
  result.status === 'failed' &&
  errors.length === 0 &&
  suite.allTests().every((test) => test.outcome() !== 'unexpected' && test.outcome() !== 'flaky')
    ? [
        {
          kind: 'not-finished',
          message: `the runner says failed although none of ${CATALOGUE.length} catalogue tests did`,
        },
      ]
    : [];
