/** What other programs need of `junit.xml`: Jenkins with its xUnit plugin, GitLab, dorny/test-reporter, Azure, Allure. */
import { junitXml } from '@allurereport/reader';
import { BufferResultFile } from '@allurereport/reader-api';
import { expect, test } from '@playwright/test';
import { validateStrict } from 'ctrf';
import fc from 'fast-check';
import { parseStringPromise } from 'xml2js';
import { z } from 'zod';
import { assess } from '../../src/reporter/assess.ts';
import { ctrf } from '../../src/reporter/ctrf.ts';
import { entryOf, trendOf } from '../../src/reporter/history.ts';
import { junit } from '../../src/reporter/junit.ts';
import { sealed } from '../../src/reporter/record.ts';
import type { RecordBody, Row } from '../../src/reporter/record.ts';
import type { Report } from '../../src/reporter/report.ts';
import { hostile } from './hostile.ts';
import { MODEL, recordOf, rowOf, rowsWith } from './rows.ts';
import { preflightReport, STAGING } from './samples.ts';

const NOW = new Date('2025-09-09T18:00:00Z');

const reportOf = (rows: Row[], change: Partial<RecordBody> = {}): Report => {
  const record = sealed(recordOf(rows, change), undefined);
  const assessment = assess(record, { model: MODEL, waivers: [] }, NOW);
  return {
    record,
    assessment,
    trend: trendOf({ entries: [], unreadable: 0 }, entryOf(record, assessment)),
    evidence: new Map(),
  };
};
const bare = (id: string, result: 'failed' | 'flaky', failures: Row['attempts'][number]['failures'] = []): Row =>
  rowOf(id, result, { attempts: rowOf(id, result).attempts.map((attempt) => ({ ...attempt, failures })) });
const stopped = {
  why: 'down',
  class: 'tcp-refused',
  message: 'nothing listens at https://api.staging.example',
} as const;
const ALL_UNVERIFIED = rowsWith().map(({ id }) => rowOf(id, 'unverified', { reason: stopped.message }));

const REPORTS: Readonly<Record<string, () => Report>> = {
  green: () => reportOf(rowsWith()),
  mixed: () =>
    reportOf([
      ...rowsWith({ 'P1-05': 'flaky', 'P1-07': 'failed', 'P1-09': 'unverified', 'P1-10': 'degraded' }),
      rowOf('P2-01', 'unverified'),
      rowOf('P2-02', 'failed'),
    ]),
  down: () => reportOf(ALL_UNVERIFIED, { preflight: [preflightReport(STAGING, stopped)] }),
  'failures without an error': () =>
    reportOf(
      rowsWith().map((row) =>
        row.id === 'P1-07' ? bare(row.id, 'failed') : row.id === 'P1-05' ? bare(row.id, 'flaky') : row,
      ),
    ),
  'no reason recorded': () =>
    reportOf(rowsWith().map((row) => (row.id === 'P1-07' ? rowOf(row.id, 'unverified', { reason: null }) : row))),
  hostile,
};

/** Elements in the form of xml2js with `explicitChildren`: names, attributes and text as they stand in the file. */
interface Node {
  readonly '#name': string;
  readonly $?: Readonly<Record<string, string>> | undefined;
  readonly $$?: readonly Node[] | undefined;
  readonly _?: string | undefined;
}
const node: z.ZodType<Node> = z.object({
  '#name': z.string(),
  $: z.record(z.string(), z.string()).optional(),
  get $$() {
    return z.array(node).optional();
  },
  _: z.string().optional(),
});

const TIME = /^\d+(\.\d*)?$/;
const REASON = { required: ['type'], optional: ['message'], children: [], text: true } as const;
/** What Jenkins' xUnit plugin admits in `junit-10`; further attributes and elements make it refuse the file. */
const ADMITTED: Readonly<
  Record<string, { required: readonly string[]; optional: readonly string[]; children: readonly string[]; text?: true }>
> = {
  testsuites: { required: [], optional: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'] },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { required: [], optional: [], children: ['property'] },
  property: { required: ['name', 'value'], optional: [], children: [] },
  testcase: {
    required: ['name'],
    optional: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'flakyFailure', 'system-out', 'system-err'],
  },
  failure: REASON,
  error: REASON,
  skipped: REASON,
  flakyFailure: REASON,
  'system-out': { required: [], optional: [], children: [], text: true },
};

const refusals = (at: Node): string[] => {
  const name = at['#name'];
  const rule = ADMITTED[name];
  if (rule === undefined) return [`<${name}> is not admitted`];
  const given = Object.keys(at.$ ?? {});
  const children = at.$$ ?? [];
  return [
    ...given
      .filter((attribute) => !rule.required.includes(attribute) && !rule.optional.includes(attribute))
      .map((attribute) => `<${name} ${attribute}> is not admitted`),
    ...rule.required
      .filter((attribute) => !given.includes(attribute))
      .map((attribute) => `<${name}> has no ${attribute}`),
    ...(at.$?.['time'] === undefined || TIME.test(at.$['time']) ? [] : [`time="${at.$['time']}" of <${name}>`]),
    ...children
      .filter((child) => !rule.children.includes(child['#name']))
      .map((child) => `<${child['#name']}> in <${name}>`),
    ...children.flatMap(refusals),
  ];
};

const parsed = async (report: Report): Promise<Node> => {
  const text = [...junit(report)].join('');
  const tree: unknown = await parseStringPromise(text, {
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    explicitCharkey: false,
  });
  return node.parse(tree);
};
const named = (at: Node, ...names: string[]): Node[] => [
  ...(names.includes(at['#name']) ? [at] : []),
  ...(at.$$ ?? []).flatMap((child) => named(child, ...names)),
];

for (const [name, make] of Object.entries(REPORTS)) {
  test(`JUnit of a run: ${name} - admitted by Jenkins' xUnit plugin`, async () => {
    expect(refusals(await parsed(make()))).toEqual([]);
  });

  test(`JUnit of a run: ${name} - each reason stands in the text as well as in the attribute`, async () => {
    const root = await parsed(make());
    for (const at of named(root, 'failure', 'error', 'skipped', 'flakyFailure')) {
      const text = at._ ?? '';
      expect(text.trim(), at['#name']).not.toBe('');
      expect(at.$?.['message']?.trim(), at['#name']).toBeTruthy();
      expect(text.replace(/\s+/g, ' ')).toContain((at.$?.['message'] ?? '').replace(/\s+/g, ' ').trim());
    }
  });

  test(`JUnit of a run: ${name} - its totals are those of its test cases`, async () => {
    const root = await parsed(make());
    for (const at of [root, ...named(root, 'testsuite')]) {
      const cases = named(at, 'testcase');
      const holding = (child: string) =>
        cases.filter((one) => (one.$$ ?? []).some((each) => each['#name'] === child)).length;
      expect(at.$).toMatchObject({
        tests: String(cases.length),
        failures: String(holding('failure')),
        errors: String(holding('error')),
        ...(at === root ? {} : { skipped: String(holding('skipped')) }),
      });
    }
  });

  test(`JUnit of a run: ${name} - imported by Allure, each test once, with readable reasons`, async () => {
    const report = make();
    const text = [...junit(report)].join('');
    const found: { readonly status: string; readonly message: string; readonly text: string }[] = [];
    const ignore = () => Promise.resolve();
    const read = await junitXml.read(
      {
        visitTestResult: ({ status = '', message = '', trace = '' }) => {
          found.push({ status, message, text: trace });
          return Promise.resolve();
        },
        visitTestFixtureResult: ignore,
        visitCheckResult: ignore,
        visitMetrics: ignore,
        visitMetadata: ignore,
        visitGlobals: ignore,
        visitAttachmentFile: ignore,
      },
      new BufferResultFile(Buffer.from(text), 'junit.xml'),
    );
    expect(read).toBe(true);
    expect(found).toHaveLength(report.assessment.rows.length);
    expect(found.filter(({ status, message }) => status !== 'passed' && message === '')).toEqual([]);
    // Allure leaves character references as they stand.
    for (const each of found) expect(each.text).not.toMatch(/&#10;|&quot;|&gt;/);
    const root = await parsed(report);
    const count = (child: string) =>
      named(root, 'testcase').filter((one) => (one.$$ ?? []).some((each) => each['#name'] === child)).length;
    for (const [status, child] of [
      ['failed', 'failure'],
      ['broken', 'error'],
      ['skipped', 'skipped'],
    ] as const)
      expect(
        found.filter((each) => each.status === status),
        status,
      ).toHaveLength(count(child));
  });

  test(`CTRF of a run: ${name} - valid`, () => {
    expect(() => {
      validateStrict(JSON.parse(JSON.stringify(ctrf(make()))));
    }).not.toThrow();
  });
}

test('any text of a server in JUnit - well-formed XML 1.0, whatever it holds', async () => {
  // eslint-disable-next-line no-control-regex -- what XML 1.0 cannot carry
  const IMPOSSIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(']]>', '\ud800', '\udfff', '\u0000', '\ufffe', '\r\n', '\u0085'),
      async (text, special) => {
        const said = `${text}${special}${text}`;
        const report = reportOf(
          rowsWith().map((row) =>
            row.id === 'P1-07'
              ? rowOf(row.id, 'failed', {
                  title: said,
                  reason: said,
                  degraded: [said],
                  cause: { id: said, confidence: 'low' },
                })
              : row,
          ),
          { runId: said },
        );
        expect([...junit(report)].join('')).not.toMatch(IMPOSSIBLE);
        expect(refusals(await parsed(report))).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
