import { validateStrict } from 'ctrf';
import { z } from 'zod';
import type { Row } from '../../src/reporter/record.ts';
import { expect, test, VIAS } from './project.ts';
import type { MiniProject } from './project.ts';
import { failing, session5 } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

const MIXED = {
  ...session5,
  'P1-05': `if (info.retry === 0) ${failing('deadline', 'discovery.reply', 'no reply within 5 s')}`,
  'P1-09': "test.skip(true, 'no agents here');",
  'P1-10': "info.annotations.push({ type: 'degraded', description: 'tool.latency: 5.2 s' });",
  'P1-12': "info.annotations.push({ type: 'cleanup', description: 'thread 17 is still there' });",
};

/** What has to be the same however the run was made. */
const essence = ({ record, impact }: MiniProject) => ({
  rows: record.rows.map(({ attempts, ...row }: Row) => ({
    ...row,
    attempts: attempts.map(({ status, failures, retry }) => ({ status, failures, retry })),
  })),
  errors: record.errors,
  status: record.status,
  verdict: impact.verdict,
  reasons: impact.reasons,
  exposure: impact.exposure,
  readings: impact.readings,
});

test('a mixed run, directly and merged from two shards - the same rows, figures and verdict', async ({ project }) => {
  const [direct, merged] = [
    project({ tests: MIXED, config: 'retries: 1,' }),
    project({ tests: MIXED, config: 'retries: 1,' }),
  ];
  await direct.run('direct');
  await merged.run('merged');
  const plain = (mini: MiniProject) => JSON.parse(JSON.stringify(essence(mini)).replaceAll(mini.folder, '')) as unknown;
  expect(plain(merged)).toEqual(plain(direct));
  expect(direct.impact).toMatchObject({
    verdict: 'HOLD',
    counts: { verified: 15, degraded: 1, flaky: 1, failed: 4, unverified: 1 },
  });
});

const ctrfReport = z.looseObject({
  results: z.looseObject({
    summary: z.looseObject({ passed: z.number(), failed: z.number(), other: z.number(), flaky: z.number() }),
    tests: z.array(z.looseObject({ testId: z.string(), retryAttempts: z.array(z.unknown()).optional() })),
  }),
});

for (const via of VIAS)
  test(`files of a mixed run, ${via} - every one whole, CTRF valid with its attempts, summary for GitHub`, async ({
    project,
  }) => {
    const mini = project({ tests: MIXED, config: 'retries: 1,' });
    mini.write('summary.md', '# earlier step\n');
    await mini.run(via, [], via === 'direct' ? { GITHUB_STEP_SUMMARY: 'summary.md' } : {});

    const ctrf: unknown = JSON.parse(mini.read('reports/ctrf.json'));
    expect(() => {
      validateStrict(ctrf);
    }).not.toThrow();
    const { results } = ctrfReport.parse(ctrf);
    expect(results.summary).toMatchObject({ tests: 28, passed: 18, failed: 4, other: 6, flaky: 1 });
    expect(results.tests.find((each) => each.testId === 'P1-05')?.retryAttempts).toHaveLength(1);

    const page = mini.read('reports/impact/impact.md');
    for (const title of [
      'Executive summary',
      'Environment',
      'Key findings',
      'WebSocket health',
      'Results',
      'Business impact',
      'Risks',
      'Causes',
      'Next steps',
    ])
      expect(page).toContain(`\n## ${title}\n`);
    expect(page).toContain('| P1-10 | tool\\_execution\\_endpoints\\_real | degraded |');
    expect(page).toContain('not cleaned up: thread 17 is still there');

    const junit = mini.read('reports/junit.xml');
    expect(junit).toContain('tests="28" failures="4" errors="1"');
    expect(junit.match(/<flakyFailure /g)).toHaveLength(1);
    expect(mini.read('reports/history.jsonl').trim().split('\n')).toHaveLength(1);
    // The merge is run without the variable: it must not be needed.
    expect(mini.read('summary.md')).toContain(via === 'direct' ? '## goldenpath: REHEARSAL HOLD' : '# earlier step');
  });

test('a plain terminal - the summary is ASCII, at most 25 lines', async ({ project }) => {
  const mini = project({ tests: MIXED });
  const ran = await mini.test([], { LC_ALL: 'C' });
  const summary = ran.output.slice(ran.output.indexOf('goldenpath  ')).trimEnd();
  expect(summary).toMatch(/^[\n\x20-\x7e]*$/);
  expect(summary.split('\n').length).toBeLessThanOrEqual(25);
});
