/** `npm run contract:diff`: silent about a target of the release, and naming each thing that another release does otherwise. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import ts from 'typescript';
import { DEFAULT_RELEASE } from '../../src/contract/releases.ts';
import { contractDiff, draftOf } from '../../src/conformance/diff.ts';
import type { Difference } from '../../src/conformance/difference.ts';
import { shapeOf } from '../../src/conformance/shape.ts';
import { clientsFor, newMarker } from '../../src/conformance/target.ts';
import type { Release } from '../../src/contract/release.ts';
import { beta17 } from '../../src/contract/releases/beta-17.ts';
import { beta9 } from '../../src/contract/releases/beta-9.ts';
import { environmentOf } from '../../fixtures/environment.ts';
import { DIALECTS } from '../../src/standin/dialects.ts';
import { startStandin } from '../../src/standin/start.ts';

/** What a stand-in that plays one release does otherwise than another says. */
const diff = async (played: Release, compared: Release, ...faults: string[]): Promise<readonly Difference[]> => {
  const dialect = DIALECTS.find(({ release }) => release === played);
  if (dialect === undefined) throw new Error(`the stand-in cannot play ${played.name}`);
  const standin = await startStandin({ dialect, faults });
  const environment = environmentOf({
    STANDIN_ORIGIN: standin.apiOrigin,
    STANDIN_AUTH_ORIGIN: standin.authOrigin,
    E2E_OAUTH_SIMULATION_KEY: standin.bypassKey,
  });
  const { target } = environment;
  if (target === undefined) throw new Error('no target');
  const { nobody, agents } = clientsFor(environment, target, () => DEFAULT_RELEASE);
  try {
    const socket = { url: target.ws, environment: environment.name, trust: agents.trust, withinMs: 3_000 };
    return await contractDiff(nobody, environment, socket, compared, newMarker());
  } finally {
    agents.close();
    await standin.close();
  }
};
const named = (differences: readonly Difference[]) => differences.map(({ at }) => at).sort();

for (const release of [beta9, beta17])
  test(`${release.name} beside itself - no difference`, async () => {
    expect(await diff(release, release)).toEqual([]);
  });

/** Deliberate differences of the release (src/contract/releases/beta-17.ts), by where they stand in a profile. */
const EXPECTED = [
  'health.agents',
  'health.live',
  'health.read',
  'health.ready',
  'own.profile',
  'own.sessions',
  'own.settings',
  'refusals.forbidden',
  'socket.aliases',
  'socket.eventBody',
  'socket.malformedCode',
  'socket.refusalCodes',
  'socket.refusalReason',
  'socket.signOfLife',
  'socket.transportTest',
  'socket.welcome',
  'sockets.beacon',
  'sockets.config',
  'sockets.health',
  'tokenClaims.jti',
];

test('beta-17 beside beta-9 - each deliberate difference by name, with the lines of a draft profile', async () => {
  const found = await diff(beta17, beta9);
  expect(named(found)).toEqual(EXPECTED);
  const draft = draftOf(found, beta9);
  for (const line of [
    "    'health.agents': 'not offered',",
    "    'own.profile': { path: '/api/v1/user/profile' },",
    "    'health.read': { success: z.looseObject({ status: z.literal('ok') }) },",
    '    forbidden: { ...before.refusals.forbidden, statuses: [401] },',
    "    eventBody: 'data',",
    "    malformedCode: 'JSON_PARSE_ERROR',",
  ])
    expect(draft).toContain(line);
  const options = { reportDiagnostics: true, compilerOptions: { target: ts.ScriptTarget.ESNext } };
  const wrong = ts.transpileModule(draft.join('\n'), options).diagnostics ?? [];
  expect(wrong.map(({ messageText }) => messageText)).toEqual([]);
  expect(JSON.stringify(found)).not.toMatch(/eyJ[\w-]{20}/);
});

test('one refusal of a kind that a target spells otherwise - named alone', async () => {
  const found = await diff(beta9, beta9, 'reply-status:on=GET /api/threads/{id}:of=404:to=410');
  expect(named(found)).toEqual(['refusals.unknown']);
});

test('a value - as the schema it would be an example of', () => {
  expect(shapeOf({ status: 'ok', at: 1.5, n: 2, list: [true], none: null, 'a-b': 'Some text' })).toBe(
    `z.looseObject({ status: z.literal('ok'), at: z.number(), n: z.int(), list: z.array(z.boolean()), none: z.null(), "a-b": z.string() })`,
  );
});

test('the program - exit code 0 without a difference, 2 for a contract that there is not', async () => {
  const program = async (...args: string[]) => {
    const child = spawn('npm', ['run', '--silent', 'contract:diff', '--', ...args], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'] },
    });
    let output = '';
    const add = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    return { exitCode: await new Promise((done) => child.once('close', done)), output: () => output };
  };
  const [same, other, unknown] = [
    await program('--contract', 'beta-9'),
    await program('--contract', 'beta-17'),
    await program('--contract', 'b3ta'),
  ];
  expect(same.output()).toContain('does not differ from beta-9');
  expect(other.output()).toContain('differs from beta-17 in');
  expect(unknown.output()).toContain('There is no such contract; there are beta-9, beta-17.');
  expect([same, other, unknown].map(({ exitCode }) => exitCode)).toEqual([0, 1, 2]);
});
