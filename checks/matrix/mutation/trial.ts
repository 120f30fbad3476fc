/** A trial is one test against one defect. Many of them are one run of the instrumented suite, a lane. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { cleanEnvironment, runPlaywright } from '../run-case.ts';
import { END_REPORTER } from './instrument.ts';

export interface Work {
  /** What STANDIN_FAULTS would be set to. */
  readonly defect: string;
  readonly test: string;
}

const trial = z.strictObject({
  defect: z.string(),
  test: z.string(),
  /** Of the suite and the stand-in that ran. */
  sources: z.string(),
  /** The assertions that failed: after the very first its part goes on, every other one ends its part. */
  failed: z.array(z.strictObject({ assertion: z.string(), part: z.string().nullable() })),
  /** With the first one switched off the test was verified. */
  verified: z.boolean(),
  ms: z.number(),
  /** First line of the error that ended the test. */
  message: z.string(),
});
export type Trial = z.infer<typeof trial>;

const line = z.discriminatedUnion('event', [
  z.object({ event: z.literal('failed'), trial: z.int(), site: z.int(), part: z.string().nullable() }),
  z.object({ event: z.literal('ended'), trial: z.int(), verified: z.boolean(), ms: z.number(), message: z.string() }),
]);

export interface LaneSettings {
  readonly tree: string;
  readonly out: string;
  readonly signal: AbortSignal;
  /** Ids of the assertions by their number. */
  readonly ids: ReadonlyMap<number, string>;
  readonly sourcesOf: (work: Work) => string;
  readonly ended: (trial: Trial) => void;
}

const linesOf = (text: string): string[] => text.split('\n').filter((one) => one !== '');

const storeOf = (out: string): string => join(out, 'trials.jsonl');

/** Every stored trial, the newest of its kind last. */
export const loadTrials = (out: string): Trial[] =>
  existsSync(storeOf(out))
    ? linesOf(readFileSync(storeOf(out), 'utf8')).flatMap((text) => trial.safeParse(JSON.parse(text)).data ?? [])
    : [];

const LIMIT_MS = 3_600_000;
const POLL_MS = 500;

/** Runs the work one after another; undefined when all of it ran, else what went wrong. */
export const runLane = async (
  name: string,
  work: readonly Work[],
  { tree, out, signal, ids, sourcesOf, ended }: LaneSettings,
): Promise<string | undefined> => {
  const folder = resolve(out, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [log, list, output] = ['assertions.jsonl', 'trials.json', 'output.txt'].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  writeFileSync(log, '');
  writeFileSync(list, JSON.stringify(work.map((one, number) => ({ ...one, number }))));
  const env = {
    ...cleanEnvironment(),
    FORCE_COLOR: '0',
    GOLDENPATH_REPORTS: join(folder, 'reports'),
    // Defects may name a user of a test, and the users' names begin with it.
    E2E_RUN_ID: 'mutation',
    GOLDENPATH_ASSERTIONS: log,
    GOLDENPATH_TRIALS: list,
  };
  const args = [
    '--project=p1-critical',
    '--no-deps',
    '--retries=0',
    '--workers=1',
    `--reporter=line,${END_REPORTER}`,
    `--output=${join(folder, 'results')}`,
  ];
  const failed = new Map<number, Trial['failed']>();
  let read = 0;
  let count = 0;
  const poll = (): void => {
    const lines = linesOf(readFileSync(log, 'utf8'));
    for (const text of lines.slice(read)) {
      const event = line.parse(JSON.parse(text));
      if (event.event === 'failed') {
        const one = { assertion: ids.get(event.site) ?? String(event.site), part: event.part };
        failed.set(event.trial, [...(failed.get(event.trial) ?? []), one]);
        continue;
      }
      const one = work[event.trial];
      if (one === undefined) throw new Error(`trial ${event.trial} was not asked for`);
      const { verified, ms, message } = event;
      const result = { ...one, sources: sourcesOf(one), failed: failed.get(event.trial) ?? [], verified, ms, message };
      appendFileSync(storeOf(out), `${JSON.stringify(result)}\n`);
      count += 1;
      ended(result);
    }
    read = lines.length;
  };
  const timer = setInterval(poll, POLL_MS);
  const wrong = await runPlaywright(args, { tree, signal }, env, output, LIMIT_MS);
  clearInterval(timer);
  poll();
  rmSync(join(folder, 'results'), { recursive: true, force: true });
  return wrong ?? (count === work.length ? undefined : `${count} of ${work.length} trials ran; see ${output}`);
};
