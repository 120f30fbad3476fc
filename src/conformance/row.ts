/** One line of the result: an endpoint or a frame, what was checked of it, and what differs. */
export interface Row {
  readonly id: string;
  /** `GET /api/threads`. */
  readonly what: string;
  checks: number;
  readonly differences: string[];
  /** Why something of it was not checked. */
  readonly unchecked: Set<string>;
}

export const rowOf = (id: string, what: string): Row => ({
  id,
  what,
  checks: 0,
  differences: [],
  unchecked: new Set(),
});

const WIDTH = { id: 20, what: 50 } as const;

export const linesOf = ({ id, what, checks, differences, unchecked }: Row): string[] => {
  const sign = differences.length > 0 ? 'DIFF' : checks === 0 ? '-   ' : 'ok  ';
  const notes = [`${checks} checked`, ...[...unchecked].map((why) => `not checked: ${why}`)].join('; ');
  return [
    `${sign} ${id.padEnd(WIDTH.id)} ${what.padEnd(WIDTH.what)} ${notes}`,
    ...differences.map((difference) => `     ${difference}`),
  ];
};
