/**
 * The commit of the suite that made a record, and whether its files are those of the commit. Files are compared by
 * content with the tree of HEAD: the index, ignore rules, filters and replace refs can all be told to hide a change.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { readEnvironment, SUITE } from './environment.ts';
import type { GitState } from './record.ts';

/** Folders that a run imports from. An untracked file elsewhere is read by nobody. */
export const CODE_FOLDERS = ['fixtures', 'src', 'tests'];

/** What Node and Playwright load, or what tells them to import from elsewhere. */
const LOADABLE = /\.(?:[cm]?[jt]sx?|node|wasm)$|^(?:package|[jt]sconfig)\.json$/i;

/** These make git look at another repository than the one around the folder. */
const REDIRECTS =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE)$/;

const failed = z.object({ stderr: z.string().optional(), code: z.string().optional() });

/** `absent`: there is no checkout, so there is nothing that git could have said. */
type Answer = { readonly text: string } | { readonly refused: string; readonly absent: boolean };

const git = (folder: string, ...args: string[]): Answer => {
  const inherited = Object.entries(process.env).filter(([name]) => !REDIRECTS.test(name));
  try {
    const text = execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...Object.fromEntries(inherited), LC_ALL: 'C', GIT_NO_REPLACE_OBJECTS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { text };
  } catch (error) {
    const { stderr = '', code } = failed.safeParse(error).data ?? {};
    return { refused: refusal(stderr, code), absent: code === 'ENOENT' || /not a git repository/.test(stderr) };
  }
};

const refusal = (stderr: string, code: string | undefined): string => {
  if (code === 'ENOENT') return 'git is not installed here';
  const [, owned] = /safe\.directory\s+(\S.*)/.exec(stderr) ?? [];
  if (/dubious ownership/.test(stderr))
    return `git refuses this checkout because it belongs to another user; run git config --global --add safe.directory ${owned ?? '<its folder>'} and run the suite again`;
  if (/not a git repository/.test(stderr)) return 'the suite is not in a git checkout';
  return `git cannot read this checkout: ${stderr.split('\n', 1)[0]?.slice(0, 200) ?? ''}`;
};

const hashOf = (content: Buffer, algorithm: 'sha1' | 'sha256'): string =>
  createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex');

/** Line ends of Windows are git's doing and change no program. */
const unixLines = (content: Buffer): Buffer =>
  Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

const isAsCommitted = (file: string, object: string): boolean => {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return false;
  const content = found.isSymbolicLink() ? Buffer.from(readlinkSync(file)) : readFileSync(file);
  const algorithm = object.length === 40 ? 'sha1' : 'sha256';
  return hashOf(content, algorithm) === object || hashOf(unixLines(content), algorithm) === object;
};

/** Paths below the folder that code could load although HEAD does not have them. */
function* strangers(root: string, folder: string, tracked: ReadonlyMap<string, string>): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (tracked.has(path)) continue;
    if (entry.isSymbolicLink() || entry.name === 'node_modules' || (entry.isFile() && LOADABLE.test(entry.name)))
      yield path;
    else if (entry.isDirectory()) yield* strangers(root, path, tracked);
  }
}

/** Files of HEAD below the folder, with the ids of their contents; submodules are checkouts of their own. */
const treeOf = (listing: string): Map<string, string> =>
  new Map(
    listing.split('\0').flatMap((line) => {
      const [, object, path] = /^\d+ blob ([0-9a-f]+)\t([^]+)$/.exec(line) ?? [];
      return object === undefined || path === undefined ? [] : [[path, object] as const];
    }),
  );

const firstChange = (
  root: string,
  tracked: ReadonlyMap<string, string>,
  staged: readonly string[],
  config: string | undefined,
): string | undefined => {
  for (const [path, object] of tracked) if (!isAsCommitted(join(root, path), object)) return path;
  const [added] = staged;
  if (added !== undefined) return added;
  if (config !== undefined && !tracked.has(config)) return config;
  for (const folder of CODE_FOLDERS) {
    if (!existsSync(join(root, folder))) continue;
    for (const path of strangers(root, folder, tracked)) return path;
  }
  return undefined;
};

const unknown = (detail: string, absent: boolean): GitState => ({
  commit: absent ? (readEnvironment().ciCommit ?? null) : null,
  dirty: null,
  detail,
});

/** The folder to compare: the suite's own, unless this is a checkout of something else. */
const rootOf = (folder: string): string => {
  const [here, own] = [folder, SUITE].map((each) => git(each, 'rev-parse', '--show-toplevel'));
  if (here === undefined || own === undefined || 'refused' in here) return folder;
  return 'text' in own && own.text === here.text ? SUITE : folder;
};

/** @param config the configuration of the run, which has to be part of the commit too */
export const gitState = (folder: string = process.cwd(), config?: string): GitState => {
  const root = rootOf(folder);
  const head = git(root, 'rev-parse', '--verify', 'HEAD');
  if ('refused' in head) return unknown(head.refused, head.absent);
  const listing = git(root, 'ls-tree', '-r', '-z', 'HEAD');
  if ('refused' in listing) return unknown(listing.refused, listing.absent);
  const tracked = treeOf(listing.text);
  if (tracked.size === 0) return unknown(`the git checkout around ${basename(root)}/ does not track the suite`, true);
  const commit = head.text.trim();
  const added = git(root, 'diff-index', '--cached', '--relative', '--name-only', '-z', '--diff-filter=A', 'HEAD');
  if ('refused' in added) return { commit, dirty: null, detail: added.refused };
  const configured = config === undefined ? undefined : relative(root, config).split(sep).join('/');
  const change = firstChange(
    root,
    tracked,
    added.text.split('\0').filter((path) => path !== ''),
    configured,
  );
  return { commit, dirty: change !== undefined, detail: change ?? null };
};

/** Of a run: where its configuration lies is where its tests are. */
export const gitStateOf = (configFile: string | undefined): GitState =>
  configFile === undefined ? gitState() : gitState(dirname(configFile), configFile);

/** The state of all shards together: one changed tree makes the run a changed one. */
export const together = (states: readonly (GitState & { readonly shard: number })[]): GitState | undefined => {
  const [first] = states;
  if (first === undefined) return undefined;
  const telling = states.find(({ dirty }) => dirty === true) ?? states.find(({ dirty }) => dirty === null) ?? first;
  const detail =
    telling.detail === null || states.length === 1 ? telling.detail : `shard ${telling.shard}: ${telling.detail}`;
  return { commit: first.commit, dirty: telling.dirty, detail };
};
