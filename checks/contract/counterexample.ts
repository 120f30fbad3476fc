/** Properties as plain values, so that a check can state what it expects of them. */
import fc from 'fast-check';

/** What breaks the property, with the seed that finds it again; null = nothing was found. */
export const counterexample = <Values extends [unknown, ...unknown[]]>(
  property: fc.IProperty<Values>,
  { numRuns = 100 }: { readonly numRuns?: number } = {},
): string | null => {
  const { failed, counterexample: found, seed, errorInstance } = fc.check(property, { numRuns });
  const why = errorInstance instanceof Error ? errorInstance.message : '';
  return failed ? `${fc.stringify(found)} (seed ${seed}) ${why}` : null;
};
