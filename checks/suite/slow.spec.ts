/** The bounds of 5 s: against the stand-in a deadline comes first, so they are seen where deadlines are a staging's. */
import { expect, test } from '@playwright/test';
import { startStandin } from '../../src/standin/start.ts';
import { runSuite } from './suite-run.ts';

const LATE = [
  'run-late:ms=5200',
  'reply-late:on=POST /api/agents/data:ms=5200',
  'reply-late:on=POST /api/chat/stream:ms=5200',
];

test('answers after 5.2 s - P1-03, P1-07 and P1-08 are degraded, each by its own bound', async ({}, info) => {
  const bypassKey = 'slow-check-key';
  const standin = await startStandin({ bypassKey, faults: LATE });
  try {
    const run = await runSuite(
      info.outputPath('reports'),
      {
        E2E_BASE_URL: standin.apiOrigin,
        E2E_AUTH_URL: standin.authOrigin,
        E2E_OAUTH_SIMULATION_KEY: bypassKey,
        E2E_PACE: 'off',
      },
      ['--project=preflight', '--project=p1-critical', '--grep', 'preflight|P1-03|P1-07|P1-08'],
    );
    const shown = run.record.rows
      .filter(({ id }) => ['P1-03', 'P1-07', 'P1-08'].includes(id))
      .map(({ id, result, degraded }) => [id, result, [...new Set(degraded.map((each) => each.split(':', 1)[0]))]]);
    expect(shown, run.output).toEqual([
      ['P1-03', 'degraded', ['slow-first-event']],
      ['P1-07', 'degraded', ['slow-answer']],
      ['P1-08', 'degraded', ['slow-first-frame']],
    ]);
  } finally {
    await standin.close();
  }
});
