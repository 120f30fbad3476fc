/** Section 4 of FAULTS.md: correct servers on which all 22 have to be verified. */
import { caseOf, type Case } from './expectation.ts';

const control = (id: string, more: Partial<Case> = {}): Case => caseOf({ id, kind: 'control', ...more });

const SINGLE: readonly Case[] = [
  control('control-fast'),
  control('control-extra-fields'),
  control('control-reordered-keys'),
  control('control-pings-anywhere'),
  control('control-frame-order'),
  control('control-401-for-missing-token'),
  control('control-cold-start-in-budget', { estimate: 14_000 }),
  control('control-latency', { estimate: 40_000 }),
  control('control-sse-odd-chunks'),
  control('control-ws-fragments'),
  control('control-unicode'),
  control('control-richer-runs'),
  control('control-e2e-flag'),
  control('control-e2e-flag:enabled=on', {
    note: 'a true flag with consistent variables, while nothing is let in by it',
  }),
  control('control-late-tcp-close'),
];

/** A server without any pace and one with latency exclude each other; everything else goes together. */
const together = (id: string, without: string): Case =>
  control(id, {
    faults: SINGLE.map((one) => one.id).filter((each) => each !== without && each !== 'control-e2e-flag:enabled=on'),
    estimate: 45_000,
    note: `every control but ${without}`,
  });

export const CONTROLS: readonly Case[] = [
  ...SINGLE,
  together('controls-together-fast', 'control-latency'),
  together('controls-together-slow', 'control-fast'),
];

export const CONTROL_REPEATS = 5;
