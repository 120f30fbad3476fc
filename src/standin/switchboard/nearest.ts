/** The names that a mistyped one was probably meant to be. */
import { distance } from 'fastest-levenshtein';

export const nearestTo = (name: string, known: readonly string[], most = 3): string[] =>
  known
    .map((candidate) => ({
      candidate,
      score: distance(name, candidate) - (candidate.includes(name) ? name.length : 0),
    }))
    .sort((a, b) => a.score - b.score)
    .slice(0, most)
    .map(({ candidate }) => candidate);
