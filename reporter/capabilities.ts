/** The state of each capability, from the results of the tests that give evidence for it. */
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

export const capabilitiesOf = (model: ImpactModel, rows: readonly Row[]): Capability[] => {
  const results = new Map(rows.map((row) => [row.id, row.result]));
  return model.capabilities.map(({ id, critical, security, tests }) => {
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
      security,
      tests: shown,
      mayBeBroken: state !== 'broken' && some('unverified'),
    };
  });
};
