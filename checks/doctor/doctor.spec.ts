/** `npm run doctor` as people call it: on what is healthy, and on each thing that can be missing. */
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { performance } from 'node:perf_hooks';
import { expect, test as base } from '@playwright/test';
import { checkDetection } from '../../src/doctor/platform.ts';
import { closedPort } from '../../fixtures/closed-port.ts';
import { startExternal } from '../matrix/external-standin.ts';
import { Workspace, type Ran, type Variables } from '../workspace.ts';

/** Nobody waits longer for a word about a network that is dead. */
const PATIENCE_SECONDS = 15;

interface Examined extends Ran {
  readonly seconds: number;
}

const test = base.extend<
  { serve: (server: Server) => Promise<string> },
  { workspace: Workspace; examine: (variables?: Variables) => Promise<Examined> }
>({
  workspace: [
    async ({}, use) => {
      const workspace = new Workspace();
      await use(workspace);
      workspace.remove();
    },
    { scope: 'worker' },
  ],
  examine: [
    async ({ workspace }, use) => {
      await use(async (variables = {}) => {
        const begun = performance.now();
        const ran = await workspace.shell('npm run -s doctor', variables);
        return { ...ran, seconds: (performance.now() - begun) / 1_000 };
      });
    },
    { scope: 'worker' },
  ],
  serve: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (server) => {
      servers.push(server.listen(0, '127.0.0.1'));
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    for (const server of servers) server.close();
  },
});

/** What the doctor said of each thing. */
const outcomes = ({ output }: Ran): Record<string, string> =>
  Object.fromEntries(
    [...output.matchAll(/^(ok|FAIL|-) +([a-z0-9.-]+(?: [a-z]+)?) {2,}/gm)].map(([, sign = '', what = '']) => [
      what,
      sign,
    ]),
  );
const advice = ({ output }: Ran): string[] => output.match(/^ +do: .+$/gm) ?? [];

const at = (origin: string): Variables => ({
  E2E_BASE_URL: origin,
  E2E_AUTH_URL: origin,
  E2E_OAUTH_SIMULATION_KEY: 'canary-key-of-the-doctor',
});

test('the stand-in, without any set-up - all is well', async ({ examine }) => {
  const ran = await examine();
  expect(outcomes(ran), ran.output).toEqual({
    node: 'ok',
    chromium: 'ok',
    reports: 'ok',
    variables: 'ok',
    dns: 'ok',
    tcp: 'ok',
    tls: '-',
    health: 'ok',
    target: 'ok',
    clock: 'ok',
    'auth service': 'ok',
    token: 'ok',
    'token-accepted': 'ok',
    contract: 'ok',
    socket: 'ok',
    'ws-health': 'ok',
    'e2e detection': 'ok',
  });
  expect(advice(ran)).toEqual([]);
  expect(ran.exitCode).toBe(0);
});

test('a port that nobody listens on - one layer is named, the rest is not blamed', async ({ examine }) => {
  const ran = await examine(at(await closedPort()));
  expect(outcomes(ran), ran.output).toMatchObject({ dns: 'ok', tcp: 'FAIL', tls: '-', health: '-', token: '-' });
  expect(advice(ran)).toHaveLength(2);
  expect(ran.exitCode).toBe(1);
  expect(ran.seconds).toBeLessThan(PATIENCE_SECONDS);
});

test('a name that does not exist - the name is what is wrong', async ({ examine }) => {
  const hosts = ['api', 'auth', 'app'].map((name) => `${name}.nowhere.invalid`);
  const ran = await examine({ E2E_BASE_URL: `https://${hosts[0] ?? ''}`, E2E_ALLOWED_HOSTS: hosts.join(',') });
  expect(outcomes(ran), ran.output).toMatchObject({ dns: 'FAIL', tcp: '-', tls: '-', 'auth service': 'FAIL' });
  expect(ran.exitCode).toBe(1);
  expect(ran.seconds).toBeLessThan(PATIENCE_SECONDS);
});

test('hosts that take connections and never answer - said in time', async ({ examine, serve }) => {
  const ran = await examine(at(await serve(createTcpServer(() => undefined))));
  expect(outcomes(ran), ran.output).toMatchObject({ tcp: 'ok', health: 'FAIL', 'auth service': 'FAIL' });
  expect(ran.exitCode).toBe(1);
  expect(ran.seconds).toBeLessThan(PATIENCE_SECONDS);
});

test('a wrong key, then none - the token is what is missing, and the key is not shown', async ({ examine }, info) => {
  const standin = await startExternal('.', info.outputPath(), { PATH: process.env['PATH'] ?? '' }, false);
  const { E2E_BASE_URL = '', E2E_AUTH_URL = '' } = standin.variables;
  const wrong = await examine({ ...at(E2E_BASE_URL), E2E_AUTH_URL });
  expect(outcomes(wrong), wrong.output).toMatchObject({ health: 'ok', token: 'FAIL', socket: '-' });
  expect(wrong.output).toContain('the auth service refused E2E_OAUTH_SIMULATION_KEY with 401');
  expect(wrong.output).not.toContain('canary-key');
  expect(wrong.exitCode).toBe(1);
  const none = await examine({ E2E_BASE_URL, E2E_AUTH_URL });
  expect(none.output).toContain('E2E_OAUTH_SIMULATION_KEY is not set');
  expect(none.exitCode).toBe(1);
  await standin.stop();
});

test('a socket that is refused - HTTP is well, the socket is not', async ({ examine }) => {
  const ran = await examine({ STANDIN_SCENARIO: 'session-5' });
  expect(outcomes(ran), ran.output).toMatchObject({ token: 'ok', socket: 'FAIL' });
  expect(ran.output).toContain('closed by the server: 1011 "Internal error"');
  expect(ran.exitCode).toBe(1);
});

test('a variable that nobody knows - is named, and nothing else is tried', async ({ examine }) => {
  const ran = await examine({ E2E_BASEURL: 'https://api.staging.example.com' });
  expect(outcomes(ran), ran.output).toEqual({ node: 'ok', chromium: 'ok', reports: 'ok', variables: 'FAIL' });
  expect(ran.output).toContain('Did you mean E2E_BASE_URL?');
  expect(ran.exitCode).toBe(1);
});

test('a folder that cannot be written - is named', async ({ examine }) => {
  const ran = await examine({ GOLDENPATH_REPORTS: 'package.json/reports' });
  expect(outcomes(ran), ran.output).toMatchObject({ reports: 'FAIL', socket: 'ok' });
  expect(ran.exitCode).toBe(1);
});

test('a clock that is wrong - is measured', async ({ examine, serve }) => {
  const ahead: RequestListener = (_, response) =>
    response
      .writeHead(503, { date: new Date(Date.now() + 120_000).toUTCString(), 'content-type': 'application/json' })
      .end('{}');
  const ran = await examine(at(await serve(createHttpServer({}, ahead))));
  expect(outcomes(ran), ran.output).toMatchObject({ clock: 'FAIL' });
  expect(ran.output).toMatch(/this machine is 1(?:19|20|21) s behind/);
});

test('a server that contradicts its own variables about being under test - is reported', () => {
  const variables = {
    E2E_TESTING: null,
    PYTEST_RUNNING: null,
    STAGING_E2E_TEST: null,
    E2E_OAUTH_SIMULATION_KEY: null,
    E2E_TEST_ENV: null,
  };
  const said = (enabled: boolean) =>
    checkDetection({
      detection: { sent: { 'X-E2E-Test': 'true' }, server: { enabled, variables, auth_bypass_active: enabled } },
      wsHealth: {},
    }).outcome;
  expect(said(false)).toBe('ok');
  expect(said(true)).toBe('failed');
});
