/** Arguments of `npm run matrix`. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { readArguments } from '../../src/environment/arguments.ts';
import type { Case } from './expectation.ts';
import { CASES, SAMPLE } from './expectations.ts';

export const USAGE = `Usage: npm run matrix -- [options]
  --all             as the nightly job: repeats of controls and races, and what takes long
  --sample          the fixed part that npm test runs
  --only GLOB       cases whose id matches (repeatable), such as 'ws-*' or 'session-5'
  --resume          take over results of cases whose sources have not changed
  --stale           with --resume: take over every stored result, whatever has changed
  --report          run nothing, judge and print what is stored
  --parallel N      runs of the suite at the same time (default: one a core, at least two)
  --workers N       Playwright workers of each run (default 1)
  --out DIR         where the reports go (default reports/matrix)
  --list            print the ids of the cases and leave`;

const DEFAULT_OUT = 'reports/matrix';

export class UsageError extends Error {}

const positive = (name: string, given: string | undefined, otherwise: number): number => {
  if (given === undefined) return otherwise;
  if (!/^[1-9]\d?$/.test(given)) throw new UsageError(`--${name} ${given}: expected a number from 1 to 99`);
  return Number(given);
};

const OPTIONS = {
  all: { type: 'boolean' },
  sample: { type: 'boolean' },
  only: { type: 'string', multiple: true },
  resume: { type: 'boolean' },
  stale: { type: 'boolean' },
  report: { type: 'boolean' },
  parallel: { type: 'string' },
  workers: { type: 'string' },
  out: { type: 'string' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const parsed = (argv: readonly string[]) => {
  try {
    return readArguments({ options: OPTIONS }, argv).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

/** `*` is anything, `?` one character; Node's own glob is still experimental. */
const matches = (id: string, glob: string): boolean =>
  new RegExp(
    `^${glob
      .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(id);

export const readOptions = (argv: readonly string[]) => {
  const values = parsed(argv);
  const globs = values.only ?? [];
  const unmatched = globs.filter((glob) => !CASES.some(({ id }) => matches(id, glob)));
  if (unmatched.length > 0) throw new UsageError(`no case matches ${unmatched.join(', ')}; see --list`);
  const chosen = (one: Case): boolean =>
    globs.length > 0
      ? globs.some((glob) => matches(one.id, glob)) && (values.all === true || !one.nightly || globs.includes(one.id))
      : values.sample === true
        ? SAMPLE.includes(one.id)
        : values.all === true || !one.nightly;
  return {
    cases: CASES.filter(chosen),
    /** Nothing was left out, so what is missing is a hole. */
    whole: globs.length === 0 && values.sample !== true,
    selection:
      globs.length > 0 ? globs.join(' ') : values.sample === true ? 'sample' : values.all === true ? 'all' : 'full',
    resume: values.resume === true || values.report === true,
    stale: values.stale === true || values.report === true,
    run: values.report !== true,
    parallel: positive('parallel', values.parallel, Math.max(2, availableParallelism())),
    workers: positive('workers', values.workers, 1),
    out: resolve(values.out ?? (values.sample === true ? `${DEFAULT_OUT}/sample` : DEFAULT_OUT)),
    list: values.list === true,
    help: values.help === true,
  };
};
export type MatrixOptions = ReturnType<typeof readOptions>;
