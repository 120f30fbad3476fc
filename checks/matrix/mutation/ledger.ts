/** What is known of each assertion: a defect is lost without it, several see the same, or nobody needs it. */
import { z } from 'zod';
import type { Site } from './inventory.ts';
import type { Trial } from './trial.ts';

const proof = z.strictObject({ defect: z.string(), test: z.string() });
export type Proof = z.infer<typeof proof>;

const counts = z.strictObject({ all: z.int(), needed: z.int(), seen: z.int(), silent: z.int() });

export const mutationReport = z.strictObject({
  version: z.literal(2),
  at: z.iso.datetime(),
  durationMs: z.number(),
  complete: z.boolean(),
  trials: z.strictObject({ done: z.int(), of: z.int(), takenOver: z.int() }),
  counts,
  /** An assertion that several tests share counts in each of them. */
  tests: z.array(z.strictObject({ test: z.string(), ...counts.shape })),
  /** What went wrong with the measurement itself. */
  errors: z.array(z.string()),
  assertions: z.array(
    z.strictObject({
      id: z.string(),
      file: z.string(),
      line: z.int(),
      text: z.string(),
      tests: z.array(z.string()),
      /**
       * `needed`: with this one switched off, a test is verified although the server has the defect. `seen`: it is the
       * first of a part to fail under a defect, and another assertion of the test sees it too. `silent`: no defect
       * makes it fail first.
       */
      state: z.enum(['needed', 'seen', 'silent']),
      by: z.array(proof),
    }),
  ),
});
export type MutationReport = z.infer<typeof mutationReport>;
type Assertion = MutationReport['assertions'][number];

const countsOf = (assertions: readonly Assertion[]): z.infer<typeof counts> => {
  const count = (state: Assertion['state']): number => assertions.filter((one) => one.state === state).length;
  return { all: assertions.length, needed: count('needed'), seen: count('seen'), silent: count('silent') };
};

export const ledgerOf = (
  sites: readonly Site[],
  trials: readonly Trial[],
): Pick<MutationReport, 'counts' | 'tests' | 'assertions'> => {
  const needed = new Map<string, Proof[]>();
  const seen = new Map<string, Proof[]>();
  for (const { defect, test, failed, verified } of trials) {
    // A failure outside the assertions, such as a time-out, is nobody's.
    const firsts = failed.filter(({ part }, index) => failed.findIndex((one) => one.part === part) === index);
    const map = failed.length === 1 && verified ? needed : seen;
    for (const { assertion } of firsts) map.set(assertion, [...(map.get(assertion) ?? []), { defect, test }]);
  }
  const assertions = sites.map(({ id, file, line, text, tests }): Assertion => {
    const [strong, weak] = [needed.get(id), seen.get(id)];
    const state = strong !== undefined ? 'needed' : weak !== undefined ? 'seen' : 'silent';
    return { id, file, line, text, tests: [...tests], state, by: [...(strong ?? weak ?? [])] };
  });
  const tests = [...new Set(sites.flatMap((site) => site.tests))].sort();
  return {
    counts: countsOf(assertions),
    tests: tests.map((test) => ({ test, ...countsOf(assertions.filter((one) => one.tests.includes(test))) })),
    assertions,
  };
};
