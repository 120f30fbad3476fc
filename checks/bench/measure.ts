/** What a part of the benchmark found: figures measured in one run, and ratios between them. */
import { performance } from 'node:perf_hooks';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 's' | 'ms' | 'x' | '%' | 'MB' | 'KB' | '/s' | '';
  /** Upper bound; undefined = reported, not judged. */
  readonly atMost?: number;
}

/** A bar of the picture, in seconds from its left edge. */
export interface Bar {
  readonly row: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'test' | 'locked';
}

export interface Part {
  readonly figures: readonly Figure[];
  readonly bars?: readonly Bar[];
  /** What a reader has to know to read the figures. */
  readonly note: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? NaN, sorted[middle] ?? NaN];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
};

/** The value that this share of the values does not exceed. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
};

/** Seconds that the work took, and its result. */
export const timed = async <Result>(work: () => Promise<Result>): Promise<{ seconds: number; result: Result }> => {
  const begun = performance.now();
  const result = await work();
  return { seconds: (performance.now() - begun) / 1_000, result };
};
