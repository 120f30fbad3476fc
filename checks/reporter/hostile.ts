/** A run whose target answers with text that wants to be more than text. */
import { assess } from '../../src/reporter/assess.ts';
import { entryOf, trendOf } from '../../src/reporter/history.ts';
import { sealed, type RecordBody } from '../../src/reporter/record.ts';
import type { Report } from '../../src/reporter/report.ts';
import { evidenceOf, socketOf } from './pictures.ts';
import { MODEL, recordOf, rowOf, rowsWith } from './rows.ts';

export const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '"><svg onload=alert(3)>',
  "'-alert(4)-'",
  '</style><style>*{display:none}</style>',
  '${alert(5)} `code` | pipe | [link](javascript:alert(6))',
  '\u202e\u0000\ud800 \u001b[31mred',
  '<!-- ]]> -->',
  'https://evil.example www.evil.example @everyone',
  '\u2066turned\u2069 \u200f \u009b31m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '##[error]a ##vso[task.complete]b ##teamcity[message]',
  '\n::error::c\n--- d\n\u2028::stop-commands::e\nsection_start:1:f\r',
].join(' ');
const GIANT = 'wide'.repeat(200_000);

export const hostile = (): Report => {
  const text = `${HOSTILE} ${GIANT}`;
  const failure = { class: 'unknown', key: HOSTILE, promise: text, excerpt: text } as const;
  const rows = rowsWith().map((row, index) =>
    index > 5
      ? row
      : rowOf(row.id, 'failed', {
          title: `${row.id} ${HOSTILE}`,
          reason: text.slice(0, 5_000),
          notes: [HOSTILE],
          notApplicable: [HOSTILE],
          cleanup: [HOSTILE],
          degraded: [HOSTILE],
          parts: row.parts.map((part) => ({ ...part, result: 'failed', reason: HOSTILE, degraded: [HOSTILE] })),
          outside: { reason: HOSTILE, failures: [], cause: null },
          evidence: [{ attempt: 0, name: HOSTILE, contentType: 'text/plain', path: `evidence/${HOSTILE}` }],
          attempts: [
            {
              retry: 0,
              status: 'failed',
              startedAt: '2025-09-09T17:35:04.000Z',
              durationMs: 3,
              worker: 0,
              own: null,
              failures: [{ ...failure, excerpt: text.slice(0, 5_000) }],
            },
          ],
        }),
  );
  const body: RecordBody = recordOf(rows, {
    runId: HOSTILE,
    errors: [{ kind: 'outside-tests', message: HOSTILE }],
    causes: [
      {
        cause: HOSTILE,
        detail: HOSTILE,
        confidence: 'low',
        tests: ['P1-01'],
        evidence: [{ fact: HOSTILE, phase: HOSTILE, source: HOSTILE }],
        ruled_out: [{ cause: HOSTILE, because: HOSTILE }],
        next_step: HOSTILE,
      },
    ],
    findings: [{ kind: 'security', statement: HOSTILE, evidence: [HOSTILE] }],
    answers: [{ question: HOSTILE, answer: HOSTILE }],
  });
  const record = sealed(body, undefined);
  const assessment = assess(record, { model: MODEL, waivers: [] }, new Date('2025-09-09T18:00:00Z'));
  const base = socketOf(1);
  const socket = socketOf(1, {
    frames: base.frames.map((frame) => ({ ...frame, text, type: HOSTILE })),
    close: { code: 1011, reason: HOSTILE, by: 'server', wasClean: true, at: 3 },
  });
  return {
    record,
    assessment,
    trend: trendOf({ entries: [], unreadable: 0 }, entryOf(record, assessment)),
    evidence: new Map([['P1-01', [evidenceOf('P1-01', { sockets: [socket] })]]]),
  };
};
