/** A cell in one symbol: colour never stands alone. */
import type { MatrixFile } from '../matrix-file.ts';

type Cell = MatrixFile['cases'][number]['cells'][number];

export interface Look {
  readonly symbol: string;
  readonly name: string;
  readonly meaning: string;
}

const LOOKS = {
  seen: { symbol: '●', name: 'seen', meaning: 'red, as it has to be' },
  tolerated: { symbol: '◐', name: 'tolerated', meaning: 'degraded, as it has to be' },
  green: { symbol: '·', name: 'green', meaning: 'verified, as it has to be' },
  'free-red': { symbol: '○', name: 'free-red', meaning: 'red or degraded, and free to be' },
  'free-green': { symbol: '·', name: 'free-green', meaning: 'verified, and free to be' },
  'wrongly-green': { symbol: '✕', name: 'wrongly-green', meaning: 'wrongly green: the fault was not seen' },
  'wrong-reason': { symbol: '≠', name: 'wrong-reason', meaning: 'red for a reason of another layer' },
  'wrongly-red': { symbol: '▲', name: 'wrongly-red', meaning: 'wrongly red' },
  'wrongly-degraded': { symbol: '△', name: 'wrongly-degraded', meaning: 'wrongly degraded' },
  'no-evidence': { symbol: '?', name: 'no-evidence', meaning: 'no evidence' },
} as const satisfies Record<string, Look>;

export const LEGEND: readonly Look[] = Object.values(LOOKS);

export const lookOf = ({ fit, expected, result }: Cell): Look => {
  if (fit === 'free') return LOOKS[result === 'verified' ? 'free-green' : 'free-red'];
  if (fit !== 'as-expected') return LOOKS[fit];
  return LOOKS[expected === 'red' ? 'seen' : expected === 'degraded' ? 'tolerated' : 'green'];
};

export const labelOf = (id: string, cell: Cell): string =>
  `${id}, ${cell.test}: ${cell.result}; ${lookOf(cell).meaning}`;
