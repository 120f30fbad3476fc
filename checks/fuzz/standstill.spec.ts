/** A test that blocks its worker, with the fixtures of the suite in a real run of Playwright. */
import { join, resolve } from 'node:path';
import { expect, test } from '../reporter/project.ts';

const FIXTURES = join(resolve(import.meta.dirname, '../..'), 'fixtures/test.ts');
const ENVIRONMENT = { STANDIN_ORIGIN: 'http://127.0.0.1:1', STANDIN_AUTH_ORIGIN: 'http://127.0.0.1:1' };

const specOf = (bodies: readonly string[]): string => `
import { test } from ${JSON.stringify(FIXTURES)};
${bodies
  .map(
    (body, index) => `test('P1-0${index + 1} a - as promised', async () => {
  test.setTimeout(1_000);
  // The watchdog hears of the time-out.
  await new Promise((done) => setTimeout(done, 400));
  ${body}
});`,
  )
  .join('\n')}`;

// For ever, but at no cost to the checks beside it.
const BLOCK = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';

test.describe.configure({ timeout: 120_000 });

test('a test that blocks its worker - ended, the next one runs, the record says why', async ({ project }) => {
  const mini = project({ files: { 'tests/p1.spec.ts': specOf([BLOCK, '']) } });
  const { exitCode, output } = await mini.test([], ENVIRONMENT);
  expect(exitCode).toBe(1);
  const why = /this worker stood still for [\d.]+ s, past the time-out of its test, so it was killed/;
  expect(output).toMatch(why);
  const [blocked, next] = mini.record.rows;
  expect(blocked).toMatchObject({ result: 'failed', cause: { id: 'client-caused' } });
  expect(blocked?.attempts[0]?.failures[0]).toMatchObject({ class: 'deadline', key: 'worker.standstill' });
  expect(blocked?.reason).toMatch(why);
  expect(next?.attempts.map(({ status }) => status)).toEqual(['passed']);
});

test('a test whose process ends - the record says so, and it is not tried again', async ({ project }) => {
  const killed = "if (test.info().retry === 0) process.kill(process.pid, 'SIGKILL');";
  const mini = project({
    files: { 'tests/p1.spec.ts': specOf([killed, 'process.exit(3);']) },
    config: 'retries: 1,',
  });
  await mini.test([], ENVIRONMENT);
  for (const [index, how] of ['signal=SIGKILL', 'code=3'].entries()) {
    const row = mini.record.rows[index];
    expect(row).toMatchObject({ result: 'failed', cause: { id: 'client-caused' } });
    const [first, second] = row?.attempts ?? [];
    expect(first?.failures[0]).toMatchObject({ class: 'unknown', key: 'worker.exit' });
    expect(first?.failures[0]?.promise).toContain('the process of the test ended before the test did');
    expect(first?.failures[0]?.promise).toContain(how);
    expect(second?.status).toBe('failed');
    expect(second?.failures[0]?.promise).toContain('not tried again');
  }
});
