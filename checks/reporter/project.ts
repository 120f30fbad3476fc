/** Mini projects with the real catalogue ids, run through Playwright's real command line, directly or by blob merge. */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test as base } from '@playwright/test';
import { z } from 'zod';
import { runRecord } from '../../src/reporter/record.ts';
import type { RunRecord } from '../../src/reporter/record.ts';
import { ANNOTATION, ATTACHMENT } from '../../src/evidence/annotations.ts';
import { CATALOGUE, SECURITY, type CatalogueEntry } from '../../src/contract/catalogue.ts';
import { partOf, preflightOf } from './samples.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');

export type Via = 'direct' | 'merged';
export const VIAS: readonly Via[] = ['direct', 'merged'];

export interface Design {
  /** Bodies of single tests; all others pass. `null` leaves the test out. */
  readonly tests?: Readonly<Record<string, string | null>>;
  /** Statements before the tests of the main file. */
  readonly prelude?: string;
  /** The tests say nothing of what they did on the wire. */
  readonly silent?: boolean;
  /** Body of the preflight test; default: attaches a report of a healthy stand-in. */
  readonly preflight?: string | null;
  /** Further members of the config. */
  readonly config?: string;
  /** Further reporters, in front of goldenpath's and behind it. */
  readonly before?: string;
  readonly after?: string;
  /** Further files of the project. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further options of the reporter. */
  readonly options?: string;
}

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

const impact = z.looseObject({
  verdict: z.string(),
  shown: z.string(),
  sentence: z.string(),
  reasons: z.array(z.string()),
  exposure: z.looseObject({ confirmed: z.number(), unverified: z.number(), tier: z.number() }),
  counts: z.record(z.string(), z.number()),
  readings: z.record(z.string(), z.looseObject({ passed: z.number(), of: z.number() })),
});

const start = (file: string, args: readonly string[], cwd: string, env: Record<string, string>): Promise<Ran> =>
  new Promise((done) => {
    // The outer run must not leak into the inner one.
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(E2E_|STANDIN_|TEST_|PW|PLAYWRIGHT_|GITHUB_|CI$|FORCE_COLOR)/.test(name),
      ),
    );
    execFile(
      file,
      args,
      { cwd, env: { ...clean, LC_ALL: 'C.UTF-8', ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        done({ exitCode, output: stdout + stderr });
      },
    );
  });

/** Tests without which no run can be a GO. */
const isJudged = ({ priority, capability }: CatalogueEntry): boolean =>
  priority === 'P1' || SECURITY.includes(capability);

/** Says of every test that it spoke with the platform, as the fixtures of the suite do. */
const EXCHANGES = `test.beforeEach(({}, info) => {
  const said = { test: info.title.split(' ')[0], attempt: info.retry, requests: 3, sockets: 1, pages: 0 };
  info.annotations.push({ type: '${ANNOTATION.own}', description: JSON.stringify(said) });
});`;

/** Parts of each claim that declares some, as a passed test shows them. */
const PARTS = Object.fromEntries(
  CATALOGUE.filter(({ parts }) => parts.length > 0).map(({ id, parts }) => [id, parts.map((name) => partOf(name))]),
);

/** Says of every passed test that its parts are verified, unless it attached something itself. */
const SHOWN = `const PARTS = ${JSON.stringify(PARTS)};
test.afterEach(async ({}, info) => {
  const id = info.title.split(' ')[0];
  if (PARTS[id] === undefined || info.status !== 'passed' || info.attachments.some(({ name }) => name === '${ATTACHMENT.parts}')) return;
  const body = JSON.stringify({ version: 1, test: id, attempt: info.retry, parts: PARTS[id], given: null });
  await info.attach('${ATTACHMENT.parts}', { body, contentType: 'application/json' });
});`;

const specFile = (design: Design): string => {
  const bodies = CATALOGUE.filter(isJudged).flatMap((entry) => {
    const body = design.tests?.[entry.id];
    if (body === null) return [];
    const claim = JSON.stringify(`${entry.id} ${entry.name} - as promised`);
    return [`test(${claim}, async ({}, info) => { ${body ?? 'expect(1 + 1).toBe(2);'} });`];
  });
  return `import { test, expect } from '@playwright/test';\n${design.silent === true ? '' : EXCHANGES}\n${SHOWN}\n${design.prelude ?? ''}\nvoid expect;\n${bodies.join('\n')}\n`;
};

const configFile = (design: Design, reporters: string): string => `
import { defineConfig } from '@playwright/test';
const options = { runId: process.env.E2E_RUN_ID || undefined, modelFile: process.env.E2E_IMPACT_MODEL || ${JSON.stringify(join(ROOT, 'impact.model.json'))}, ${design.options ?? ''} };
const goldenpath = [${JSON.stringify(join(ROOT, 'src/reporter/goldenpath-reporter.ts'))}, options];
export default defineConfig({
  testDir: './tests', fullyParallel: true, workers: 1, outputDir: 'test-results',
  reporter: [${reporters}],
  projects: [
    { name: 'preflight', testMatch: 'preflight.spec.ts' },
    { name: 'p1-critical', testMatch: 'p1.spec.ts', dependencies: ['preflight'] },
  ],
  ${design.config ?? ''}
});
`;

export class MiniProject {
  readonly folder: string;
  private shardRuns = 0;

  constructor(design: Design = {}) {
    mkdirSync(join(ROOT, 'reports/checks/mini'), { recursive: true });
    this.folder = mkdtempSync(join(ROOT, 'reports/checks/mini/p-'));
    const json = `['json', { outputFile: 'reports/results.json' }]`;
    const blob = `...(process.env.MINI_BLOB ? [['blob', { outputFile: process.env.MINI_BLOB }]] : [])`;
    const list = `['list']`;
    this.write(
      'playwright.config.ts',
      configFile(design, `${list}, ${json}, ${blob}, ${design.before ?? ''} goldenpath, ${design.after ?? ''}`),
    );
    this.write(
      'merge.config.ts',
      configFile(design, `${json}, ${design.before ?? ''} goldenpath, ${design.after ?? ''}`),
    );
    if (design.preflight !== null)
      this.write(
        'tests/preflight.spec.ts',
        `import { test } from '@playwright/test';\ntest('preflight', async ({}, info) => { ${design.preflight ?? preflightOf()} });\n`,
      );
    this.write('tests/p1.spec.ts', specFile(design));
    for (const [name, content] of Object.entries(design.files ?? {})) this.write(name, content);
    // A repository of its own: commits of other people do not reach into the check.
    this.write('.gitignore', '*\n!/tests/\n!/tests/**\n!/*.ts\n!/.gitignore\n');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=c', '-c', 'user.email=c@c', ...args], { cwd: this.folder });
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--no-verify', '-m', 'mini project');
  }

  write(name: string, content: string): void {
    const file = join(this.folder, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  test(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
    return start(process.execPath, [CLI, 'test', ...args], this.folder, env);
  }

  /** The same run, started in another folder. */
  testFrom(folder: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
    return start(
      process.execPath,
      [CLI, 'test', '-c', join(this.folder, 'playwright.config.ts'), ...args],
      folder,
      env,
    );
  }

  /** The run or the gate with its output read by another program; the exit code is that of ours. */
  piped(what: 'test' | 'gate', reader: string): Promise<Ran> {
    const tsx = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
    const ours =
      what === 'test'
        ? [CLI, 'test']
        : ['--import', tsx, join(ROOT, 'src/reporter/gate.ts'), '--model', join(ROOT, 'impact.model.json')];
    const script = '"$@" 2>&1 | ' + reader + '; exit "${PIPESTATUS[0]}"';
    return start('bash', ['-c', script, 'piped', process.execPath, ...ours], this.folder, {});
  }

  /** What has to have happened before a run with these arguments means anything. */
  async prepare(args: readonly string[] = []): Promise<void> {
    if (args.includes('--last-failed')) await this.test();
  }

  /** Runs one shard, or everything, into a blob. */
  blob(name: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
    this.shardRuns += 1;
    const own = `blob-of-${this.shardRuns}`;
    return this.test(args, { E2E_RUN_ID: 'run-of-the-check', ...env, MINI_BLOB: `${own}/${name}.zip` }).then((ran) => {
      if (this.has(own)) cpSync(join(this.folder, own), join(this.folder, 'blobs'), { recursive: true });
      return ran;
    });
  }

  merge(env: Record<string, string> = {}): Promise<Ran> {
    rmSync(join(this.folder, 'reports'), { recursive: true, force: true });
    return start(process.execPath, [CLI, 'merge-reports', '-c', 'merge.config.ts', 'blobs'], this.folder, env);
  }

  /** The whole run, directly or in two shards that are merged. */
  async run(via: Via, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
    if (via === 'direct') return this.test(args, env);
    await this.blob('one', [...args, '--shard=1/2'], env);
    await this.blob('two', [...args, '--shard=2/2'], env);
    return this.merge(env);
  }

  gate(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
    const tsx = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
    const model = ['--model', join(ROOT, 'impact.model.json')];
    const given = args.includes('--model') ? args : [...model, ...args];
    return start(process.execPath, ['--import', tsx, join(ROOT, 'src/reporter/gate.ts'), ...given], this.folder, env);
  }

  get record(): RunRecord {
    return runRecord.parse(JSON.parse(this.read('reports/impact/run.json')));
  }

  get impact(): z.infer<typeof impact> {
    return impact.parse(JSON.parse(this.read('reports/impact/impact.json')));
  }

  blobs(): string[] {
    return readdirSync(join(this.folder, 'blobs'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const test = base.extend<{ project: (design?: Design) => MiniProject }>({
  project: async ({}, use, info) => {
    const made: MiniProject[] = [];
    await use((design) => {
      const project = new MiniProject(design);
      made.push(project);
      return project;
    });
    // What a failed check leaves is worth looking at.
    if (info.status === info.expectedStatus) for (const project of made) project.remove();
  },
});
export { expect } from '@playwright/test';
