/** A server with one small deviation: only what shows a breach is called one. */
import { expect, test } from '@playwright/test';
import { runSuite } from './suite-run.ts';

const SELECTED = ['--project=preflight', '--project=p1-critical', '--grep', 'preflight|P1-16|P1-21'];

const runWith = (reports: string, ...faults: readonly string[]) =>
  runSuite(reports, { STANDIN_FAULTS: faults.join(',') }, SELECTED);

for (const { title, fault, id, failure } of [
  {
    title: 'an own conversation missing from a list that was asked for with headers of another user',
    fault: 'reply-field:on=GET /api/threads:at=:op=empty:with=x-user-id',
    id: 'P1-16',
    failure: ['not-persisted', 'header-identity.own'],
  },
  {
    title: 'a message into a foreign conversation refused with another code',
    fault: 'frame-field:on=socket:type=error_message:at=/error_code:to=OTHER',
    id: 'P1-16',
    failure: ['ws-frame', 'socket.foreign-thread'],
  },
])
  test(`${title} - ${id} fails with ${failure.join(' ')}, and no breach is reported`, async ({}, info) => {
    const run = await runWith(info.outputPath('reports'), fault);
    const failures = run.record.rows
      .filter((row) => row.id === id)
      .flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.failures));
    expect(
      failures.map((one) => [one.class, one.key]),
      run.output,
    ).toEqual([failure]);
    expect(run.output).not.toMatch(/security breach/i);
  });
