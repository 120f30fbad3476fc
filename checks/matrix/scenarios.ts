/** Section 5 of FAULTS.md. */
import { caseOf, tests, TESTS, type Case } from './expectation.ts';

const scenario = (id: string, more: Partial<Case>): Case => caseOf({ id, kind: 'scenario', ...more });

const SESSION_5 = {
  layer: 'welcome',
  red: tests('01–04'),
  causes: { right: ['ws-crash-after-accept'], bracketed: [] },
  verdict: 'HOLD',
  readings: { passRate: 18, tolerant: 20 },
} as const;

const SOON = 10_000;

/** Causes by test, as D1 to D17 and the line "further" have them. */
const RELEASE: Readonly<Record<string, string>> = {
  'ws-zombie': '01–04, 16',
  'auth-token-not-validated': '02, 16',
  'event-loop-stall': '04',
  'app-5xx': '08, 09, 10, 12, 21',
  'persistence-lost': '13',
  'agent-fake-answer': '07, 09, 11, 16, 19, 20, 22',
  'agent-reported-failure': '08',
  'isolation-breach-http': '16',
  'privilege-escalation': '06',
  'error-status-wrong': '14, 19, 22',
  'error-detail-leak': '19',
  'auth-detail-leak': '02',
  'lifecycle-state-wrong': '09, 22',
  'anonymous-access': '07, 08, 09, 16, 22',
  'session-lifetime-wrong': '21',
};

export const SCENARIO_CASES: readonly Case[] = [
  scenario('healthy', { verdict: 'GO', readings: { passRate: 22, tolerant: 22 } }),
  scenario('session-5', SESSION_5),
  scenario('session-5-immediate', SESSION_5),
  scenario('release-2025-09-09', {
    red: tests('01–04, 06–14, 16, 19–22'),
    degraded: tests('18'),
    free: tests('05, 15, 17'),
    causesOf: Object.fromEntries(Object.entries(RELEASE).map(([cause, list]) => [cause, tests(list)])),
    verdict: 'HOLD',
    estimate: 90_000,
  }),
  scenario('outage-503', {
    layer: 'network',
    red: TESTS,
    causes: { right: ['platform-unavailable'], bracketed: [] },
    verdict: 'DOWN',
    within: SOON,
    estimate: 8_000,
  }),
  scenario('dead-host', {
    layer: 'network',
    red: TESTS,
    causes: { right: ['tcp-refused'], bracketed: [] },
    verdict: 'DOWN',
    within: SOON,
    estimate: 8_000,
  }),
  scenario('cold-start', {
    layer: 'network',
    red: TESTS,
    causes: { right: ['cold-start'], bracketed: [] },
    verdict: 'DOWN',
    estimate: 14_000,
  }),
  scenario('cold-start-afterwards', {
    of: 'cold-start',
    scenario: 'cold-start',
    standin: 'later',
    verdict: 'GO',
    nightly: true,
    estimate: 90_000,
    note: 'a second run against the same process, once it has started',
  }),
];

export const IMMEDIATE_REPEATS = 20;
