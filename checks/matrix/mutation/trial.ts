/** Runs of single tests against one fault, with assertions switched off. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Case } from '../expectation.ts';
import { runCase } from '../run-case.ts';

const event = z.object({ site: z.int(), event: z.enum(['failed', 'muted']), test: z.string() });
export type SiteEvent = z.infer<typeof event>;

export interface Trial {
  readonly events: readonly SiteEvent[];
  readonly verified: readonly string[];
}

export interface TrialSettings {
  readonly tree: string;
  readonly out: string;
  readonly signal: AbortSignal;
}

export const runTrial = async (
  one: Case,
  tests: readonly string[],
  muted: readonly number[],
  settings: TrialSettings,
): Promise<Trial> => {
  const id = `${one.id}/${muted.length === 0 ? 'first' : muted.join('-')}`.slice(0, 120);
  const log = join(settings.out, `${id.replaceAll(/[^A-Za-z0-9-]+/g, '_')}.jsonl`);
  mkdirSync(settings.out, { recursive: true });
  rmSync(log, { force: true });
  const result = await runCase({ ...one, id }, '', {
    ...settings,
    workers: 1,
    // Preflight is named too: a filter holds for every project that is.
    args: ['--grep', ['preflight', ...tests].join('|')],
    variables: { GOLDENPATH_SITES: log, GOLDENPATH_MUTED: muted.join(',') },
  });
  if (result.observed === null) throw new Error(`${one.id}: ${result.error ?? 'no result'}`);
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return {
    events: lines.filter((line) => line !== '').map((line) => event.parse(JSON.parse(line))),
    verified: result.observed.rows.filter((row) => row.result === 'verified').map((row) => row.id),
  };
};
