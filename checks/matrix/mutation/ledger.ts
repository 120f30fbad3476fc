/** What is known of each assertion: nobody needs it, several see the same, or a fault is lost without it. */
import { z } from 'zod';
import type { Site } from './inventory.ts';

const proof = z.strictObject({ fault: z.string(), test: z.string() });
export type Proof = z.infer<typeof proof>;

export const mutationReport = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime(),
  durationMs: z.number(),
  complete: z.boolean(),
  /** Faults whose tests were looked at, of those that the matrix has results for. */
  faults: z.strictObject({ done: z.int(), of: z.int() }),
  counts: z.strictObject({ needed: z.int(), seen: z.int(), silent: z.int(), all: z.int() }),
  assertions: z.array(
    z.strictObject({
      file: z.string(),
      line: z.int(),
      kind: z.string(),
      key: z.string(),
      text: z.string(),
      tests: z.array(z.string()),
      /**
       * `needed`: switched off, a test that has to be coloured by a fault is verified. `seen`: it fails first under a
       * fault, and without it another assertion of the same test does. `silent`: no fault reaches it.
       */
      state: z.enum(['needed', 'seen', 'silent']),
      by: z.array(proof),
    }),
  ),
});
export type MutationReport = z.infer<typeof mutationReport>;

export class Ledger {
  readonly #needed = new Map<number, Proof[]>();
  readonly #seen = new Map<number, Proof[]>();

  saw(site: number, by: Proof): void {
    add(this.#seen, site, by);
  }

  needs(site: number, by: Proof): void {
    add(this.#needed, site, by);
  }

  isNeeded(site: number): boolean {
    return this.#needed.has(site);
  }

  report(sites: readonly Site[]): Pick<MutationReport, 'counts' | 'assertions'> {
    const assertions = sites.map(({ number, file, line, kind, key, text, tests }) => {
      const needed = this.#needed.get(number);
      const seen = this.#seen.get(number);
      const state: MutationReport['assertions'][number]['state'] =
        needed !== undefined ? 'needed' : seen !== undefined ? 'seen' : 'silent';
      return { file, line, kind, key, text, tests: [...tests], state, by: [...(needed ?? seen ?? [])] };
    });
    const count = (state: string): number => assertions.filter((one) => one.state === state).length;
    return {
      counts: { needed: count('needed'), seen: count('seen'), silent: count('silent'), all: assertions.length },
      assertions,
    };
  }
}

const add = (map: Map<number, Proof[]>, site: number, by: Proof): void => {
  const known = map.get(site) ?? [];
  if (known.some(({ fault, test }) => fault === by.fault && test === by.test)) return;
  map.set(site, [...known, by]);
};
