/** A breach is HOLD wherever it shows and stands first in every report; everything else in the same test is an ordinary failure. */
import { expect, test } from '@playwright/test';
import type { FailureClass } from '../../src/evidence/failure.ts';
import { assess } from '../../src/reporter/assess.ts';
import type { CauseGroup, Finding } from '../../src/reporter/causes.ts';
import { ctrf } from '../../src/reporter/ctrf.ts';
import { entryOf, trendOf } from '../../src/reporter/history.ts';
import { loadCharts } from '../../src/reporter/html/chart.ts';
import { page } from '../../src/reporter/html/page.ts';
import { impactReport } from '../../src/reporter/impact-json.ts';
import { junit } from '../../src/reporter/junit.ts';
import { sealed } from '../../src/reporter/record.ts';
import type { RecordBody, Row } from '../../src/reporter/record.ts';
import { nextSteps } from '../../src/reporter/report.ts';
import type { Report } from '../../src/reporter/report.ts';
import { sessionReport } from '../../src/reporter/session-report.ts';
import { stepSummary } from '../../src/reporter/step-summary.ts';
import { terminalSummary } from '../../src/reporter/terminal.ts';
import type { Waiver } from '../../src/reporter/waivers.ts';
import { MODEL, recordOf, rowOf, rowsWith } from './rows.ts';

const NOW = new Date('2025-09-09T18:00:00Z');
const P2 = ['P2-01', 'P2-02', 'P2-03', 'P2-04', 'P2-05', 'P2-06'];
const BREACH = /^security breach: /;

const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('a row has its attempts, a record its preflight');
  return value;
};

const failedWith = (id: string, failureClass: FailureClass, change: Partial<Row> = {}): Row => {
  const [first] = rowOf(id, 'failed').attempts;
  const promise = 'GET /api/threads as A -> 200 in 12 ms, expected 403';
  const failure = {
    class: failureClass,
    key: 'list.other',
    promise,
    excerpt: `[${failureClass}] list.other: ${promise}`,
  };
  return rowOf(id, 'failed', { attempts: [{ ...present(first), failures: [failure] }], ...change });
};
const withRows = (...changed: Row[]): Row[] =>
  [...rowsWith(), ...P2.map((id) => rowOf(id))].map((row) => changed.find(({ id }) => id === row.id) ?? row);
const groupOf = (cause: string, tests: string[], change: Partial<CauseGroup> = {}): CauseGroup => ({
  cause,
  detail: `what ${cause} says`,
  confidence: 'medium',
  tests,
  evidence: [{ fact: `what showed ${cause}`, phase: 'http-api', source: `${tests.join(' ')} exchange 3` }],
  ruled_out: [],
  next_step: `First step for ${cause}.`,
  ...change,
});
const judged = (rows: Row[], change: Partial<RecordBody> = {}, waivers: Waiver[] = []) =>
  assess(recordOf(rows, change), { model: MODEL, waivers }, NOW);

const ORDINARY: readonly (readonly [FailureClass, cause: string])[] = [
  ['tcp-reset', 'tcp-reset'],
  ['auth-rejected', 'auth-valid-token-rejected'],
  ['http-status', 'route-missing'],
  ['deadline', 'latency-over-budget'],
  ['http-body', 'edge-misroute'],
  ['ws-mute', 'ws-zombie'],
  ['unknown', 'unknown'],
];
for (const [failureClass, cause] of ORDINARY)
  test(`P1-16 ends in ${failureClass} - HOLD as any failure, and no report speaks of a breach`, () => {
    const row = failedWith('P1-16', failureClass, { cause: { id: cause, confidence: 'medium' } });
    const assessment = judged(withRows(row), { causes: [groupOf(cause, ['P1-16'])] });
    expect(assessment.verdict).toBe('HOLD');
    expect(assessment.sentence).toMatch(/^1 of 22 failed \(P1-16\), one cause: /);
    expect(assessment.reasons.join('\n')).not.toMatch(/security capability|security breach/);
    expect(assessment.reasons).toContain(
      'tenant-isolation is not proven (P1-16); nothing that failed there shows a breach',
    );
  });

for (const id of ['P1-07', 'P1-16', 'P2-01', 'P2-06'])
  for (const failureClass of ['foreign-data', 'auth-accepted'] as const)
    test(`${id} ends in ${failureClass} - HOLD, and the breach is the headline`, () => {
      const assessment = judged(
        withRows(
          failedWith(id, failureClass, { cause: { id: 'unknown', confidence: 'low' } }),
          failedWith('P1-01', 'dns'),
        ),
        { causes: [groupOf('dns-name-not-found', ['P1-01']), groupOf('unknown', [id])] },
      );
      expect(assessment.verdict).toBe('HOLD');
      expect(assessment.reasons[0]).toMatch(BREACH);
      expect(assessment.reasons[0]).toContain(id);
      expect(assessment.sentence).toMatch(/^Security breach: /);
    });

const CAUSES = [
  'isolation-breach-http',
  'isolation-breach-ws',
  'identity-mixup',
  'auth-bypass',
  'auth-token-not-validated',
  'anonymous-access',
  'privilege-escalation',
  'session-logout-ignored',
  'session-refresh-reuse',
];
for (const cause of CAUSES) {
  const ordinary = failedWith('P2-01', 'http-status', { cause: { id: 'app-5xx', confidence: 'high' } });
  const hole: Finding = {
    kind: 'security',
    cause,
    statement: `seen beside (${cause})`,
    evidence: ['GET /api/threads'],
  };
  const places: readonly (readonly [string, Row, Partial<RecordBody>])[] = [
    [
      'as the cause',
      failedWith('P2-01', 'http-status', { cause: { id: cause, confidence: 'low' } }),
      { causes: [groupOf(cause, ['P2-01'])] },
    ],
    [
      'beside another cause',
      ordinary,
      { causes: [groupOf('app-5xx', ['P2-01'], { also: [{ test: 'P2-01', cause, detail: 'seen' }] })] },
    ],
    ['as a finding', ordinary, { causes: [groupOf('app-5xx', ['P2-01'])], findings: [hole] }],
  ];
  for (const [where, row, change] of places)
    test(`${cause} ${where} in P2 - HOLD, and the breach is the headline`, () => {
      const assessment = judged(withRows(row), change);
      expect(assessment.verdict).toBe('HOLD');
      expect(assessment.reasons[0]).toMatch(BREACH);
      expect(assessment.reasons[0]).toContain(cause);
      expect(assessment.reasons.join('\n')).not.toContain('no red test stands for');
    });
}

test('a breach that a retry did not show again - HOLD', () => {
  const [first, second] = rowOf('P2-02', 'flaky').attempts;
  const failures = failedWith('P2-02', 'foreign-data').attempts[0]?.failures ?? [];
  const assessment = judged(
    withRows(rowOf('P2-02', 'flaky', { attempts: [{ ...present(first), failures }, present(second)] })),
  );
  expect(assessment.verdict).toBe('HOLD');
  expect(assessment.reasons[0]).toMatch(BREACH);
});

test('a breach in a shard while another shard found the target down - HOLD', () => {
  const [healthy] = recordOf([]).preflight;
  const down = {
    ...present(healthy),
    stopped: { why: 'down', class: 'tcp-refused', message: 'nothing listens' },
  } as const;
  expect(judged(withRows(failedWith('P1-07', 'foreign-data')), { preflight: [present(healthy), down] }).verdict).toBe(
    'HOLD',
  );
});

test('a waiver for a breach in an ordinary capability - HOLD, nothing accepted', () => {
  const cause = 'isolation-breach-http';
  const assessment = judged(
    withRows(failedWith('P1-14', 'foreign-data', { cause: { id: cause, confidence: 'high' } })),
    { causes: [groupOf(cause, ['P1-14'])] },
    [
      {
        tests: ['P1-14'],
        cause,
        owner: 'chat team',
        reason: 'fixed in the next build',
        opened: '2025-09-01',
        expires: '2025-09-12',
      },
    ],
  );
  expect(assessment.verdict).toBe('HOLD');
  expect(assessment.reasons.join('\n')).not.toContain('accepted by waiver');
  expect(assessment.waivers[0]?.covers).toEqual([]);
});

test('details in an error body - a finding of security, no breach', () => {
  const finding: Finding = {
    kind: 'security',
    cause: 'error-detail-leak',
    statement: 'internals in error bodies',
    evidence: [],
  };
  const assessment = judged(withRows(failedWith('P2-01', 'http-status')), { findings: [finding] });
  expect(assessment.verdict).toBe('CONDITIONAL');
  expect(assessment.reasons.join('\n')).toContain('internals in error bodies');
});

test('P2-06 ends in a reset - HOLD, since access control is not proven, and no breach is claimed', () => {
  const assessment = judged(withRows(failedWith('P2-06', 'tcp-reset')));
  expect(assessment.verdict).toBe('HOLD');
  expect(assessment.sentence).toBe('Access-control is not proven (P2-06); nothing that failed there shows a breach.');
});

test('a breach beside an ordinary cause - first in every report, with what shows it and what to do', async () => {
  await loadCharts();
  const cause = 'isolation-breach-http';
  const ordinary = failedWith('P1-03', 'ws-mute', { cause: { id: 'ws-zombie', confidence: 'high' } });
  const body = recordOf(withRows(ordinary), {
    causes: [groupOf('ws-zombie', ['P1-03'], { also: [{ test: 'P1-03', cause, detail: 'record t-17 of B' }] })],
    errors: [{ kind: 'outside-tests', message: 'outside the tests: pool not drained' }],
  });
  const record = sealed(body, undefined);
  const assessment = assess(record, { model: MODEL, waivers: [] }, NOW);
  const report: Report = {
    record,
    assessment,
    trend: trendOf({ entries: [], unreadable: 0 }, entryOf(record, assessment)),
    evidence: new Map(),
  };
  const texts = {
    terminal: terminalSummary(record, assessment, { unicode: true, outputs: [] }).join('\n'),
    markdown: [...sessionReport(report)].join(''),
    summary: stepSummary(report),
    page: [...page(report)].join('').replace(/<style>[^]*?<\/style>/, ''),
  };
  for (const [name, text] of Object.entries(texts)) {
    const at = text.indexOf(cause);
    expect(at, name).toBeGreaterThan(0);
    const others = ['ws-zombie', 'pool not drained'].filter((other) => text.includes(other));
    expect(
      others.filter((other) => text.indexOf(other) < at),
      name,
    ).toEqual([]);
    expect(text, name).toContain('record t-17 of B');
  }
  for (const name of ['markdown', 'summary', 'page'] as const)
    expect(texts[name], name).toContain('ecurity incident: owner check of the route');
  expect(nextSteps(report)[0]).toBe(`${cause} (P1-03): Security incident: owner check of the route.`);
  expect([...junit(report)].join('')).toMatch(/<failure type="isolation-breach-http" message="security breach: /);
  expect(ctrf(report).results.tests.find(({ testId }) => testId === 'P1-03')?.message).toMatch(BREACH);
  expect(impactReport(report).breaches).toMatchObject([{ id: cause, tests: ['P1-03'] }]);
});
