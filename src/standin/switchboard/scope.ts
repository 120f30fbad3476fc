/** To whom and when a fault applies: every fault takes these parameters, none has code for them. */
import { z } from 'zod';
import type { Unit } from '../unit.ts';

const POSITIVE = z.coerce.number().positive();
const AFTER = z.string().regex(/^\d+(?:ms)?$/, 'expected a count, or milliseconds with the unit "ms"');

export const scopeParameters = z.object({
  user: z.string().min(1).optional(),
  nth: z.coerce.number().int().positive().optional(),
  after: AFTER.optional(),
  for: POSITIVE.optional(),
  probability: z.coerce.number().min(0).max(1).optional(),
  seed: z.coerce.number().int().optional(),
});
export type ScopeParameters = z.output<typeof scopeParameters>;

/** The beginning of a local part; `*` stands for any text in it. */
const startsLike = (prefix: string): RegExp =>
  new RegExp(`^${prefix.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}`);

/** Mulberry32: small, and the same sequence for the same seed everywhere. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export class Scope {
  readonly seed: number;
  readonly #given: ScopeParameters;
  readonly #user: RegExp | undefined;
  readonly #afterCount: number;
  readonly #afterMs: number;
  readonly #random: () => number;
  readonly #chosen = new WeakMap<Unit, boolean>();
  readonly #startedAt = Date.now();
  #seen = 0;
  #firstApplied: number | undefined;

  constructor(given: ScopeParameters) {
    this.#given = given;
    this.#user = given.user === undefined ? undefined : startsLike(given.user);
    const after = given.after ?? '0';
    this.#afterMs = after.endsWith('ms') ? Number.parseInt(after) : 0;
    this.#afterCount = after.endsWith('ms') ? 0 : Number.parseInt(after);
    this.seed = given.seed ?? Math.floor(Math.random() * 1_000_000);
    this.#random = randomFrom(this.seed);
  }

  /** One answer per request or socket, except that the time window opens and closes under an open socket too. */
  covers(unit: Unit): boolean {
    // Who speaks may be known only after the body is read, so this is not remembered.
    if (this.#user !== undefined && !this.#user.test(unit.user() ?? '')) return false;
    if (!this.#isChosen(unit)) return false;
    const now = Date.now();
    if (now - this.#startedAt < this.#afterMs) return false;
    this.#firstApplied ??= now;
    return this.#given.for === undefined || now - this.#firstApplied < this.#given.for;
  }

  #isChosen(unit: Unit): boolean {
    const known = this.#chosen.get(unit);
    if (known !== undefined) return known;
    this.#seen += 1;
    const position = this.#seen - this.#afterCount;
    const { nth, probability } = this.#given;
    const chosen =
      position > 0 &&
      (nth === undefined || position % nth === 0) &&
      (probability === undefined || this.#random() < probability);
    this.#chosen.set(unit, chosen);
    return chosen;
  }
}
