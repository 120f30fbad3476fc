/** Runs what the documentation tells people to run, in a copy of the project, together with the files that it tells them to write. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { z } from 'zod';
import { blocksOf, PAGES } from '../docs/pages.ts';
import { PROOFS, type Proof } from '../docs/proofs.ts';
import { Workspace, type Ran } from '../workspace.ts';

// One after the other in one copy: a report is shown that a run has left.
base.describe.configure({ mode: 'serial', timeout: 600_000 });

const test = base.extend<object, { workspace: Workspace }>({
  workspace: [
    async ({}, use) => {
      const workspace = new Workspace();
      await use(workspace);
      workspace.remove();
    },
    { scope: 'worker' },
  ],
});

const of = <Kind extends Proof['kind']>(kind: Kind): [string, Extract<Proof, { kind: Kind }>][] =>
  Object.entries(PROOFS).flatMap(([command, proof]) =>
    proof.kind === kind ? [[command, proof as Extract<Proof, { kind: Kind }>]] : [],
  );

/** A code block that begins with a path is a file. */
const FILE = /^\/\/ (\S+\.ts)\n/;

const writeExamples = (workspace: Workspace): string[] =>
  PAGES.flatMap(blocksOf).flatMap(({ text }) => {
    const [head, path] = FILE.exec(text) ?? [];
    if (head === undefined || path === undefined) return [];
    mkdirSync(dirname(workspace.path(path)), { recursive: true });
    writeFileSync(workspace.path(path), `${text.slice(head.length)}\n`);
    return [path];
  });

/** What the pages say in words: the line of the catalogue, and the id in the model. */
const enterExample = (workspace: Workspace): void => {
  const line = PAGES.flatMap(blocksOf).find(({ text }) => text.startsWith("'P2-07': {"))?.text ?? '';
  const catalogue = workspace.path('src/contract/catalogue.ts');
  const before = readFileSync(catalogue, 'utf8');
  writeFileSync(
    catalogue,
    before.replace(/\n\} as const satisfies/, () => `\n${line}\n} as const satisfies`),
  );
  const file = workspace.path('impact.model.json');
  const model = z
    .looseObject({ capabilities: z.array(z.looseObject({ id: z.string(), tests: z.array(z.string()) })) })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  model.capabilities.find(({ id }) => id === 'live-experience')?.tests.push('P2-07');
  writeFileSync(file, JSON.stringify(model));
};

test('commands that end - do so with the code and the words that the page promises', async ({ workspace }) => {
  const examples = writeExamples(workspace);
  expect(examples).toEqual(['src/standin/faults/thread-title-shortened.ts', 'tests/p2/thread-title.spec.ts']);
  enterExample(workspace);
  for (const [command, { exit, says, variables = {} }] of of('runs')) {
    const ran = await workspace.shell(command, variables);
    expect(ran.output, command).toMatch(says);
    expect(ran.exitCode, `${command}\n${ran.output}`).toBe(exit);
  }
  // `npm run schemas` was one of them: what is published is current.
  expect(workspace.git('status', '--porcelain', 'src/reporter/schema', 'docs')).toBe('');
});

test('commands that stay - come up, and go when they are told to', async ({ workspace }) => {
  for (const [command, { says }] of of('serves')) {
    const given = command.replaceAll(/--(port|auth-port) \d+/g, '--$1 0');
    const running = workspace.start(given.startsWith('npx playwright show-report') ? `${given} --port 0` : given);
    await expect.poll(running.output, { message: command, timeout: 30_000 }).toMatch(says);
    await running.stop();
  }
});

test('commands that take long - are taken by the same program with the same options', async ({ workspace }) => {
  const asked = of('accepts').filter(([, { as }]) => !as.startsWith('npm ci'));
  const answers = new Map<string, Ran>();
  const waiting = [...new Set(asked.map(([, { as }]) => as))];
  const ask = async (): Promise<void> => {
    for (let as = waiting.shift(); as !== undefined; as = waiting.shift()) answers.set(as, await workspace.shell(as));
  };
  await Promise.all([ask(), ask()]);
  for (const [command, { as, says }] of asked) {
    expect(answers.get(as)?.output, command).toMatch(says);
    expect(answers.get(as)?.exitCode, `${as}\n${answers.get(as)?.output ?? ''}`).toBe(0);
  }
});

test('npm ci - finds the lock file and package.json in agreement', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goldenpath-install-'));
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(name, join(folder, name));
  const installs = of('accepts').filter(([, { as }]) => as.startsWith('npm ci'));
  for (const [command, { as, says }] of installs) {
    const { status, stdout, stderr } = spawnSync(as, { cwd: folder, encoding: 'utf8', shell: true });
    expect(status, stderr).toBe(0);
    expect(stdout, command).toMatch(says);
  }
  rmSync(folder, { recursive: true });
});
