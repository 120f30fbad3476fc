/** Reads a finished Playwright suite into rows: one per catalogue id, whatever ran. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { FullResult, Suite, TestCase, TestResult } from '@playwright/test/reporter';
import { z } from 'zod';
import { ANNOTATION, ATTACHMENT, spentOf, type Spent } from '../evidence/annotations.ts';
import { courtesy } from '../evidence/courtesy.ts';
import { partsReport, type PartsReport } from '../evidence/parts.ts';
import { preflightReport } from '../evidence/preflight.ts';
import type { PreflightReport } from '../evidence/preflight.ts';
import { testEvidence } from '../evidence/trace.ts';
import type { TestEvidence } from '../evidence/trace.ts';
import { CATALOGUE, idOf } from '../contract/catalogue.ts';
import type { CatalogueEntry } from '../contract/catalogue.ts';
import { attemptOf, textOf } from './attempts.ts';
import { oneLine } from '../evidence/one-line.ts';
import { isOf, mirrorOf, partsFrom, strangers } from './parts.ts';
import type { EvidenceLink, Row, RunError } from './record.ts';
import { outsideOf, ruling, together, worst, type Shown } from './results.ts';

export interface Collected {
  readonly rows: Row[];
  readonly preflight: PreflightReport[];
  /** By test id, in the order of the attempts. */
  readonly evidence: ReadonlyMap<string, readonly TestEvidence[]>;
  /** What the attempts of a test say of its parts, by test id. */
  readonly parts: ReadonlyMap<string, readonly PartsReport[]>;
  /** What preflight recorded on the wire, where it failed. */
  readonly preflightEvidence: readonly TestEvidence[];
  readonly errors: RunError[];
  readonly spent: Spent;
}

export interface CollectInput {
  readonly suite: Suite;
  readonly status: FullResult['status'];
  readonly preflightProject: string;
  /** Ids that the run meant to run before it was split into shards; undefined when nobody knows. */
  readonly selected: ReadonlySet<string> | undefined;
  /** Why a selected id is in no report. */
  readonly absent: string;
  /** Folder of the record; evidence is copied beside it. */
  readonly folder: string;
  readonly maxFailures: number;
  readonly rootDir: string;
}

type Attachment = TestResult['attachments'][number];

const contentOf = (attachment: Attachment): string =>
  attachment.body?.toString('utf8') ?? readFileSync(attachment.path ?? '', 'utf8');

const projectOf = (test: TestCase): string => test.parent.project()?.name ?? '';

const spentBy = (tests: readonly TestCase[]): Spent =>
  tests
    .flatMap(({ results }) => results.flatMap(({ annotations }) => annotations))
    .filter(({ type }) => type === ANNOTATION.spent)
    .map(({ description = '' }) => spentOf(description))
    .reduce((sum, each) => ({ requests: sum.requests + each.requests, sockets: sum.sockets + each.sockets }), {
      requests: 0,
      sockets: 0,
    });

/** Of a test that no report has. */
const unseen = (entry: CatalogueEntry, absent: string): Pick<Row, 'result' | 'reason' | 'parts' | 'outside'> => {
  const nothing = { result: 'unverified', reason: absent } as const;
  const parts = entry.parts.length === 0 ? [mirrorOf(entry, nothing, [], [])] : partsFrom(entry, [], absent);
  return { ...nothing, parts, outside: null };
};

export const collect = (input: CollectInput): Collected => {
  const errors: RunError[] = [];
  const evidence = new Map<string, TestEvidence[]>();
  const parts = new Map<string, PartsReport[]>();

  /** Parses an attachment; a malformed one is an error of the run, since silence would look like no finding. */
  const parsed = <T>(test: TestCase, attachment: Attachment, schema: z.ZodType<T>): T | undefined => {
    try {
      return schema.parse(JSON.parse(contentOf(attachment)));
    } catch (cause) {
      const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
      errors.push({
        kind: 'malformed-evidence',
        message: oneLine(`${attachment.name} of "${test.title}" cannot be read: ${why}`, 400),
      });
      return undefined;
    }
  };

  const all = input.suite.allTests();
  const preflightTests = all.filter((test) => projectOf(test) === input.preflightProject);
  const preflight = preflightTests.flatMap((test) =>
    (test.results.at(-1)?.attachments ?? [])
      .filter((attachment) => attachment.name === ATTACHMENT.preflight)
      .flatMap((attachment) => parsed(test, attachment, preflightReport) ?? []),
  );
  const preflightEvidence = preflightTests.flatMap((test) =>
    (test.results.at(-1)?.attachments ?? [])
      .filter((attachment) => attachment.name === ATTACHMENT.evidence)
      .flatMap((attachment) => parsed(test, attachment, testEvidence) ?? []),
  );
  const stop = preflight.find((report) => report.stopped !== null)?.stopped ?? null;
  const preflightRed = preflightTests.filter((test) => !test.ok());
  if (stop === null)
    for (const test of preflightRed) {
      const error = test.results.at(-1)?.errors[0];
      const said = error === undefined ? 'it did not finish' : textOf(error);
      errors.push({ kind: 'preflight', message: oneLine(`preflight "${test.title}" failed: ${said}`, 400) });
    }
  if (preflightTests.length > 0 && preflight.length === 0 && preflightRed.length === 0)
    errors.push({ kind: 'preflight', message: 'preflight passed without its report' });

  const failedTests = all.filter((test) => test.results.length > 0 && !test.ok()).length;
  const silence =
    stop !== null
      ? `preflight stopped the run (${stop.why}): ${stop.message}`
      : preflightRed.length > 0
        ? 'preflight failed, so the test was not started'
        : input.status === 'timedout'
          ? 'the run hit its global time limit before this test had finished'
          : input.status === 'interrupted'
            ? 'the run was interrupted before this test had finished'
            : input.maxFailures > 0 && failedTests >= input.maxFailures
              ? `the run stopped at ${input.maxFailures} failures (maxFailures) before this test`
              : 'never started';

  const byId = new Map<string, TestCase[]>();
  for (const test of all) {
    if (projectOf(test) === input.preflightProject) continue;
    const id = idOf(test.title);
    if (id === undefined || !CATALOGUE.some((entry) => entry.id === id))
      errors.push({
        kind: 'unknown-id',
        message: oneLine(`"${test.title}" has no id of the catalogue`, 200),
      });
    else byId.set(id, [...(byId.get(id) ?? []), test]);
  }
  for (const [id, tests] of byId)
    if (tests.length > 1) errors.push({ kind: 'doubled-id', message: `${id} was met ${tests.length} times` });

  const linksOf = (id: string, test: TestCase, copy: number): EvidenceLink[] =>
    test.results.flatMap((result) =>
      result.attachments.map((attachment, index): EvidenceLink => {
        const link = {
          attempt: result.retry,
          name: oneLine(attachment.name, 200),
          contentType: attachment.contentType,
        };
        if (attachment.name !== ATTACHMENT.evidence) return { ...link, path: null };
        const content = parsed(test, attachment, testEvidence);
        if (content === undefined) return { ...link, path: null };
        evidence.set(id, [...(evidence.get(id) ?? []), content]);
        const path = `evidence/${id}-${copy}-${result.retry}-${index}.json`;
        return courtesy<EvidenceLink>(
          'the evidence cannot be copied beside the record',
          { ...link, path: null },
          () => {
            mkdirSync(join(input.folder, 'evidence'), { recursive: true });
            writeFileSync(join(input.folder, path), JSON.stringify(content));
            return { ...link, path };
          },
        );
      }),
    );

  const partsSaid = (entry: CatalogueEntry, test: TestCase, { attachments, retry }: TestResult) => {
    const [report, more] = attachments
      .filter(({ name }) => name === ATTACHMENT.parts)
      .flatMap((attachment) => parsed(test, attachment, partsReport) ?? []);
    if (report === undefined) return undefined;
    const strange = strangers(entry, report).join('", "');
    const wrong = !isOf(report, entry.id, retry)
      ? `is of ${report.test}, attempt ${report.attempt + 1}`
      : more !== undefined
        ? 'is there twice'
        : undefined;
    if (strange !== '')
      errors.push({
        kind: 'unknown-part',
        message: oneLine(`${entry.id} tells of parts that the catalogue has not, or twice of one: "${strange}"`, 400),
      });
    if (wrong !== undefined) {
      const message = oneLine(`${ATTACHMENT.parts} of "${test.title}", attempt ${retry + 1}, ${wrong}`, 400);
      errors.push({ kind: 'malformed-evidence', message });
      return undefined;
    }
    parts.set(entry.id, [...(parts.get(entry.id) ?? []), report]);
    return report;
  };

  const rowOf = (entry: CatalogueEntry): Row => {
    const tests = byId.get(entry.id) ?? [];
    const absent =
      input.selected === undefined || input.selected.has(entry.id)
        ? input.absent
        : 'not part of this run: filtered out, or its file is gone';
    const said = (type: string): string[] =>
      tests.flatMap((test) =>
        (test.results.at(-1)?.annotations ?? [])
          .filter((annotation) => annotation.type === type)
          .map((annotation) => oneLine(annotation.description ?? '(no description)', 500)),
      );
    const judged = tests.map((test) => {
      const results = test.results.toSorted((a, b) => a.retry - b.retry);
      const shown: Shown = {
        attempts: results.map((result) => attemptOf(test.title, result)),
        annotations: results.map((result) => result.annotations),
        expectedStatus: test.expectedStatus,
      };
      const runner = ruling(shown, silence);
      if (entry.parts.length === 0)
        return {
          ...runner,
          parts: [mirrorOf(entry, runner, shown.attempts, said(ANNOTATION.degraded))],
          outside: null,
        };
      const reports = results.map((result) => partsSaid(entry, test, result));
      const made = partsFrom(entry, reports, runner.reason ?? 'it passed without saying what its parts showed');
      return { ...together(runner, made), parts: made, outside: outsideOf(runner, shown, made) };
    });
    const found = worst(judged) ?? unseen(entry, absent);
    return {
      id: entry.id,
      name: entry.name,
      priority: entry.priority,
      capability: entry.capability,
      claim: entry.claim,
      title: tests[0] === undefined ? null : oneLine(tests[0].title, 500),
      file: tests[0] === undefined ? null : relative(input.rootDir, tests[0].location.file).split(sep).join('/'),
      result: found.result,
      reason: found.reason === null ? null : oneLine(found.reason, 500),
      parts: found.parts,
      outside: found.outside,
      attempts: tests.flatMap((test) =>
        test.results.toSorted((a, b) => a.retry - b.retry).map((result) => attemptOf(test.title, result)),
      ),
      degraded: said(ANNOTATION.degraded),
      notes: said(ANNOTATION.note),
      notApplicable: said(ANNOTATION.notApplicable),
      cleanup: said(ANNOTATION.cleanup),
      evidence: tests.flatMap((test, copy) => linksOf(entry.id, test, copy)),
      cause: null,
    };
  };

  return { rows: CATALOGUE.map(rowOf), preflight, evidence, parts, preflightEvidence, errors, spent: spentBy(all) };
};
