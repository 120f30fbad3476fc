/** Workflows as the checks read and run them: shell steps for real, the actions of the artifacts and the cache by hand. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Variables, Workspace } from '../workspace.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variables = z.record(z.string(), scalar).default({});

const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: variables,
  env: variables,
  'continue-on-error': z.boolean().default(false),
});
export type Step = z.infer<typeof step>;

const job = z.looseObject({
  env: variables,
  if: z.string().optional(),
  needs: z.string().optional(),
  permissions: z.unknown().optional(),
  environment: z.string().optional(),
  steps: z.array(step),
});

const workflow = z.looseObject({
  permissions: z.unknown(),
  env: variables,
  jobs: z.record(z.string(), job),
});
export type Workflow = z.infer<typeof workflow>;

export const FOLDER = '.github/workflows';
export const FILES = readdirSync(FOLDER).map((name) => join(FOLDER, name));

export const textOf = (file: string): string => readFileSync(file, 'utf8');
export const workflowOf = (file: string): Workflow => workflow.parse(parse(textOf(file)));
export const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap((one) => one.steps);

/** What GitHub keeps beside the jobs. */
export interface Store {
  readonly folder: string;
}

export interface RanStep {
  readonly name: string;
  readonly outcome: 'success' | 'failure' | 'skipped';
  readonly exitCode: number;
  readonly output: string;
}

interface JobRun {
  readonly workspace: Workspace;
  readonly store: Store;
  /** Values of the expressions, by their text; one that is missing is an error of the check. */
  readonly values: Variables;
  /** The runner's own variables. */
  readonly runner: Variables;
}

const EXPRESSION = /\$\{\{\s*(.*?)\s*\}\}/g;

const filledWith =
  (values: Variables) =>
  (text: string): string =>
    text.replace(EXPRESSION, (_, expression: string) => {
      const value = values[expression];
      if (value === undefined) throw new Error(`the check has no value for \${{ ${expression} }}`);
      return value;
    });

const matching = (folder: string, pattern: string): string[] => {
  const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
  return existsSync(folder) ? readdirSync(folder).filter((name) => expression.test(name)) : [];
};

/** What an action does, as far as the jobs depend on it. Artifacts lose the folder they were uploaded from, as on GitHub. */
const act = (action: string, given: Variables, { workspace, store }: JobRun): void => {
  const artifacts = join(store.folder, 'artifacts');
  const caches = join(store.folder, 'caches');
  const input = (name: string): string => {
    const value = given[name];
    if (value === undefined) throw new Error(`${action} without ${name}`);
    return value;
  };
  switch (action) {
    case 'actions/checkout':
    case 'actions/setup-node':
      return;
    case 'actions/upload-artifact': {
      const [folder = '', ...left] = input('path').trim().split('\n');
      const out = left.map((pattern) => workspace.path(pattern.replace(/^!/, '').replace(/\/$/, '')));
      rmSync(join(artifacts, input('name')), { recursive: true, force: true });
      const excluded = (file: string): boolean =>
        out.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '[^/]*')}$`).test(file));
      if (existsSync(workspace.path(folder)))
        cpSync(workspace.path(folder), join(artifacts, input('name')), {
          recursive: true,
          filter: (file) => !excluded(file),
        });
      return;
    }
    case 'actions/download-artifact':
      for (const name of matching(artifacts, input('pattern')))
        cpSync(join(artifacts, name), workspace.path(input('path')), { recursive: true });
      return;
    case 'actions/cache/restore': {
      // The newest entry whose key begins so; names sort by the number that ends them.
      const newest = matching(caches, `${input('restore-keys')}*`)
        .toSorted()
        .at(-1);
      if (newest === undefined) return;
      mkdirSync(dirname(workspace.path(input('path'))), { recursive: true });
      cpSync(join(caches, newest), workspace.path(input('path')));
      return;
    }
    case 'actions/cache/save':
      mkdirSync(caches, { recursive: true });
      cpSync(workspace.path(input('path')), join(caches, input('key')));
      return;
    default:
      throw new Error(`the check does not know the action ${action}`);
  }
};

/** Runs the steps of a job in order, as GitHub would: after a failure only those that always run. */
export const runJob = async (
  { env, jobs }: Workflow,
  name: string,
  run: JobRun,
): Promise<{ readonly steps: readonly RanStep[]; readonly conclusion: 'success' | 'failure' }> => {
  const chosen = jobs[name];
  if (chosen === undefined) throw new Error(`no job ${name}`);
  const fill = filledWith(run.values);
  const filled = (from: Variables): Variables =>
    Object.fromEntries(Object.entries(from).map(([key, value]) => [key, fill(value)]));
  const around = { CI: 'true', ...run.runner, ...filled(env), ...filled(chosen.env) };
  const done: RanStep[] = [];
  let red = false;
  for (const one of chosen.steps) {
    const title = one.name ?? one.uses ?? one.run ?? '';
    if (one.if !== undefined && one.if !== 'always()') throw new Error(`the check does not know if: ${one.if}`);
    if (red && one.if === undefined) {
      done.push({ name: title, outcome: 'skipped', exitCode: 0, output: '' });
      continue;
    }
    let ran = { exitCode: 0, output: '' };
    if (one.run !== undefined) ran = await run.workspace.shell(one.run, { ...around, ...filled(one.env) });
    else {
      try {
        act((one.uses ?? '').split('@', 1)[0] ?? '', filled(one.with), run);
      } catch (error) {
        if (!one['continue-on-error']) throw error;
        ran = { exitCode: 1, output: String(error) };
      }
    }
    const failed = ran.exitCode !== 0;
    done.push({ name: title, outcome: failed ? 'failure' : 'success', ...ran });
    if (failed && !one['continue-on-error']) red = true;
  }
  return { steps: done, conclusion: red ? 'failure' : 'success' };
};
