/** Declared money that broken capabilities expose: by union, never by adding tests up. */
import type { Capability } from './capabilities.ts';
import { streamsOf } from './model.ts';
import type { ImpactModel } from './model.ts';

export interface StreamExposure {
  readonly id: string;
  readonly mrr: number;
  readonly source: string;
  readonly asOf: string;
  readonly confirmed: number;
  /** What would be added if everything without evidence were broken. */
  readonly unverified: number;
  readonly needs: readonly { readonly capability: string; readonly share: number }[];
  /** Capabilities that expose it now, and those that may. */
  readonly because: readonly string[];
  readonly open: readonly string[];
}

export interface Exposure {
  readonly confirmed: number;
  readonly unverified: number;
  readonly tier: number;
  readonly streams: readonly StreamExposure[];
}

/** Cents, so that no figure carries the noise of binary fractions. */
const cents = (amount: number): number => Math.round(amount * 100) / 100;

/** Of one priority: tiers are read one by one, never added up. */
export const exposureOf = (model: ImpactModel, priority: string, capabilities: readonly Capability[]): Exposure => {
  const byId = new Map(capabilities.map((capability) => [capability.id, capability]));
  const known = (capability: Capability | undefined): number =>
    capability?.state === 'broken' ? 1 : capability?.state === 'degraded' ? model.degradedWeight : 0;
  const feared = (capability: Capability | undefined): number =>
    capability === undefined || capability.mayBeBroken ? 1 : known(capability);

  const streams = streamsOf(model, priority).map((stream): StreamExposure => {
    const union = (weight: (capability: Capability | undefined) => number): number =>
      1 - stream.needs.reduce((safe, need) => safe * (1 - need.share * weight(byId.get(need.capability))), 1);
    const confirmed = cents(stream.mrr * union(known));
    const needed = stream.needs.map((need) => byId.get(need.capability)).filter((found) => found !== undefined);
    return {
      id: stream.id,
      mrr: stream.mrr,
      source: stream.source,
      asOf: stream.asOf,
      needs: stream.needs,
      confirmed,
      unverified: cents(Math.max(0, cents(stream.mrr * union(feared)) - confirmed)),
      because: needed.filter((capability) => known(capability) > 0).map((capability) => capability.id),
      open: needed.filter((capability) => capability.mayBeBroken).map((capability) => capability.id),
    };
  });
  const sum = (of: (stream: StreamExposure) => number) => cents(streams.reduce((total, each) => total + of(each), 0));
  return {
    confirmed: sum((stream) => stream.confirmed),
    unverified: sum((stream) => stream.unverified),
    tier: sum((stream) => stream.mrr),
    streams,
  };
};
