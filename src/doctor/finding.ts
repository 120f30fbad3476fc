/** What the doctor says of one thing. */
import { inert } from '../evidence/inert.ts';

export interface Finding {
  readonly what: string;
  readonly outcome: 'ok' | 'failed' | 'not-checked';
  /** One line: what was seen. */
  readonly detail: string;
  /** What to do; only where it failed. */
  readonly todo?: string;
}

const SIGN = { ok: 'ok  ', failed: 'FAIL', 'not-checked': '-   ' } as const;
const WIDTH = 15;

export const lines = ({ what, outcome, detail, todo }: Finding): string[] => [
  inert(`${SIGN[outcome]} ${what.padEnd(WIDTH)} ${detail}`),
  ...(todo === undefined ? [] : [`     ${' '.repeat(WIDTH)} do: ${todo}`]),
];

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
