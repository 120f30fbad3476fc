/**
 * Playwright forgets at merge which shard a blob came from. Each run therefore stamps the metadata of its config (told
 * apart by key, since metadata is merged member by member) and of its projects (kept once per blob, so that a blob that
 * was merged twice shows).
 */
import { z } from 'zod';
import type { FullConfig, FullProject, Suite } from '@playwright/test/reporter';
import type { PreflightReport } from '../evidence/preflight.ts';
import { gitState } from './record.ts';
import type { RunError, ShardSeen } from './record.ts';
import { runSettings } from './settings.ts';

const PREFIX = 'goldenpath.shard.';

const stamp = z.object({
  nonce: z.string(),
  current: z.int().positive(),
  total: z.int().positive(),
  runId: z.string(),
  git: gitState,
  settings: runSettings,
  playwright: z.string(),
  /** Catalogue ids that this run would have run without `--shard`: after every filter of the command line. */
  selected: z.array(z.string()),
});
export type ShardStamp = z.infer<typeof stamp>;

export const writeStamp = (config: FullConfig, made: ShardStamp): void => {
  const key = `${PREFIX}${made.current}.${made.nonce}`;
  config.metadata[key] = made;
  // A project may share the config's metadata object; its own copy keeps the two apart.
  for (const project of config.projects) project.metadata = { ...project.metadata, [PREFIX]: made.nonce };
};

export const readStamps = (config: FullConfig): ShardStamp[] =>
  Object.entries(config.metadata)
    .filter(([key]) => key.startsWith(PREFIX) && key !== PREFIX)
    .map(([, value]) => stamp.parse(value))
    .sort((a, b) => a.current - b.current);

/** How often the blob of each run was merged. */
const copiesOf = (nonce: string, projects: readonly FullProject[]): number => {
  const byName = new Map<string, number>();
  for (const project of projects)
    if (project.metadata[PREFIX] === nonce) byName.set(project.name, (byName.get(project.name) ?? 0) + 1);
  return Math.max(1, ...byName.values());
};

export const shardsSeen = (stamps: readonly ShardStamp[], projects: readonly FullProject[]): ShardSeen[] =>
  stamps.map(({ current, total, nonce }) => ({ current, total, nonce, copies: copiesOf(nonce, projects) }));

/** Whether the shards are one whole run, each part once; used on the way into the record and again by the gate. */
export const shardProblems = (seen: readonly ShardSeen[], total: number, merged = true): RunError[] => {
  const problems: string[] = [];
  const [alone] = seen;
  if (!merged && alone !== undefined && total > 1)
    return [
      {
        kind: 'shards',
        message: `this is shard ${alone.current} of ${total} alone: merge the reports of all shards to judge the run`,
      },
    ];
  if (seen.length === 0)
    problems.push('no shard left its stamp: the reports were made without the goldenpath reporter');
  if (seen.some((shard) => shard.total !== total))
    problems.push('shards of runs with different totals were put together');
  for (const { current, copies } of seen)
    if (copies > 1) problems.push(`the report of shard ${current} of ${total} was merged ${copies} times`);
  for (let current = 1; current <= total; current += 1) {
    const found = seen.filter((shard) => shard.current === current).length;
    if (found === 0 && seen.length > 0) problems.push(`shard ${current} of ${total} is missing`);
    if (found > 1) problems.push(`shard ${current} of ${total} was run ${found} times`);
  }
  return problems.map((message) => ({ kind: 'shards', message }));
};

const differ = <Of>(all: readonly Of[], beginning: string, of: (one: Of) => unknown): RunError[] => {
  const values = [...new Set(all.map((one) => String(of(one))))];
  return values.length < 2 ? [] : [{ kind: 'shards', message: `${beginning}: ${values.join(', ')}` }];
};

type Preflights = { readonly preflight: readonly PreflightReport[] };

/** Every address that was tested, not only the API's. */
export const differentTargets = ({ preflight }: Preflights): RunError[] => {
  const targets = preflight.map(({ target }) => target);
  // Stand-ins are started per machine on free ports; what has to agree is that all of them are stand-ins.
  if (targets.every(({ kind }) => kind === 'standin')) return [];
  return (['kind', 'api', 'ws', 'auth', 'frontend', 'environment', 'standinVersion'] as const).flatMap((part) =>
    differ(targets, `the shards met different targets, ${part}`, (target) => target[part]),
  );
};

/** What the tests of each shard were told. */
export const differentSettings = ({ preflight }: Preflights): RunError[] => {
  const all = preflight.map(({ settings }) => settings);
  return [
    ...differ(all, 'the shards had different E2E_CONCURRENT_USERS', (settings) => settings.concurrentUsers),
    ...differ(all, 'the shards had different E2E_DEGRADATION', (settings) => settings.degradation),
    ...differ(all, 'the shards had different E2E_PACE', (settings) => settings.pace),
    ...differ(all, 'the shards had different E2E_TOKEN_SOURCE', (settings) => settings.tokenSource),
    ...differ(all, 'the shards had different E2E_CONTRACT', (settings) => settings.contract ?? 'unset'),
    ...differ(all, 'the shards had different E2E_HOOKS', (settings) => settings.hooks.join() || 'none'),
    ...differ(preflight, 'the shards judged by different releases', ({ contract }) => contract?.release ?? 'none'),
    ...differ(all, 'the shards had different E2E_REQUEST_BUDGET', (settings) => settings.budget.requests),
    ...differ(all, 'the shards had different E2E_SOCKET_BUDGET', (settings) => settings.budget.sockets),
  ];
};

/** A shard that ran tests and no preflight leaves open what it tested. */
export const withoutPreflight = (stamps: readonly ShardStamp[], suite: Suite, preflightProject: string): RunError[] => {
  const started = (nonce: string, isPreflight: boolean): boolean =>
    suite.suites.some(
      (child) =>
        child.project()?.metadata[PREFIX] === nonce &&
        (child.project()?.name === preflightProject) === isPreflight &&
        child.allTests().some(({ results }) => results.length > 0),
    );
  return stamps
    .filter(({ nonce }) => started(nonce, false) && !started(nonce, true))
    .map(({ current, total }) => ({
      kind: 'shards',
      message: `shard ${current} of ${total} ran without preflight, so nobody knows what it tested`,
    }));
};

/** Facts that must be the same on every shard. */
export const disagreements = (stamps: readonly ShardStamp[]): RunError[] => {
  const different = (what: string, of: (stamp: ShardStamp) => unknown): RunError[] =>
    differ(stamps, `the shards are of different ${what}`, of);
  return [
    ...different('runs', (made) => made.runId),
    ...different('commits', (made) => made.git.commit),
    ...different('Playwright versions', (made) => made.playwright),
    ...different('selections of tests', (made) => made.selected.toSorted().join(' ')),
    ...different('configurations', ({ settings }) => settings.config),
    ...different('retries', ({ settings }) => settings.retries),
    ...different('time limits', ({ settings }) => (settings.timeLimits ? 'on' : 'off')),
    ...different('loaders of code', ({ settings }) => settings.loaders.join(' ') || 'none'),
  ];
};
