import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { call, failureOf, mint, socket } from './plain-client.ts';
import { run, type Program } from './program.ts';
import { expect, test as base } from './standin-fixture.ts';

const test = base.extend<{ program: (args?: string[], env?: Record<string, string>) => Program }>({
  program: async ({}, use) => {
    const started: Program[] = [];
    await use((args = [], env = {}) => {
      const program = run(args, env);
      started.push(program);
      return program;
    });
    for (const { child } of started) child.kill('SIGKILL');
  },
});

test('a start by a program - the first line, nothing else with --quiet, both hosts answer', async ({ program }) => {
  const standin = program(['--quiet', '--port', '0']);
  const { port, apiOrigin, authOrigin, appOrigin } = await standin.ready();
  expect(standin.output()).toBe(`standin ready: port ${port} api ${apiOrigin} auth ${authOrigin} app ${appOrigin}\n`);
  expect(apiOrigin).toBe(`http://127.0.0.1:${port}`);
  expect((await call(apiOrigin, 'GET', '/health')).status).toBe(200);
  expect((await call(authOrigin, 'GET', '/health')).status).toBe(200);
});

test('a start by a person - says how to point .env at it, with the key only when asked or to a terminal', async ({
  program,
}) => {
  const [silent, telling, given] = [
    program(),
    program(['--print-key']),
    program(['--print-key'], { E2E_OAUTH_SIMULATION_KEY: 'key-of-the-environment' }),
  ];
  const { apiOrigin } = await telling.ready();
  await Promise.all([silent.ready(), given.ready()]);
  expect(telling.output()).toContain(`E2E_BASE_URL=${apiOrigin}\n`);
  expect(telling.output()).toMatch(/E2E_OAUTH_SIMULATION_KEY=[\w-]{32}\n/);
  expect(silent.output()).not.toMatch(/E2E_OAUTH_SIMULATION_KEY=[\w-]{32}\n/);
  expect(given.output()).not.toContain('key-of-the-environment');
});

test('the environment sets key, secret, heartbeat and faults', async ({ program }) => {
  const env = {
    E2E_OAUTH_SIMULATION_KEY: 'k1',
    E2E_JWT_SECRET: 's1',
    STANDIN_HEARTBEAT_SECONDS: '2',
    STANDIN_FAULTS: 'ws-close-1011-after-accept:delay=10, control-e2e-flag',
  };
  const origins = await program(['--quiet'], env).ready();
  const user = await mint({ ...origins, bypassKey: 'k1', secret: 's1' });
  const line = socket(origins.apiOrigin, { token: user.token });
  expect(await line.closed()).toMatchObject({ code: 1011, reason: 'Internal error' });
  expect((await call(origins.apiOrigin, 'GET', '/ws/config')).text).toContain('"heartbeat_interval_seconds":2');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} - sockets closed 1001, exit 0 within a second, the port is free`, async ({ program }) => {
    const standin = program(['--quiet'], { E2E_OAUTH_SIMULATION_KEY: 'k' });
    const origins = await standin.ready();
    const user = await mint({ ...origins, bypassKey: 'k', secret: '' });
    const line = socket(origins.apiOrigin, { token: user.token });
    await line.welcome();
    const begun = Date.now();
    standin.child.kill(signal);
    expect((await line.closed()).code).toBe(1001);
    expect(await standin.exit()).toBe(0);
    expect(Date.now() - begun).toBeLessThan(1_500);
    expect(await failureOf(call(origins.apiOrigin, 'GET', '/health'))).toBe('ECONNREFUSED');
  });
}

test('whoever started it is gone - with --quiet it goes too', async ({ program }) => {
  const standin = program(['--quiet']);
  await standin.ready();
  standin.child.stdin?.destroy();
  expect(await standin.exit()).toBe(0);
});

test('the shell that started it is killed - the orphan goes too, its input being no pipe', async () => {
  const command = 'node --import tsx src/standin/main.ts --quiet < /dev/null & wait';
  const shell = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const origin = /api (\S+)/.exec(line.toString())?.[1] ?? '';
  expect((await call(origin, 'GET', '/health')).status).toBe(200);
  shell.kill('SIGKILL');
  await expect.poll(() => failureOf(call(origin, 'GET', '/health')), { timeout: 8_000 }).toBe('ECONNREFUSED');
});

test('a port that is taken - one message that says what to do, exit 1', async ({ program }) => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  const { port } = squatter.address() as AddressInfo;
  for (const option of ['--port', '--auth-port']) {
    const standin = program([option, String(port)]);
    expect(await standin.exit()).toBe(1);
    expect(standin.errors()).toContain(`port ${port} is in use`);
    expect(standin.errors()).toContain('--auth-port');
    expect(standin.output()).toBe('');
  }
  squatter.close();
});

const refused: [string, string[], string][] = [
  ['an unknown fault', ['--fault', 'ws-mut'], 'ws-mute'],
  ['an unknown scenario', ['--scenario', 'session5'], 'session-5'],
  ['an unknown parameter', ['--fault', 'ws-close-1011-after-accept:dealy=1'], 'delay'],
  ['a malformed parameter', ['--fault', 'ws-close-1011-after-accept:delay=x'], 'delay'],
  ['a malformed scope', ['--fault', 'ws-mute:nth=0'], 'nth'],
  ['no key=value', ['--fault', 'ws-mute:delay'], 'key=value'],
  ['an unknown option', ['--prot', '1'], '--port'],
  ['a malformed port', ['--port', 'x'], '--port'],
];
for (const [what, args, hint] of refused) {
  test(`${what} - exit 2, and what was probably meant`, async ({ program }) => {
    const standin = program(args);
    expect(await standin.exit()).toBe(2);
    expect(standin.errors()).toContain(hint);
    expect(standin.output()).toBe('');
  });
}
