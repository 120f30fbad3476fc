/** `npm run conformance`: silent about a server that keeps the contract, and naming the endpoint of one that does not. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { ENDPOINTS } from '../../src/contract/endpoints.ts';
import { checkConformance } from '../../src/conformance/check.ts';
import type { Row } from '../../src/conformance/row.ts';
import { closedPort } from '../../fixtures/closed-port.ts';
import { environmentOf } from '../../fixtures/environment.ts';
import { dialect as beta17 } from '../../src/standin/dialects/beta-17.ts';
import { startStandin, type StandinOptions } from '../../src/standin/start.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The rows for a stand-in with these faults. */
const rowsOf = (...faults: string[]): Promise<readonly Row[]> => rowsFor({ faults });

const rowsFor = async (options: StandinOptions): Promise<readonly Row[]> => {
  const standin = await startStandin(options);
  try {
    const environment = environmentOf({
      STANDIN_ORIGIN: standin.apiOrigin,
      STANDIN_AUTH_ORIGIN: standin.authOrigin,
      E2E_OAUTH_SIMULATION_KEY: standin.bypassKey,
    });
    if (environment.target === undefined) throw new Error('no target');
    return (await checkConformance(environment, environment.target)).rows;
  } finally {
    await standin.close();
  }
};
const differing = (rows: readonly Row[]): Record<string, readonly string[]> =>
  Object.fromEntries(rows.flatMap(({ id, differences }) => (differences.length === 0 ? [] : [[id, differences]])));

/** The program as people call it: nothing of this machine's own settings. */
const conformance = async (args: readonly string[], variables: Record<string, string> = {}) => {
  const child = spawn('npm', ['run', '--silent', 'conformance', '--', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...variables },
  });
  let output = '';
  const add = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const exitCode = await new Promise((done) => child.once('close', done));
  return { exitCode, output };
};

test('the embedded stand-in - keeps the contract: a line for each endpoint, exit code 0', async () => {
  const { exitCode, output } = await conformance([]);
  for (const { id, method } of ENDPOINTS) expect(output).toMatch(new RegExp(`^ok +${id} +${method} `, 'm'));
  for (const id of ['ws.welcome', 'ws.ping', 'ws.chat', 'ws.refusal'])
    expect(output).toMatch(new RegExp(`^ok +${id} `, 'm'));
  expect(output).toMatch(/keeps the contract: \d+ checked, 1 of them not in full, with \d+ checks\.\n$/);
  expect(exitCode).toBe(0);
});

test('another release, found by its marks - keeps its own contract', async () => {
  const rows = await rowsFor({ dialect: beta17 });
  expect(differing(rows)).toEqual({});
  expect(rows.map(({ what }) => what)).toContain('GET /api/v1/user/profile');
});

test('an endpoint that takes forged tokens - named, with who was served; exit code 1', async () => {
  const { exitCode, output } = await conformance([], {
    STANDIN_FAULTS: 'access-open:on=POST /api/agents/start:to=forged',
  });
  expect(output).toMatch(
    /^DIFF agents\.start +POST \/api\/agents\/start .*\n +forged token, with the detection headers: POST .* -> 200 .* expected 401/m,
  );
  expect(output).toMatch(/differs from the contract in 1 of \d+: agents\.start\n$/);
  expect(output).not.toMatch(/eyJ/);
  expect(exitCode).toBe(1);
});

/** A fault, the endpoints that differ by it, and the words for one of them. */
const FAULTS: readonly (readonly [fault: string, ids: readonly string[], words: RegExp])[] = [
  ['rest-500-route:route=profile', ['own.profile'], /^rightful user, with the detection headers: GET .* -> 500/],
  ['reply-field:on=GET /api/users/settings:at=/theme:op=drop', ['own.settings'], /theme/],
  ['access-open:on=GET /api/tools:to=anonymous', ['tools.list'], /^no token, .* -> 200/],
  ['reply-status:on=GET /api/tools/categories:to=201', ['tools.categories'], /-> 201/],
  [
    'reply-status:on=GET /api/tools:with=x-e2e-test:to=500',
    ['tools.list'],
    /^rightful user, with the detection headers: .* -> 500/,
  ],
  [
    'auth-ws-bad-token-accepted',
    ['ws.refusal'],
    /^a token that is none, with the detection headers: .* welcomed, expected the refusal/,
  ],
  ['ws-subprotocol-token-unread', ['ws.welcome'], /^by subprotocol, with the detection headers/],
  ['frame-lost:on=socket:type=pong', ['ws.ping'], /^rightful user: no reply to ping/],
  ['reply-field:on=POST /auth/refresh:at=/expires_in:op=drop', ['auth.refresh'], /expires_in/],
];
for (const [fault, ids, words] of FAULTS)
  test(`${fault} - differs in ${ids.join(', ')} alone`, async () => {
    const found = differing(await rowsOf(fault));
    expect(Object.keys(found)).toEqual(ids);
    expect(Object.values(found).flat()[0]).toMatch(words);
  });

test('an endpoint that makes nothing - what needs it is not checked, and is not what differs', async () => {
  const rows = await rowsOf('reply-field:on=POST /api/threads:at=/id:op=drop');
  expect(Object.keys(differing(rows))).toEqual(['threads.create']);
  const read = rows.find(({ id }) => id === 'threads.read');
  expect([...(read?.unchecked ?? [])]).toEqual(['threads.read needs a thread, and no endpoint before it made one']);
});

test('an argument that is no URL, or one too many - said, with the usage and without the argument; exit code 2', async () => {
  for (const args of [['stag1ng'], ['ftp://stag1ng'], ['https://stag1ng', 'https://more']]) {
    const { exitCode, output } = await conformance(args);
    expect(output).toMatch(
      /^conformance: (?:The argument is no http or https URL|One URL at most)\.\nUsage: npm run conformance/,
    );
    expect(output).not.toContain('stag1ng');
    expect(exitCode).toBe(2);
  }
});

test('a host that may not receive secrets, and one that does not answer - said; exit code 2', async () => {
  const settings = { E2E_AUTH_URL: 'http://127.0.0.1:9', E2E_OAUTH_SIMULATION_KEY: 'key-of-the-check' };
  const foreign = await conformance(['https://api.elsewhere.example'], settings);
  expect(foreign.output).toMatch(/^conformance: .*E2E_ALLOWED_HOSTS|^conformance: .*E2E_FRONTEND_URL/);
  expect(foreign.exitCode).toBe(2);
  const dead = await conformance([await closedPort()], settings);
  expect(dead.output).toMatch(/^conformance: 127\.0\.0\.1:\d+ is down: /m);
  expect(dead.exitCode).toBe(2);
});
