/** Clopper-Pearson: exact, so it holds for the few and the extreme counts that a matrix has. */

const logChoose = (n: number, k: number): number => {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i);
  return sum;
};

/** P(X >= k) of n trials with probability p. */
const atLeast = (k: number, n: number, p: number): number => {
  let sum = 0;
  for (let i = k; i <= n; i++) sum += Math.exp(logChoose(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p));
  return sum;
};

/** One-sided lower bound of a share: with the confidence given, the true share is above it. */
export const lowerBound = (successes: number, trials: number, confidence = 0.95): number => {
  if (successes === 0 || trials === 0) return 0;
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (atLeast(successes, trials, middle) < 1 - confidence) low = middle;
    else high = middle;
  }
  return low;
};

/** One-sided upper bound of a share: with the confidence given, the true share is below it. */
export const upperBound = (successes: number, trials: number, confidence = 0.95): number =>
  trials === 0 ? 1 : 1 - lowerBound(trials - successes, trials, confidence);
