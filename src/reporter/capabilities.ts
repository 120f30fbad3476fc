/** The state of each capability, from the results of the tests that give evidence for it. */
import { CATALOGUE, SECURITY } from '../contract/catalogue.ts';
import { priorityOf, type ImpactModel } from './model.ts';
import type { Result, Row } from './record.ts';

export type CapabilityState = 'broken' | 'degraded' | 'unverified' | 'verified';

export interface Capability {
  readonly id: string;
  /** The most urgent priority among its tests. */
  readonly priority: string;
  readonly state: CapabilityState;
  readonly critical: boolean;
  readonly security: boolean;
  readonly tests: readonly { readonly id: string; readonly result: Result }[];
  /** Whether a test without evidence leaves open that it is broken, whatever its state. */
  readonly mayBeBroken: boolean;
}

/** Id of the security capability that the test stands for. A model may add to the catalogue's and takes none away. */
export const securityOf = (test: string, model: ImpactModel): string | undefined => {
  const declared = model.capabilities.find((capability) => capability.security && capability.tests.includes(test));
  return (
    declared?.id ?? CATALOGUE.find(({ id, capability }) => id === test && SECURITY.includes(capability))?.capability
  );
};

export const capabilitiesOf = (model: ImpactModel, rows: readonly Row[]): Capability[] => {
  const results = new Map(rows.map((row) => [row.id, row.result]));
  return model.capabilities.map(({ id, critical, tests }) => {
    const shown = tests.map((test) => ({ id: test, result: results.get(test) ?? ('unverified' as const) }));
    const some = (...wanted: Result[]) => shown.some(({ result }) => wanted.includes(result));
    const state: CapabilityState = some('failed')
      ? 'broken'
      : some('degraded', 'flaky')
        ? 'degraded'
        : some('unverified')
          ? 'unverified'
          : 'verified';
    const priority = tests.map(priorityOf).sort()[0] ?? '';
    return {
      id,
      priority,
      state,
      critical,
      security: tests.some((test) => securityOf(test, model) !== undefined),
      tests: shown,
      mayBeBroken: state !== 'broken' && some('unverified'),
    };
  });
};
