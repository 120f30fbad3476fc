/** The judge is the one who says that the suite sees; here it is shown runs of which the truth is known. */
import { expect, test } from '@playwright/test';
import { caseOf, TESTS, tests, type Case } from './expectation.ts';
import { figuresOf } from './figures.ts';
import { judge } from './judge.ts';
import { matrixPage } from './page/page.ts';
import { caseEntry, figuresEntry } from './matrix-file.ts';
import type { CaseResult, Observed, ObservedRow } from './result.ts';
import { lowerBound } from './statistics.ts';

const fault = caseOf({
  id: 'ws-mute',
  kind: 'fault',
  layer: 'welcome',
  red: tests('01–02'),
  degraded: tests('03'),
  free: tests('04'),
  causes: { right: ['ws-mute'], bracketed: ['ws-zombie'] },
});

type Shown = Partial<Record<string, Partial<ObservedRow>>>;
const failed = (failureClass: 'ws-silent' | 'pagination', key = 'connect'): Partial<ObservedRow> => ({
  result: 'failed',
  failures: [{ class: failureClass, key, promise: 'p', excerpt: `[${failureClass}] ${key}: p` }],
});
const AS_WRITTEN: Shown = {
  'P1-01': failed('ws-silent'),
  'P1-02': failed('ws-silent'),
  'P1-03': { result: 'degraded', degraded: ['history: none'] },
};

const ran = (shown: Shown, more: Partial<Observed> = {}): CaseResult => ({
  version: 1,
  id: 'ws-mute',
  sources: '',
  startedAt: new Date(0).toISOString(),
  ms: 1,
  error: null,
  observed: {
    ms: 1,
    verdict: 'HOLD',
    passRate: 20,
    tolerant: 20,
    stopped: null,
    rows: TESTS.map((id) => ({
      id,
      result: 'verified',
      reason: null,
      ms: 1,
      degraded: [],
      cleanup: [],
      failures: [],
      ...shown[id],
    })),
    causes: [],
    findings: [],
    errors: [],
    ...more,
  },
});

const group = (cause: string, confidence: 'high' | 'medium', ids: string): Observed['causes'][number] => ({
  cause,
  confidence,
  tests: [...tests(ids)],
  detail: '',
  evidence: [],
  ruled_out: [],
  next_step: '',
});

const outcomeOf = (shown: Shown, one: Case = fault) => judge(one, ran(shown));

test('a run as the catalogue has it - as expected, nothing to say', () => {
  expect(outcomeOf(AS_WRITTEN)).toMatchObject({ outcome: 'as-expected', problems: [] });
});

for (const [what, shown, outcome, fit] of [
  ['a test that has to be red is verified', { 'P1-02': {} }, 'missed', 'wrongly-green'],
  ['a test that has to be red is degraded', { 'P1-02': { result: 'degraded' } }, 'missed', 'wrongly-green'],
  ['a test that has to be red is unverified', { 'P1-02': { result: 'unverified' } }, 'missed', 'no-evidence'],
  ['a failure of another layer', { 'P1-02': failed('pagination') }, 'missed', 'wrong-reason'],
  ['a degraded test is verified', { 'P1-03': {} }, 'missed', 'wrongly-green'],
  ['a degraded test is red', { 'P1-03': failed('ws-silent') }, 'inexact', 'wrongly-red'],
  ['another test is red', { 'P1-05': failed('ws-silent') }, 'inexact', 'wrongly-red'],
  ['another test is degraded', { 'P1-05': { result: 'degraded' } }, 'inexact', 'wrongly-degraded'],
  ['another test is flaky', { 'P1-05': { result: 'flaky' } }, 'missed', 'no-evidence'],
  ['a free test is red', { 'P1-04': failed('pagination') }, 'as-expected', 'free'],
] as const satisfies readonly (readonly [string, Shown, string, string])[])
  test(`${what} - ${outcome}`, () => {
    const shownThere: Shown = { ...AS_WRITTEN, ...shown };
    const judgement = outcomeOf(shownThere);
    expect(judgement.outcome).toBe(outcome);
    expect(judgement.cells.find(({ test: id }) => id === Object.keys(shown)[0])?.fit).toBe(fit);
  });

test('preflight stopped the run - unverified counts as red, with its class', () => {
  const all = caseOf({ id: 'net-refused', kind: 'fault', layer: 'network', red: TESTS });
  const shown = Object.fromEntries(TESTS.map((id) => [id, { result: 'unverified' as const }]));
  const stopped = { class: 'tcp-refused', message: 'down' };
  expect(judge(all, ran(shown, { stopped })).outcome).toBe('as-expected');
  expect(judge(all, ran(shown, { stopped: { ...stopped, class: 'unknown' } })).outcome).toBe('missed');
  expect(judge(all, ran(shown)).outcome).toBe('missed');
});

test('"one or more of" - one is enough, none is a miss', () => {
  const one = caseOf({
    id: 'platform-redeploy',
    kind: 'fault',
    layer: 'network',
    oneOf: tests('12, 15'),
    free: tests('16'),
  });
  expect(outcomeOf({ 'P1-15': failed('pagination') }, one).outcome).toBe('as-expected');
  expect(outcomeOf({ 'P1-16': failed('pagination') }, one).outcome).toBe('missed');
});

for (const [what, causes, outcome] of [
  ['the expected cause for both', [group('ws-mute', 'high', '01–02')], 'right'],
  ['the bracketed cause at medium', [group('ws-zombie', 'medium', '01–02')], 'right'],
  ['the bracketed cause at high', [group('ws-zombie', 'high', '01–02')], 'wrong-at-high'],
  ['another cause at medium', [group('tls-certificate', 'medium', '01–02')], 'wrong'],
  ['unknown for one of two', [group('ws-mute', 'high', '01'), group('unknown', 'high', '02')], 'unknown'],
  [
    'right, and another one beside it',
    [group('ws-mute', 'high', '01–02'), group('dns-name-not-found', 'high', '04')],
    'wrong-at-high',
  ],
  ['no groups at all', [], 'not-diagnosed'],
] as const)
  test(`${what} - ${outcome}`, () => {
    const shown = { ...AS_WRITTEN, 'P1-04': failed('ws-silent') };
    expect(judge(fault, ran(shown, { causes: [...causes] })).causes.outcome).toBe(outcome);
  });

test('a group on a green control is a false alarm of the diagnosis', () => {
  const control = caseOf({ id: 'control-fast', kind: 'control' });
  expect(judge(control, ran({})).causes.outcome).toBe('right');
  const findings = [{ kind: 'security' as const, statement: 'a hole', evidence: [] }];
  expect(judge(control, ran({}, { findings })).causes.outcome).toBe('wrong');
});

test('a fault is as good as its worst variant, and a blind spot is in no rate', () => {
  const judged = [
    judge(fault, ran(AS_WRITTEN)),
    judge({ ...fault, id: 'ws-mute:x=1' }, ran({})),
    judge({ ...fault, id: 'other', of: 'other' }, ran(AS_WRITTEN)),
    judge(caseOf({ id: 'blind', kind: 'fault', blindSpot: 'by design' }), ran({})),
  ];
  const { detection, missed, blindSpots } = figuresOf(judged, false);
  expect(detection).toMatchObject({ count: 1, of: 2 });
  expect(missed.map(({ id }) => id)).toEqual(['ws-mute']);
  expect(blindSpots).toMatchObject([{ id: 'blind', problems: [] }]);
});

test('the lower bound is that of Clopper and Pearson', () => {
  // 0.05^(1/n) where all of n were seen; 0.5^... of tables for 8 of 10.
  expect(lowerBound(79, 79)).toBeCloseTo(0.05 ** (1 / 79), 6);
  expect(lowerBound(8, 10)).toBeCloseTo(0.4931, 4);
  expect(lowerBound(0, 10)).toBe(0);
});

test('the page shows text of a server as text, and allows no network', () => {
  const evil = `</script><img src=x onerror=alert(1)>`;
  const judged = [
    judge(
      fault,
      ran({
        ...AS_WRITTEN,
        'P1-01': { ...failed('ws-silent'), failures: [{ class: 'ws-silent', key: 'k', promise: evil, excerpt: evil }] },
      }),
    ),
  ];
  const figures = figuresEntry(figuresOf(judged, false));
  const page = matrixPage({
    version: 1,
    startedAt: new Date(0).toISOString(),
    endedAt: new Date(0).toISOString(),
    durationMs: 1,
    machine: { cores: 2, parallel: 2, workers: 1, node: 'v20' },
    selection: 'full',
    asked: 1,
    resumed: 0,
    complete: true,
    failed: [evil],
    figures,
    cases: judged.map(caseEntry),
  });
  expect(page).not.toContain('<img');
  expect(page).toContain('default-src &#39;none&#39;; style-src &#39;sha256-');
  expect(page).not.toMatch(/(?:src|href)="|https?:\/\//);
});
