/** Every case of the matrix, from the tables of FAULTS.md. */
import { CONTROL_REPEATS, CONTROLS } from './controls.ts';
import type { Case } from './expectation.ts';
import { FAULTS } from './faults.ts';
import { P2_CASES, P2_ONLY } from './p2.ts';
import { IMMEDIATE_REPEATS, SCENARIO_CASES } from './scenarios.ts';

const repeated = (one: Case, times: number): readonly Case[] =>
  Array.from({ length: times - 1 }, (_, index) => ({ ...one, id: `${one.id}#${index + 2}`, nightly: true }));

export const CASES: readonly Case[] = [
  ...SCENARIO_CASES,
  ...FAULTS,
  ...CONTROLS,
  ...P2_CASES,
  ...SCENARIO_CASES.filter(({ id }) => id === 'session-5-immediate').flatMap((one) => repeated(one, IMMEDIATE_REPEATS)),
  ...CONTROLS.flatMap((one) => repeated(one, CONTROL_REPEATS)),
];

/** Ids as the stand-in's folders have to have them. */
export const FAULT_IDS: readonly string[] = [...new Set(FAULTS.map((one) => one.of)), ...P2_ONLY];
export const CONTROL_IDS: readonly string[] = [
  ...new Set(CONTROLS.filter(({ faults }) => faults.length === 1).map((one) => one.of)),
];
export const SCENARIO_IDS: readonly string[] = [...new Set(SCENARIO_CASES.map((one) => one.of))];

/** What `npm test` runs: every layer, every test, both kinds of green, chosen by hand and checked by a spec. */
export const SAMPLE: readonly string[] = [
  'healthy',
  'session-5',
  'dead-host',
  'ws-upgrade-403',
  'auth-ws-bad-token-accepted',
  'msg-oversize-dropped',
  'agent-fallback-with-token',
  'agent-sse-error',
  'rest-500-route:route=tools',
  'rest-write-not-stored',
  'thread-update-lost',
  'iso-thread-open',
  'discovery-localhost',
  'config-limits-mismatch',
  'limit-429-without-retry-after',
  'err-4xx-as-500',
  'session-refresh-reusable',
  'lifecycle-stop-ignored',
  'health-ready-lies',
  'ws-health-degraded',
  'control-extra-fields',
  'control-frame-order',
  'p2/healthy',
  'p2/cors-missing',
];
