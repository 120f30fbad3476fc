/** What a working copy looks like: which of its changes are changes of the suite, and what git hides. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from '@playwright/test';
import { CODE_FOLDERS, gitState } from '../../src/reporter/git.ts';

const ROOT = resolve(import.meta.dirname, '../..');

class Checkout {
  readonly folder: string;
  readonly #repository: string;

  /** `below`: the suite lies in this folder of a bigger repository. */
  constructor(repository: string, below = '') {
    this.#repository = repository;
    this.folder = join(repository, below);
    mkdirSync(this.folder, { recursive: true });
    this.git('init', '--quiet');
    this.write('playwright.config.ts', 'export default {};\n');
    this.write('tests/p1/chat.spec.ts', 'test(1);\n');
    this.write('fixtures/test.ts', 'export const test = 1;\n');
    this.write('docs/README.md', 'about\n');
    this.commit('suite');
  }

  write(name: string, content = 'x\n'): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), content);
  }

  git(...args: string[]): string {
    return execFileSync(
      'git',
      ['-c', 'user.name=c', '-c', 'user.email=c@c', '-c', 'protocol.file.allow=always', ...args],
      {
        cwd: this.#repository,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ).trim();
  }

  commit(subject: string): void {
    this.git('add', '--all', '--force');
    this.git('commit', '--quiet', '--no-verify', '-m', subject);
  }

  get head(): string {
    return this.git('rev-parse', 'HEAD');
  }
}

/** Variables of this process that a check changes; unset at first. */
class Variables {
  readonly #before: Readonly<Record<string, string | undefined>>;

  constructor(...names: string[]) {
    this.#before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    for (const name of names) Reflect.deleteProperty(process.env, name);
  }

  restore(): void {
    for (const [name, value] of Object.entries(this.#before))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  }
}

const TEST = 'tests/p1/chat.spec.ts';

const unchanged: readonly [title: string, change: (checkout: Checkout) => void][] = [
  ['nothing', () => undefined],
  ...[
    '.npm/_cacache/index',
    'staging-ca.pem',
    '.idea/workspace.xml',
    '.vscode/settings.json',
    '.DS_Store',
    'tests/.DS_Store',
    '.envrc',
    '.env',
    '.env.staging',
    'pnpm-lock.yaml',
    'yarn.lock',
    'allure-results/a.json',
    'reports/impact/run.json',
    'test-results/.last-run.json',
    'node_modules/zod/index.js',
    '.pnpm-store/v3/a.js',
    'scratch.ts',
    'notes/idea.ts',
    'tests/p1/chat.spec.ts.orig',
    'tests/p1/chat.spec.ts~',
    'tests/p1/.chat.spec.ts.swp',
    'Jenkinsfile',
    'coverage/lcov.info',
  ]
    .map((name) => [name, (checkout: Checkout) => checkout.write(name)] as const)
    .map(([name, change]): [string, (checkout: Checkout) => void] => [name, change]),
  ['line ends of Windows', (checkout) => checkout.write(TEST, 'test(1);\r\n')],
  ['a new time stamp', (checkout) => checkout.write(TEST, 'test(1);\n')],
];
for (const [title, change] of unchanged)
  test(`${title} in the working copy - no change of the suite`, ({}, info) => {
    const checkout = new Checkout(info.outputPath('suite'));
    change(checkout);
    expect(gitState(checkout.folder)).toEqual({ commit: checkout.head, dirty: false, detail: null });
  });

const changed: readonly [title: string, path: string, change: (checkout: Checkout) => void][] = [
  ['a changed test', TEST, (checkout) => checkout.write(TEST, 'test(2);\n')],
  ['a changed document', 'docs/README.md', (checkout) => checkout.write('docs/README.md', 'other\n')],
  ['a deleted test', TEST, (checkout) => rmSync(join(checkout.folder, TEST))],
  [
    'a change that is staged and a new file',
    'docs/new.md',
    (checkout) => {
      checkout.write('docs/new.md');
      checkout.git('add', 'docs/new.md');
    },
  ],
  ['an untracked test', 'tests/p1/more.spec.ts', (checkout) => checkout.write('tests/p1/more.spec.ts')],
  ['an untracked fixture', 'fixtures/more.mjs', (checkout) => checkout.write('fixtures/more.mjs')],
  ['other paths of imports', 'tests/tsconfig.json', (checkout) => checkout.write('tests/tsconfig.json', '{}')],
  ['packages beside the tests', 'tests/node_modules', (checkout) => checkout.write('tests/node_modules/zod/index.js')],
  ['a link in place of a folder', 'tests/p2', (checkout) => symlinkSync('/tmp', join(checkout.folder, 'tests/p2'))],
  [
    'a change that git is told to assume away',
    TEST,
    (checkout) => {
      checkout.git('update-index', '--assume-unchanged', TEST);
      checkout.write(TEST, 'empty\n');
    },
  ],
  [
    'a change outside of the work tree, as git is told',
    TEST,
    (checkout) => {
      checkout.git('update-index', '--skip-worktree', TEST);
      checkout.write(TEST, 'empty\n');
    },
  ],
  [
    'a sparse checkout that leaves a test out and another one in its place',
    TEST,
    (checkout) => {
      checkout.git('sparse-checkout', 'set', '--no-cone', '/*', '!/tests/');
      checkout.write(TEST, 'empty\n');
    },
  ],
  [
    'a test that git is told to ignore',
    'tests/p1/more.spec.ts',
    (checkout) => {
      appendFileSync(join(checkout.folder, '.git/info/exclude'), 'more.spec.ts\n');
      checkout.write('tests/p1/more.spec.ts');
    },
  ],
  [
    'a test that an untracked .gitignore ignores',
    'tests/p1/more.spec.ts',
    (checkout) => {
      checkout.write('tests/.gitignore', '*\n');
      checkout.write('tests/p1/more.spec.ts');
    },
  ],
  [
    'git status that is told to show no untracked files',
    'tests/p1/more.spec.ts',
    (checkout) => {
      checkout.git('config', 'status.showUntrackedFiles', 'no');
      checkout.write('tests/p1/more.spec.ts');
    },
  ],
  [
    'a filter that gives git the old content',
    TEST,
    (checkout) => {
      checkout.git('config', 'filter.old.clean', "echo 'test(1);'");
      appendFileSync(join(checkout.folder, '.git/info/attributes'), '*.spec.ts filter=old\n');
      checkout.write(TEST, 'empty\n');
    },
  ],
  [
    'a commit that stands in for HEAD',
    TEST,
    (checkout) => {
      const honest = checkout.head;
      checkout.write(TEST, 'empty\n');
      checkout.commit('empty');
      checkout.git('replace', honest, checkout.head);
      checkout.git('reset', '--quiet', '--soft', honest);
    },
  ],
];
for (const [title, path, change] of changed)
  test(`${title} - a change of the suite, named`, ({}, info) => {
    const checkout = new Checkout(info.outputPath('suite'));
    change(checkout);
    expect(gitState(checkout.folder)).toMatchObject({ dirty: true, detail: path });
  });

test('a suite in a folder of a bigger repository - its own files count, the rest does not', ({}, info) => {
  const checkout = new Checkout(info.outputPath('mono'), 'e2e/goldenpath');
  writeFileSync(info.outputPath('mono', 'app.ts'), 'the application');
  expect(gitState(checkout.folder)).toEqual({ commit: checkout.head, dirty: false, detail: null });
  checkout.write(TEST, 'test(2);\n');
  expect(gitState(checkout.folder)).toMatchObject({ dirty: true, detail: TEST });
});

test('a worktree, a shallow clone, a submodule - as any checkout', ({}, info) => {
  const checkout = new Checkout(info.outputPath('suite'));
  checkout.git('worktree', 'add', '--quiet', info.outputPath('worktree'));
  checkout.git('clone', '--quiet', '--depth=1', `file://${checkout.folder}`, info.outputPath('shallow'));
  const app = new Checkout(info.outputPath('app'));
  app.git('submodule', '--quiet', 'add', checkout.folder, 'e2e');
  app.commit('with the suite');
  for (const folder of ['worktree', 'shallow', 'app/e2e'])
    expect(gitState(info.outputPath(folder)), folder).toEqual({ commit: checkout.head, dirty: false, detail: null });
});

test('variables of git for another repository - not followed', ({}, info) => {
  const checkout = new Checkout(info.outputPath('suite'));
  const other = new Checkout(info.outputPath('other'));
  checkout.write(TEST, 'test(2);\n');
  process.env['GIT_DIR'] = join(other.folder, '.git');
  process.env['GIT_WORK_TREE'] = other.folder;
  try {
    expect(gitState(checkout.folder)).toMatchObject({ dirty: true, detail: TEST });
  } finally {
    delete process.env['GIT_DIR'];
    delete process.env['GIT_WORK_TREE'];
  }
  expect(gitState(checkout.folder)).toMatchObject({ commit: checkout.head });
});

test('no checkout, or one that does not track the suite - no commit of its own, and why', ({}, info) => {
  const app = new Checkout(info.outputPath('app'));
  mkdirSync(join(app.folder, 'unpacked/tests'), { recursive: true });
  writeFileSync(join(app.folder, 'unpacked/tests/a.spec.ts'), '');
  const given = new Variables('GITHUB_SHA', 'GIT_CEILING_DIRECTORIES');
  expect(gitState(join(app.folder, 'unpacked'))).toEqual({
    commit: null,
    dirty: null,
    detail: 'the git checkout around unpacked/ does not track the suite',
  });
  process.env['GITHUB_SHA'] = '1'.repeat(40);
  try {
    expect(gitState(app.folder).commit).toBe(app.head);
    rmSync(join(app.folder, '.git'), { recursive: true });
    process.env['GIT_CEILING_DIRECTORIES'] = dirname(app.folder);
    expect(gitState(app.folder)).toEqual({
      commit: '1'.repeat(40),
      dirty: null,
      detail: 'the suite is not in a git checkout',
    });
  } finally {
    given.restore();
  }
});

test('a checkout of another user, which git refuses - no commit, and the command that helps', ({}, info) => {
  const checkout = new Checkout(info.outputPath('suite'));
  process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1';
  process.env['GITHUB_SHA'] = '1'.repeat(40);
  try {
    const state = gitState(checkout.folder);
    expect(state).toMatchObject({ commit: null, dirty: null });
    expect(state.detail).toContain(`git config --global --add safe.directory ${checkout.folder}`);
  } finally {
    delete process.env['GITHUB_SHA'];
    delete process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'];
  }
});

/** Files of the project that these import, one leading to the next. */
const importedBy = (files: readonly string[]): ReadonlySet<string> => {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file) || !existsSync(file) || !file.endsWith('.ts')) return;
    seen.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g))
      if (name !== undefined) follow(resolve(dirname(file), name));
  };
  files.forEach(follow);
  return seen;
};

test('what a run imports - lies in the folders that are searched for untracked code', () => {
  const programs = ['playwright.config.ts', 'merge.config.ts', 'src/reporter/gate.ts', 'src/standin/main.ts'];
  const loaded = ['src/reporter/goldenpath-reporter.ts'];
  const tests = readdirSync(join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' }).map((name) => `tests/${name}`);
  const files = importedBy([...programs, ...loaded, ...tests].map((file) => join(ROOT, file)));
  const folders = [...files].map((file) => relative(ROOT, file).split(sep)).filter((parts) => parts.length > 1);
  expect([...new Set(folders.map(([folder]) => folder))].sort()).toEqual(CODE_FOLDERS);
});
