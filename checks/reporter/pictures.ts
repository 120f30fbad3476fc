/** Reports of days as they may come, for the page's checks and for looking at. */
import { assess } from '../../src/reporter/assess.ts';
import type { CauseGroup } from '../../src/reporter/causes.ts';
import type { HistoryEntry } from '../../src/reporter/history.ts';
import { entryOf, trendOf } from '../../src/reporter/history.ts';
import type { RecordBody, Result, Row } from '../../src/reporter/record.ts';
import { sealed } from '../../src/reporter/record.ts';
import type { Report } from '../../src/reporter/report.ts';
import type { Waiver } from '../../src/reporter/waivers.ts';
import type { SocketTrace, TestEvidence } from '../../src/evidence/trace.ts';
import { CATALOGUE } from '../../src/contract/catalogue.ts';
import { cleanlyRefused, MODEL, recordOf, rowOf, rowsWith } from './rows.ts';
import { preflightReport, STAGING, STANDIN } from './samples.ts';

const NOW = new Date('2025-09-09T18:00:00Z');

const nights = (count: number): HistoryEntry[] =>
  Array.from({ length: count }, (_, index) => {
    const results: Record<string, Result> =
      index % 9 === 4
        ? { 'P1-18': 'flaky' }
        : index === count - 2
          ? { 'P1-01': 'failed', 'P1-02': 'failed' }
          : index % 7 === 5
            ? { 'P1-11': 'degraded' }
            : index === 3
              ? { 'P1-05': 'failed', 'P1-07': 'failed' }
              : {};
    const startedAt = new Date(Date.UTC(2025, 7, 12 + index, 2)).toISOString();
    const record = sealed(recordOf(rowsWith(results), { runId: `night-${index}`, startedAt }), undefined);
    return entryOf(record, assess(record, { model: MODEL, waivers: [] }, NOW));
  });

const spread = (rows: readonly Row[]): Row[] =>
  rows.map((row, index) => ({
    ...row,
    attempts: row.attempts.map((attempt) => ({
      ...attempt,
      worker: index % 2,
      startedAt: new Date(
        Date.UTC(2025, 8, 9, 17, 35, 2, 500) + Math.floor(index / 2) * 3_300 + attempt.retry * 2_000,
      ).toISOString(),
      durationMs: 600 + ((index * 7_919) % 2_600),
    })),
  }));

export const socketOf = (id: number, change: Partial<SocketTrace> = {}): SocketTrace => ({
  id,
  startedAt: 1_757_439_302_000,
  identity: 'A',
  probe: null,
  part: null,
  url: 'wss://api.staging.example/ws',
  carrier: 'header',
  expected: 'welcome',
  sub: 'user-a',
  detection: true,
  offered: ['jwt-auth'],
  selected: 'jwt-auth',
  phases: { dns: 2, tcp: 11, tls: 24, sent: 25, head: 41, end: 195 },
  upgrade: null,
  error: null,
  welcomeAt: null,
  frames: [
    {
      at: 44,
      direction: 'received',
      kind: 'text',
      bytes: 74,
      type: 'connecting',
      text: '{"type":"connecting","data":{"stage":"authenticating","attempt":1}}',
    },
    { at: 60, direction: 'received', kind: 'ping', bytes: 0, type: null, text: '' },
    { at: 61, direction: 'sent', kind: 'pong', bytes: 0, type: null, text: '' },
  ],
  framesDropped: 0,
  close: { code: 1011, reason: 'Internal error', by: 'server', wasClean: true, at: 192 },
  ...change,
});

export const evidenceOf = (test: string, change: Partial<TestEvidence> = {}): TestEvidence => ({
  version: 1,
  test,
  attempt: 0,
  startedAt: 1_757_439_302_000,
  exchanges: [],
  sockets: [socketOf(1), socketOf(2, { carrier: 'subprotocol', probe: 'ws-carriers' })],
  eventLoopLagMs: 2,
  ...change,
});

const CRASH: CauseGroup = {
  cause: 'ws-crash-after-accept',
  detail: '1011 "Internal error" 148 to 153 ms after open, 9 of 9 sockets',
  confidence: 'high',
  tests: ['P1-01', 'P1-02', 'P1-03', 'P1-04'],
  evidence: [
    {
      fact: 'close 1011 "Internal error" by the server, age 151 ms, no welcome before it',
      phase: 'welcome',
      source: 'P1-01 socket 1',
    },
    { fact: 'the same close without any token, age 149 ms', phase: 'welcome', source: 'probe ws-none' },
    { fact: '/ws/test opened and answered a ping in 12 ms', phase: 'http-upgrade', source: 'probe ws-test' },
  ],
  ruled_out: [
    { cause: 'auth-valid-token-rejected', because: 'the same close without any token (probe ws-none)' },
    { cause: 'tcp-reset', because: '/ws/test opened and answered a ping (probe ws-test)' },
    {
      cause: 'e2e_testing.enabled:false',
      because: 'normal and secure default; behaviour did not change with the headers',
    },
  ],
  next_step:
    'Read the server log of the /ws handler between accept and welcome at 17:35:02Z; nothing on the client side can change this.',
};

const reportOf = (
  record: RecordBody,
  history: readonly HistoryEntry[],
  waivers: readonly Waiver[] = [],
  evidence: Report['evidence'] = new Map(),
): Report => {
  const whole = sealed(record, undefined);
  const assessment = assess(whole, { model: MODEL, waivers }, NOW);
  return {
    record: whole,
    assessment,
    trend: trendOf({ entries: history, unreadable: 0 }, entryOf(whole, assessment)),
    evidence,
  };
};

const byCause = (rows: readonly Row[], group: CauseGroup): Row[] =>
  rows.map((row) =>
    group.tests.includes(row.id) ? { ...row, cause: { id: group.cause, confidence: group.confidence } } : row,
  );

export const PICTURES: Readonly<Record<string, () => Report>> = {
  go: () => reportOf(recordOf(spread(rowsWith())), nights(20)),
  hold: () =>
    reportOf(
      recordOf(
        spread(
          byCause(
            rowsWith().map((row) => (CRASH.tests.includes(row.id) ? cleanlyRefused(row.id) : row)),
            CRASH,
          ),
        ),
        {
          causes: [CRASH],
          findings: [
            {
              kind: 'contradiction',
              statement: '/ws/health says healthy while 9 of 9 sockets died before the welcome',
              evidence: ['GET /ws/health -> 200 {"status":"healthy"}', 'close 1011 on every socket'],
            },
          ],
          answers: [
            {
              question: 'Was E2E testing detected?',
              answer:
                'The four headers were sent; the server says enabled:false, which is its secure default. Nothing changed with or without them.',
            },
            {
              question: 'Where do sockets close with 1011?',
              answer: 'Between accept and welcome, for every kind of token, 148 to 153 ms after open.',
            },
          ],
        },
      ),
      nights(28),
      [],
      new Map(CRASH.tests.map((id) => [id, [evidenceOf(id)]])),
    ),
  conditional: () => {
    const group: CauseGroup = {
      ...CRASH,
      cause: 'latency-over-budget',
      detail: 'agent status after 2.6 s, budget 2 s',
      confidence: 'medium',
      tests: ['P1-09'],
      next_step: 'Look at the slow query of the run table.',
    };
    const rows = byCause(rowsWith({ 'P1-09': 'failed', 'P1-11': 'degraded', 'P1-18': 'flaky' }), group);
    return reportOf(recordOf(spread(rows), { causes: [group] }), nights(20), [
      {
        tests: ['P1-09'],
        cause: 'latency-over-budget',
        owner: 'agents team',
        reason: 'Status of finished agents is slow, fixed in build 812.',
        opened: '2025-09-01',
        expires: '2025-09-14',
      },
      {
        tests: ['P1-05'],
        cause: 'app-5xx',
        owner: 'discovery team',
        reason: 'Discovery fails on cold nodes.',
        opened: '2025-08-01',
        expires: '2025-08-20',
      },
    ]);
  },
  inconclusive: () => {
    const rows = rowsWith({ 'P1-06': 'unverified', 'P1-17': 'unverified', 'P1-18': 'unverified' });
    return reportOf(recordOf(spread(rows), { target: STANDIN, preflight: [preflightReport(STANDIN)] }), []);
  },
  down: () => {
    const stopped = {
      why: 'down',
      class: 'deadline',
      message: 'GET https://api.staging.example/health -> 503 in 212 ms, 14 attempts in 60 s',
    } as const;
    const reason = `preflight stopped the run (down): ${stopped.message}`;
    const rows = CATALOGUE.filter((entry) => entry.priority === 'P1').map((entry) =>
      rowOf(entry.id, 'unverified', { reason }),
    );
    return reportOf(recordOf(rows, { preflight: [preflightReport(STAGING, stopped)], status: 'failed' }), nights(12));
  },
};
