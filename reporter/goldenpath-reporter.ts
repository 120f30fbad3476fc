/**
 * Playwright reporter: collects the run into a record, judges it, writes the reports and fails the run for every verdict
 * other than GO and CONDITIONAL. Put it last in the list of reporters: of several that set a status the last one wins.
 */
import { appendFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import { CATALOGUE, idOf } from '../tests/catalogue.ts';
import { assess } from './assess.ts';
import type { Declarations, Verdict } from './assess.ts';
import { attemptOf, textOf } from './attempts.ts';
import { collect } from './collect.ts';
import { diagnosed } from './diagnosed.ts';
import { readEnvironment } from './environment.ts';
import { oneLine, shown } from './format.ts';
import { gitStateOf, together } from './git.ts';
import { loadCharts } from './html/chart.ts';
import { loadModel } from './model.ts';
import { parseOptions } from './options.ts';
import type { ReporterOptions } from './options.ts';
import { appendHistory, entryOf, readHistory, trendOf } from './history.ts';
import { appendStepSummary, historyFile, impactFolder, RECORD_FILE, writeRecord, writeReports } from './outputs.ts';
import { sealed } from './record.ts';
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
import { terminalSummary } from './terminal.ts';
import { loadWaivers } from './waivers.ts';

const ERRORS_LISTED = 50;

export default class GoldenpathReporter implements Reporter {
  private readonly options: ReporterOptions;
  private readonly environment = readEnvironment();
  private readonly declarations: Declarations;
  private readonly folder: string;
  private readonly generatedRunId = `run-${new Date().toISOString().replace(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}`;
  private readonly outside: RunError[] = [];
  private config: FullConfig | undefined;
  private suite: Suite | undefined;
  /** Absent at merge and when the tests could not be loaded. */
  private stamp: ShardStamp | undefined;
  private lastRunFile: string | undefined;
  private record: RunRecord | undefined;
  private evidence: Report['evidence'] = new Map();
  private charts: Promise<void> | undefined;
  private verdictError: Error | undefined;
  /** `--list` runs nothing, so it says nothing and keeps the record of the last run. */
  private listing = false;

  constructor(options?: unknown) {
    this.options = parseOptions(options);
    this.folder = impactFolder(this.options.outputDir);
    // Declarations that cannot be trusted stop the run here, before it costs anything.
    this.declarations = { model: loadModel(this.options.modelFile), waivers: loadWaivers(this.options.waiversFile) };
  }

  /** Playwright adds its own terminal reporter when no other one prints; ours only adds the summary. */
  printsToStdio(): boolean {
    return false;
  }

  preprocess({ config, suite }: { config: FullConfig; suite: Suite }): Promise<void> {
    this.listing = config.argv.includes('--list');
    const selected = suite
      .allTests()
      .filter((test) => test.parent.project()?.name !== this.options.preflightProject)
      .flatMap((test) => idOf(test.title) ?? []);
    this.stamp = {
      nonce: randomUUID(),
      current: config.shard?.current ?? 1,
      total: config.shard?.total ?? 1,
      runId: this.options.runId ?? this.generatedRunId,
      git: gitStateOf(config.configFile),
      settings: settingsOf(config),
      playwright: config.version,
      selected: [...new Set(selected)],
    };
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
    // Whatever happens to this run, the record of an earlier one must not be taken for it.
    mkdirSync(this.folder, { recursive: true });
    for (const name of [RECORD_FILE, 'impact.json', 'impact.md', 'index.html', 'attempts.jsonl', 'evidence'])
      rmSync(join(this.folder, name), { recursive: true, force: true });
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    // A run that is killed never reaches onEnd; these lines are then all that is left of it.
    const line = JSON.stringify({ title: oneLine(test.title, 500), attempt: attemptOf(test.title, result) });
    appendFileSync(join(this.folder, 'attempts.jsonl'), `${line}\n`);
  }

  onError(error: TestError): void {
    if (this.verdictError !== undefined && textOf(error).includes(this.verdictError.message)) return;
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
    const { assessment } = this.write(this.record);
    process.stdout.write(
      `${terminalSummary(this.record, assessment, {
        unicode: this.environment.unicode,
        outputs: [
          join(this.folder, 'index.html'),
          join(this.folder, 'impact.md'),
          'verdict as exit code: npm run gate',
        ],
      }).join('\n')}\n`,
    );
    // A shard alone can never be conclusive; the merge and the gate judge the whole.
    if (mayPass(assessment.verdict) || this.isShard || result.status !== 'passed') return undefined;
    return { status: 'failed' };
  }

  onExit(): Promise<void> {
    if (this.record === undefined) return Promise.resolve();
    this.rememberLastRun(this.record);
    const report = this.write(this.record);
    if (!this.isShard) {
      appendHistory(historyFile(this.options.outputDir), entryOf(report.record, report.assessment));
      if (this.environment.stepSummary !== undefined) appendStepSummary(this.environment.stepSummary, report);
    }
    // merge-reports exits 0 on red whatever onEnd says; only an error of a reporter changes that.
    if (this.stamp === undefined && !mayPass(report.assessment.verdict)) {
      this.verdictError = new Error(`goldenpath: the verdict is ${shown(report.assessment)}`);
      // Playwright keeps the error to itself when nothing else prints.
      process.stderr.write(`${this.verdictError.message}, so the merge exits 1\n`);
      throw this.verdictError;
    }
    return Promise.resolve();
  }

  private get isShard(): boolean {
    return (this.config?.shard?.total ?? 1) > 1;
  }

  /** Ties the record to the file that any later Playwright run overwrites, with or without this reporter. */
  private rememberLastRun(record: RunRecord): void {
    const written = this.lastRunFile === undefined ? undefined : statSync(this.lastRunFile, { throwIfNoEntry: false });
    if (this.lastRunFile === undefined || written === undefined) return;
    const lastRun = { path: relative(process.cwd(), this.lastRunFile), writtenAtMs: written.mtimeMs };
    this.record = sealed({ ...bodyOf(record), lastRun }, this.environment.recordKey);
  }

  private amend(record: RunRecord): void {
    const more = this.bounded(record.errors, this.outside.slice(-1));
    this.record = sealed({ ...bodyOf(record), ...more }, this.environment.recordKey);
    const { assessment } = this.write(this.record);
    process.stdout.write(`goldenpath  now ${shown(assessment)}: ${oneLine(assessment.sentence, 200)}\n`);
  }

  private write(record: RunRecord): Report {
    const assessment = assess(record, this.declarations, new Date());
    const trend = trendOf(readHistory(historyFile(this.options.outputDir)), entryOf(record, assessment));
    const report = { record, assessment, trend, evidence: this.evidence };
    writeRecord(this.options.outputDir, record);
    writeReports(this.options.outputDir, report);
    return report;
  }

  private bounded(...lists: readonly (readonly RunError[])[]): Pick<RecordBody, 'errors' | 'errorsDropped'> {
    const all = lists.flat();
    return { errors: all.slice(0, ERRORS_LISTED), errorsDropped: Math.max(0, all.length - ERRORS_LISTED) };
  }

  private bodyOf(config: FullConfig, suite: Suite, result: FullResult): RecordBody {
    const stamps = this.stamp === undefined ? readStamps(config) : [this.stamp];
    const projects = suite.suites.map((child) => child.project()).filter((project) => project !== undefined);
    const seen = this.stamp === undefined ? shardsSeen(stamps, projects) : shardsSeen(stamps, []);
    const total = Math.max(1, ...stamps.map((stamp) => stamp.total));
    const collected = collect({
      suite,
      status: result.status,
      preflightProject: this.options.preflightProject,
      selected: stamps.length === 0 ? undefined : new Set(stamps.flatMap((stamp) => stamp.selected)),
      folder: this.folder,
      maxFailures: config.maxFailures,
      rootDir: config.rootDir,
    });
    this.evidence = collected.evidence;
    const runId = this.options.runId ?? stamps[0]?.runId ?? this.generatedRunId;
    const { errors: undiagnosed, ...diagnosis } = diagnosed(runId, collected);
    return {
      $schema: '../../reporter/schema/run-record.schema.json',
      version: 1,
      runId,
      git: together(stamps.map(({ current, git }) => ({ shard: current, ...git }))) ?? gitStateOf(config.configFile),
      target: collected.preflight[0]?.target ?? null,
      playwright: stamps[0]?.playwright ?? config.version,
      startedAt: result.startTime.toISOString(),
      endedAt: new Date(result.startTime.getTime() + result.duration).toISOString(),
      durationMs: Math.round(result.duration),
      status: result.status,
      merged: this.stamp === undefined,
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
        shardProblems(seen, total),
        disagreements(stamps),
        this.foreignRun(stamps),
        differentTargets(collected),
        differentSettings(collected),
        this.stamp === undefined ? withoutPreflight(stamps, suite, this.options.preflightProject) : [],
        collected.errors,
        undiagnosed,
        unexplained(suite, result, [...this.outside, ...collected.errors]),
      ),
      ...diagnosis,
      lastRun: null,
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
