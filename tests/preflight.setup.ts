import { ATTACHMENT } from '../src/evidence/annotations.ts';
import { because } from '../src/evidence/failure.ts';
import { preflightText, runPreflight } from '../fixtures/preflight.ts';
import { keepRelease } from '../fixtures/release.ts';
import { inert } from '../src/evidence/inert.ts';
import { redact } from '../src/evidence/redaction.ts';
import { expect, test } from '../fixtures/test.ts';
import { User } from '../fixtures/user.ts';

test('preflight - the platform answers, and a test user can log in', async ({
  environment,
  target,
  deadlines,
  nobody,
  sockets,
  http,
  sessions,
  watch,
  releaseInUse,
}, info) => {
  info.setTimeout(deadlines.warmUp + 60_000);
  const report = await runPreflight({
    environment,
    target,
    deadlines,
    nobody,
    sockets,
    recorder: watch.recorder,
    login: async () => [
      new User(http, await sessions.of('A'), deadlines),
      new User(http, await sessions.of('B'), deadlines),
    ],
    useRelease: (release) => {
      releaseInUse.current = release;
      keepRelease(environment.shared, release);
    },
  });
  await info.attach('preflight.txt', {
    body: inert(redact(preflightText(report))),
    contentType: 'text/plain; charset=utf-8',
  });
  await info.attach(ATTACHMENT.preflight, { body: redact(JSON.stringify(report)), contentType: 'application/json' });
  const { stopped } = report;
  expect(
    stopped?.message ?? 'ready',
    because(stopped?.class ?? 'unknown', `preflight.${stopped?.why ?? 'ready'}`, stopped?.message ?? 'ready'),
  ).toBe('ready');
});
