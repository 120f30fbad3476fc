/** The gate reads variables and options as the tests do: blank counts as unset, `.env` fills it, a mistake is named. */
import { expect, test } from './project.ts';
import { preflightOf, STAGING } from './samples.ts';

test.describe.configure({ timeout: 600_000 });

const KEY = '0123456789abcdef0123456789abcdef';

test('a blank E2E_RECORD_KEY in the shell - the one of .env checks the seal', async ({ project }) => {
  const mini = project();
  mini.write('.env', `E2E_RECORD_KEY=${KEY}\n`);
  await mini.test([], { E2E_RECORD_KEY: KEY });
  for (const blank of ['', '  '])
    expect(await mini.gate([], { E2E_RECORD_KEY: blank })).toMatchObject({
      exitCode: 0,
      output: expect.not.stringContaining('seal was not checked'),
    });
  mini.write('.env', 'E2E_RECORD_KEY=another-key\n');
  expect(await mini.gate([], { E2E_RECORD_KEY: '' })).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('its seal was not made with E2E_RECORD_KEY'),
  });
});

test('an empty --target, as a shell without the variables of .env gives it - no target, so the one of .env', async ({
  project,
}) => {
  const mini = project({ preflight: preflightOf(STAGING) });
  await mini.test();
  mini.write('.env', `E2E_BASE_URL=${STAGING.api}\n`);
  for (const args of [
    ['--target', ''],
    ['--target=  ', '--run-id', '', '--commit', '', '--record', ''],
  ])
    expect(await mini.gate(args)).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^GO$/m) });
  mini.write('.env', '');
  expect(await mini.gate(['--target', ''])).toMatchObject({
    exitCode: 5,
    output: expect.stringContaining('name the target you mean with --target or E2E_BASE_URL'),
  });
});

test('a mistake in the variables or in .env - MISUSE, named as for the tests, and without a stack', async ({
  project,
}) => {
  const mini = project();
  await mini.test();
  for (const [env, dotenv, says] of [
    [{ E2E_BASE_ULR: 'x' }, '', 'E2E_BASE_ULR is not a variable of goldenpath. Did you mean E2E_BASE_URL?'],
    [{ E2E_BASE_URL: '"https://x.example"' }, '', 'E2E_BASE_URL has a value of the wrong shape'],
    [{}, 'E2E_RECORD_KEY=gp#Secret\n', '.env is malformed in line 1'],
  ] as const) {
    mini.write('.env', dotenv);
    const { exitCode, output } = await mini.gate([], env);
    expect(exitCode, output).toBe(5);
    expect(output).toContain(says);
    expect(output).toMatch(/^MISUSE$/m);
    expect(output).not.toMatch(/Secret|^ +at /m);
  }
});
