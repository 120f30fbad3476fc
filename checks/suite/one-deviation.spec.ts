/** A server with one small deviation: what the contract leaves open is no failure, and only what shows a breach is called one. */
import { expect, test } from '@playwright/test';
import { runSuite } from './suite-run.ts';

const SELECTED = ['--project=preflight', '--project=p1-critical', '--grep', 'preflight|P1-16|P1-21'];

const runWith = (reports: string, ...faults: readonly string[]) =>
  runSuite(reports, { STANDIN_FAULTS: faults.join(',') }, SELECTED);

test('another wording of a refused DELETE, and times without zone - P1-16 and P1-21 are verified', async ({}, info) => {
  const run = await runWith(
    info.outputPath('reports'),
    'reply-field:on=DELETE /api/chat/messages/{id}:of=403:at=/message:to=Access denied%3A You can only delete your own messages',
    'reply-field:on=GET /auth/me:at=/token_expires_at:op=swap:from=%2B00%3A00:to=',
  );
  const shown = run.record.rows.filter(({ result }) => result === 'verified').map(({ id }) => id);
  expect(shown, run.output).toEqual(['P1-16', 'P1-21']);
});

test('a time without zone that is not the end of the token in UTC - P1-21 is degraded', async ({}, info) => {
  const run = await runWith(
    info.outputPath('reports'),
    'reply-field:on=GET /auth/me:at=/token_expires_at:to=2027-01-01T00%3A00%3A00',
  );
  expect(run.record.rows.find(({ id }) => id === 'P1-21')?.result, run.output).toBe('degraded');
});

for (const { title, fault, id, failures } of [
  {
    title: 'a refused DELETE with 404',
    fault: 'reply-status:on=DELETE /api/chat/messages/{id}:to=404:of=403:by=token',
    id: 'P1-16',
    failures: [['http-status', 'foreign.message.delete']],
  },
  {
    title: 'an own conversation missing from a list that was asked for with headers of another user',
    fault: 'reply-field:on=GET /api/threads:at=:op=empty:with=x-user-id',
    id: 'P1-16',
    failures: [['not-persisted', 'header-identity.own']],
  },
  {
    title: 'refusals on sockets with another code',
    fault: 'frame-field:on=socket:type=error_message:at=/error_code:to=OTHER',
    id: 'P1-16',
    failures: [
      ['ws-frame', 'socket.foreign-thread'],
      ['ws-frame', 'socket.no-token'],
      ['ws-frame', 'socket.tampered'],
    ],
  },
  {
    title: 'a token that ends at another time than /auth/me says',
    fault: 'reply-field:on=GET /auth/me:at=/token_expires_at:to=2027-01-01T00%3A00%3A00Z',
    id: 'P1-21',
    failures: [
      ['http-body', 'somebody-else.expires'],
      ['http-body', 'renewed.expires'],
    ],
  },
])
  test(`${title} - ${id} fails with ${failures.join(' and ')}, and no breach is reported`, async ({}, info) => {
    const run = await runWith(info.outputPath('reports'), fault);
    const found = run.record.rows
      .filter((row) => row.id === id)
      .flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.failures));
    expect(found.map((one) => [one.class, one.key]).sort(), run.output).toEqual([...failures].sort());
    expect(run.output).not.toMatch(/security breach/i);
  });
