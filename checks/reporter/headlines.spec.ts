/** What the first line of a verdict says has to be true, also of runs that were never meant to be whole. */
import { expect, test } from './project.ts';
import type { Design } from './project.ts';
import { failing } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

const RED = failing('http-status', 'thread.create', 'POST /api/threads -> 500 in 12 ms, expected 201');

interface Headline {
  readonly title: string;
  readonly design?: Design;
  readonly args?: readonly string[];
  readonly says: RegExp;
  readonly notSays: RegExp;
  readonly gate: number;
}

const HEADLINES: readonly Headline[] = [
  {
    title: '--last-failed',
    design: { tests: { 'P1-07': RED } },
    args: ['--last-failed'],
    says: /^1 of 22 failed \(P1-07\)[^]*only some of the tests were selected \(--last-failed\)/,
    notSays: /shard/,
    gate: 1,
  },
  {
    title: 'a shard alone',
    args: ['--shard=1/2'],
    says: /^this is shard 1 of 2 alone: merge the reports of all shards/,
    notSays: /missing|merge-reports/,
    gate: 3,
  },
  {
    title: 'a web server that does not start',
    design: {
      config: `webServer: { command: 'node -e "process.exit(3)"', url: 'http://127.0.0.1:9', timeout: 4000 },`,
    },
    says: /^outside the tests: .*webServer was not able to start[^]*the run ended before any test was chosen/,
    notSays: /shard|merge/,
    gate: 3,
  },
];
for (const { title, design, args, says, notSays, gate } of HEADLINES)
  test(`${title} - the headline says so`, async ({ project }) => {
    const mini = project(design);
    await mini.prepare(args);
    const ran = await mini.test(args);
    const reasons = mini.impact.reasons.join('\n');
    expect(reasons).toMatch(says);
    expect(reasons).not.toMatch(notSays);
    expect(ran.output).not.toContain('so the merge exits');
    expect((await mini.gate()).exitCode).toBe(gate);
  });
