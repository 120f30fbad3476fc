/** Specifications of the parametric defects in src/standin/defects, as the stand-in reads them. */

/** `/api/threads/{id}`: the braces stand for one segment. */
export type Request = `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;

/** Which of the requests, and which of their replies; by default every 200. */
interface Which {
  readonly of?: number | 'any';
  readonly by?: 'anonymous' | 'token';
  readonly with?: string;
  readonly having?: string;
  readonly lacking?: string;
  /** `3`, or `3-` for every later one too. */
  readonly only?: number | string;
  readonly user?: string;
}

/** Which frames, among those of a type. */
interface WhichFrame {
  readonly only?: number | string;
  /** Leaves so many sockets or streams alone. */
  readonly after?: number;
}

type Value = string | number | boolean | null;
type Stream = 'socket' | 'agents' | 'chat';

const spelled = (id: string, parameters: Readonly<Record<string, Value | undefined>>): string =>
  [
    id,
    ...Object.entries(parameters)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const text = String(value);
        return `${name}=${['to', 'from', 'having', 'lacking'].includes(name) ? encodeURIComponent(text) : text}`;
      }),
  ].join(':');

/** A field that the contract requires is gone. */
export const drop = (on: Request, at: string, which: Which = {}): string =>
  spelled('reply-field', { on, at, op: 'drop', ...which });

/** A field has another value. */
export const set = (on: Request, at: string, to: Value, which: Which = {}): string =>
  spelled('reply-field', { on, at, to, ...which });

type Operation = 'add' | 'swap' | 'reverse' | 'repeat' | 'pop' | 'empty' | 'first';

/** What happens to the value at the pointer: see src/standin/switchboard/edit.ts. */
export const edit = (
  on: Request,
  at: string,
  op: Operation,
  which: Which & { readonly from?: string; readonly to?: Value } = {},
): string => spelled('reply-field', { on, at, op, ...which });

/** The right body with another status. */
export const status = (on: Request, to: number, which: Which = {}): string =>
  spelled('reply-status', { on, to, ...which });

/** A header has another value, or is gone. */
export const header = (
  on: Request,
  name: string,
  which: Which & { readonly from?: string; readonly to?: string } = {},
) => spelled('reply-header', { on, name, ...which });

export const late = (on: Request, ms: number, which: Which = {}): string => spelled('reply-late', { on, ms, ...which });

export const open = (on: Request, to: 'anonymous' | 'forged' | 'logged-out'): string =>
  spelled('access-open', { on, to });

export const frameDrop = (on: Stream, type: string, at: string, which: WhichFrame = {}): string =>
  spelled('frame-field', { on, type, at, op: 'drop', ...which });

export const frameSet = (on: Stream, type: string, at: string, to: Value, which: WhichFrame = {}): string =>
  spelled('frame-field', { on, type, at, to, ...which });

/** Every later frame has the value of the first one. */
export const frameStuck = (on: Stream, type: string, at: string, which: WhichFrame = {}): string =>
  spelled('frame-field', { on, type, at, op: 'first', ...which });

export const frameLost = (on: Stream, type: string, which: WhichFrame = {}): string =>
  spelled('frame-lost', { on, type, ...which });

/** On the socket, a frame comes again after so many milliseconds, with another value where one is given. */
export const frameAgain = (
  type: string,
  ms: number,
  more: WhichFrame & { readonly at?: string; readonly to?: Value } = {},
): string => spelled('frame-again', { type, ms, ...more });

export const frameLate = (type: string, ms: number, which: WhichFrame = {}): string =>
  spelled('frame-late', { type, ms, ...which });

/** Several defects at once. */
export const both = (...defects: readonly string[]): string => defects.join(',');
