/** `impact.json`: the verdict with everything it was computed from. */
import { EXIT_CODE } from './assess.ts';
import { exposureLine, shown } from './format.ts';
import type { Report } from './report.ts';

export const impactReport = ({ record, assessment, trend }: Report) => ({
  version: 1,
  runId: record.runId,
  /** The record that these figures can be recomputed from. */
  record: { file: 'run.json', rowsHash: record.rowsHash, hash: record.hash },
  verdict: assessment.verdict,
  shown: shown(assessment),
  exitCode: EXIT_CODE[assessment.verdict],
  rehearsal: assessment.rehearsal,
  sentence: assessment.sentence,
  reasons: assessment.reasons,
  target: record.target,
  startedAt: record.startedAt,
  endedAt: record.endedAt,
  headline: exposureLine(assessment),
  note: 'Amounts are declared weights of impact.model.json, not measurements.',
  counts: assessment.counts,
  parts: assessment.parts,
  readings: assessment.readings,
  capabilities: assessment.capabilities,
  currency: assessment.currency,
  exposure: assessment.exposure,
  further: assessment.further,
  waivers: assessment.waivers,
  breaches: assessment.breaches,
  causes: record.causes,
  findings: record.findings,
  trend: {
    newlyFailed: trend.newlyFailed,
    recovered: trend.recovered,
    failingSince: Object.fromEntries(trend.failingSince),
    flaky: Object.fromEntries(trend.flaky),
    parts: trend.parts,
    runs: trend.runs.map(({ results: _results, parts: _parts, ...run }) => run),
  },
});
