/**
 * Nothing that a run leaves may hold a secret, however it fails. Runs the real command line with canaries in every variable that holds
 * a secret, against a target that echoes credentials wherever it can, and searches everything that is left.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { zipSync } from 'fflate';
import { signLocally } from '../../fixtures/tokens.ts';
import { startStandin } from '../../src/standin/start.ts';
import { FORMS, formsOf } from './forms.ts';
import { startMirror } from './mirror.ts';
import { Searcher } from './search.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');
const OUTPUT = join(ROOT, 'reports/checks');

/** Characters that look different in every form. */
const KEY = 'gpBypass+/="\\~7f3a91c2d8e4b6';
const SECRET = 'gpSigning?&=55e0c2b8d4f1a907c3e6b2d1';
const WEBHOOK = 'https://hooks.example.com/services/gpHook0042/deadbeef4242cafe';
const RECORD_KEY = 'gpRecord%20<>c0ffee12345678';

interface Ran {
  readonly output: string;
  readonly code: number | null;
}

const cli = async (
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ran> => {
  mkdirSync(folder, { recursive: true });
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      FORCE_COLOR: '0',
      GOLDENPATH_REPORTS: folder,
      GITHUB_STEP_SUMMARY: join(folder, 'step-summary.md'),
      E2E_RECORD_KEY: RECORD_KEY,
      E2E_NOTIFY_WEBHOOK: WEBHOOK,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  writeFileSync(join(folder, 'terminal.txt'), output);
  return { output, code };
};

/** A run with traces and a blob, and the merge of that blob. */
const run = async (
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Ran> => {
  const ran = await cli(folder, ['test', '--trace', 'on', '--add-reporter', 'blob', ...args], {
    PLAYWRIGHT_BLOB_OUTPUT_FILE: join(folder, 'blob', 'report.zip'),
    ...variables,
  });
  const blobs = join(folder, 'blob');
  const merged = await cli(join(folder, 'merged'), ['merge-reports', '-c', 'merge.config.ts', blobs], variables);
  expect(readdirSync(join(folder, 'merged')), merged.output).toContain('html');
  return ran;
};

const ARTIFACTS: readonly (readonly [RegExp, string])[] = [
  [/terminal\.txt$/, 'terminal'],
  [/step-summary\.md$/, 'GitHub summary'],
  [/blob\//, 'blob report'],
  [/html\/trace\//, 'trace viewer'],
  [/(?:html\/data\/.*|trace)\.zip$/, 'trace'],
  [/html\//, 'HTML report'],
  [/results\.json$/, 'JSON report'],
  [/junit\.xml$/, 'JUnit'],
  [/ctrf\.json$/, 'CTRF'],
  [/history\.jsonl$/, 'history'],
  [/impact\/evidence\//, 'evidence'],
  [/impact\/index\.html$/, 'impact page'],
  [/impact\/.*\.md$/, 'session report'],
  [/impact\//, 'record'],
  [/error-context\.md$/, 'error context'],
  [/test-results\//, 'attachments'],
];
const artifactOf = (path: string): string => ARTIFACTS.find(([pattern]) => pattern.test(path))?.[1] ?? `other: ${path}`;

const summary = (searcher: Searcher): string =>
  searcher.hits
    .slice(0, 20)
    .map(({ kind, form, where, around }) => `${kind}, ${form}, ${where}: ...${around}...`)
    .join('\n\n');

test.describe.configure({ mode: 'parallel', timeout: 360_000 });

test('the search itself - finds a canary in every form, in every container, at every alignment', () => {
  const canary = KEY;
  for (const form of FORMS)
    for (const [index, text] of formsOf(canary)[form].entries()) {
      const plain = Buffer.from(`before ${text} after`);
      const containers: Readonly<Record<string, Uint8Array>> = {
        text: plain,
        zip: zipSync({ 'a.txt': plain }),
        'zip in a zip': zipSync({ 'b.zip': zipSync({ 'a.txt': plain }) }),
        'base64 zip in a page': Buffer.from(
          `<html>data:application/zip;base64,${Buffer.from(zipSync({ 'a.txt': plain })).toString('base64')}</html>`,
        ),
        'base64 text in JSON': Buffer.from(
          JSON.stringify({ body: Buffer.from('x'.repeat(60) + plain.toString()).toString('base64') }),
        ),
      };
      for (const [name, bytes] of Object.entries(containers)) {
        const searcher = new Searcher({ canary: [canary] });
        searcher.file('planted', name, bytes);
        expect(searcher.hits.length, `${form} ${index} in ${name}`).toBeGreaterThan(0);
      }
    }
  const searcher = new Searcher({ canary: [canary] });
  searcher.file('clean', 'text', Buffer.from('gpBypass and [key 1a2b3c4d, 28 characters]'));
  searcher.file('planted', 'cut off', Buffer.from(`"${canary.slice(0, 16)}`));
  expect(searcher.hits.map(({ artifact, form }) => [artifact, form])).toEqual([['planted', 'plain']]);
});

/** Every kind of test where each has to do with a token; by night all of them. */
const MIRRORED =
  process.env['GOLDENPATH_CHECKS'] === 'all' ? [] : ['--grep', 'P1-(?:0[38]|16|21)|P2-0[146]|leaky\\.case'];

test('every kind of failure, with traces, blob and merge - no secret in any artifact', async ({}, info) => {
  const folder = info.outputPath('runs');
  const upstream = await startStandin({ bypassKey: KEY, secret: SECRET, heartbeatSeconds: 1 });
  const [mirror, mirrorAuth] = await Promise.all([startMirror(upstream.apiOrigin), startMirror(upstream.authOrigin)]);
  const tokens = await Promise.all(
    ['a', 'b'].map((name) =>
      signLocally(SECRET, `gp-canary-${name}@staging.netrasystems.ai`, `e2e-gp-canary-${name}`, 'staging'),
    ),
  );
  const keys = { E2E_OAUTH_SIMULATION_KEY: KEY, E2E_JWT_SECRET: SECRET };
  const suite = ['--project=preflight', '--project=p1-critical', '--grep'];

  const inSequence = async (): Promise<Ran[]> => [
    await run(join(folder, 'faults'), [...suite, 'preflight|P1-0[28]|P1-1[02]|P1-21'], {
      ...keys,
      STANDIN_FAULTS:
        'auth-refusal-leaks-token,rest-500-route:route=tools,agent-sse-error,rest-write-not-stored,session-refresh-reusable',
    }),
    await run(join(folder, 'no-token'), [], { ...keys, STANDIN_FAULTS: 'auth-test-login-refused' }),
    await run(join(folder, 'form'), ['--project=preflight', '--project=p2-high', '--grep', 'preflight|P2-05'], {
      ...keys,
      STANDIN_FAULTS: 'page-broken:what=sign-in:field=text',
    }),
    await run(join(folder, 'hidden-form'), ['--project=preflight', '--project=p2-high', '--grep', 'preflight|P2-05'], {
      ...keys,
      STANDIN_FAULTS: 'page-broken:what=sign-in:field=password',
    }),
    await run(join(folder, 'provided'), [...suite, 'preflight|P1-0[15]|P1-13'], {
      ...keys,
      STANDIN_FAULTS: 'err-stack-trace,thread-update-lost',
      STANDIN_SCENARIO: 'session-5',
      E2E_TOKEN_SOURCE: 'provided',
      E2E_TOKEN_A: String(tokens[0]),
      E2E_TOKEN_B: String(tokens[1]),
    }),
  ];
  const [mirrored, others] = await Promise.all([
    run(join(folder, 'mirror'), ['-c', 'checks/secrets/playwright.config.ts', ...MIRRORED], {
      ...keys,
      STANDIN_ORIGIN: mirror.origin,
      STANDIN_AUTH_ORIGIN: mirrorAuth.origin,
    }),
    inSequence(),
  ]);
  await Promise.all([mirror.close(), mirrorAuth.close(), upstream.close()]);

  const signature = (token: string): string => token.replace(/^.*\./, '');
  const searcher = new Searcher({
    'bypass key': [KEY],
    'signing secret': [SECRET],
    'record key': [RECORD_KEY],
    webhook: ['gpHook0042/deadbeef4242cafe'],
    'provided tokens': tokens.map(signature),
    'minted tokens': [...mirrorAuth.tokens].slice(0, 12).map(signature),
    'any token': [`${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.`],
  });
  searcher.folder(folder, artifactOf);
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(join(OUTPUT, 'canaries.md'), searcher.table());

  for (const { output, code } of [mirrored, ...others]) expect(code, output).toBe(1);
  for (const name of ['mirror', 'faults', 'no-token', 'form', 'hidden-form', 'provided'])
    for (const file of [
      'impact/run.json',
      'html/index.html',
      'results.json',
      'merged/impact/run.json',
      'blob/report.zip',
    ])
      expect(existsSync(join(folder, name, file)), `${name}/${file}`).toBe(true);
  expect(mirrored.output).not.toMatch(/\d+ passed/);
  expect(mirrorAuth.tokens.size).toBeGreaterThan(10);
  const artifacts = [...searcher.artifacts.keys()].sort();
  expect(artifacts).toEqual([...new Set(ARTIFACTS.map(([, name]) => name))].sort());
  expect(searcher.hits, summary(searcher)).toHaveLength(0);
});
