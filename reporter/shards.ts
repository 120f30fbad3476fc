/**
 * Playwright forgets at merge which shard a blob came from. Each run therefore stamps the metadata of its config (told
 * apart by key, since metadata is merged member by member) and of its projects (kept once per blob, so that a blob that
 * was merged twice shows).
 */
import { z } from 'zod';
import type { FullConfig, FullProject } from '@playwright/test/reporter';
import { gitState } from './record.ts';
import type { RunError, ShardSeen } from './record.ts';

const PREFIX = 'goldenpath.shard.';

const stamp = z.object({
  nonce: z.string(),
  current: z.int().positive(),
  total: z.int().positive(),
  runId: z.string(),
  git: gitState,
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

/** Facts that must be the same on every shard. */
export const disagreements = (stamps: readonly ShardStamp[]): RunError[] => {
  const differ = (what: string, of: (stamp: ShardStamp) => string | null): RunError[] => {
    const values = [...new Set(stamps.map(of))];
    return values.length < 2
      ? []
      : [{ kind: 'shards', message: `the shards are of different ${what}: ${values.map(String).join(', ')}` }];
  };
  return [
    ...differ('runs', (made) => made.runId),
    ...differ('commits', (made) => made.git.commit),
    ...differ('Playwright versions', (made) => made.playwright),
    ...differ('selections of tests', (made) => made.selected.toSorted().join(' ')),
  ];
};
