/** A copy of the project as it stands, in a repository of its own, for checks that run what users run. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

export type Variables = Readonly<Record<string, string>>;

/** The environment of a user without any setting of ours, of CI or of the check around. */
const CLEAN = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(?:E2E|STANDIN|GOLDENPATH|PLAYWRIGHT|PW|GITHUB|CI|TEST|npm)_|^CI$|^NODE_OPTIONS$|^FORCE_COLOR$/i.test(
        entry[0],
      ),
  ),
);

/** The installed packages are lent, so nothing may install: this `npm` leaves `ci` and `install` out and says so. */
const NPM = `#!/bin/sh
case "$1" in
  ci|install) echo "npm $1: the packages are there" ;;
  *) exec "$GOLDENPATH_REAL_NPM" "$@" ;;
esac
`;

export class Workspace {
  readonly folder: string;
  readonly #bin: string;
  readonly #running: ChildProcess[] = [];

  /** With `from`: a clone, of the same commit and without what was left in the other's folder. */
  constructor(from?: Workspace) {
    this.folder = mkdtempSync(join(tmpdir(), 'goldenpath-'));
    if (from === undefined) this.#copyProject();
    else execFileSync('git', ['clone', '--quiet', from.folder, this.folder]);
    symlinkSync(join(ROOT, 'node_modules'), this.path('node_modules'), 'dir');
    writeFileSync(this.path('.git', 'info', 'exclude'), 'node_modules\n');
    this.#bin = this.path('.git', 'bin');
    mkdirSync(this.#bin);
    writeFileSync(join(this.#bin, 'npm'), NPM, { mode: 0o755 });
  }

  #copyProject(): void {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    for (const name of listed.split('\0'))
      // A file that was deleted and not yet committed is still in the index.
      if (name !== '' && existsSync(join(ROOT, name))) cpSync(join(ROOT, name), this.path(name), { recursive: true });
    this.git('init', '--quiet');
    this.git('add', '--all');
    this.git('commit', '--quiet', '--no-verify', '-m', 'as it stands');
  }

  git(...args: string[]): string {
    return execFileSync('git', ['-c', 'user.name=check', '-c', 'user.email=check@example.com', ...args], {
      cwd: this.folder,
      encoding: 'utf8',
    }).trim();
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Runs a script as CI services do: the first failing line ends it. */
  shell(script: string, variables: Variables = {}): Promise<Ran> {
    const { child, output } = this.#spawn(script, variables);
    return new Promise((done, failed) => {
      child.once('error', failed).once('close', (code) => done({ exitCode: code ?? 143, output: output() }));
    });
  }

  /** The same for a program that stays until it is told to go, as by Ctrl-C. */
  start(script: string, variables: Variables = {}): { output: () => string; stop: () => Promise<void> } {
    const { child, output } = this.#spawn(script, variables);
    const gone = once(child, 'close');
    return {
      output,
      stop: async () => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
        await gone;
      },
    };
  }

  #spawn(script: string, variables: Variables): { child: ChildProcess; output: () => string } {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: this.folder,
      env: {
        ...CLEAN,
        LC_ALL: 'C.UTF-8',
        ...variables,
        GOLDENPATH_REAL_NPM: join(dirname(process.execPath), 'npm'),
        PATH: [this.#bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches a whole group.
      detached: true,
    });
    this.#running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    return { child, output: () => output };
  }

  /** What is still running is told to end first. */
  remove(): void {
    for (const { pid, exitCode, signalCode } of this.#running)
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
