/** What the P2 tests have to see: faults of the catalogue that reach them, and the ones that only they can see. */
import type { FailureClass } from '../../src/evidence/failure.ts';
import { caseOf, testsIn, type Case, type Layer } from './expectation.ts';

interface Row {
  readonly red: string;
  readonly free?: string;
  readonly degraded?: string;
  readonly cause?: string;
  readonly classes?: readonly FailureClass[];
}

/** A fault that the P1 tests do not meet: it stands in the catalogue for these six. */
const fault = (layer: Layer, spec: string, { red, free = '', degraded = '', cause, classes = [] }: Row): Case =>
  caseOf({
    id: `p2/${spec}`,
    of: spec.split(':', 1)[0] ?? spec,
    kind: 'fault',
    priority: 'P2',
    layer,
    origin: 'realistic',
    faults: [spec],
    red: testsIn('P2', red),
    free: testsIn('P2', free),
    degraded: testsIn('P2', degraded),
    causes: { right: cause === undefined ? [] : [cause], bracketed: [] },
    classes,
    estimate: 26_000,
  });

const control = (id: string, faults: readonly string[], nightly: boolean): Case =>
  caseOf({ id: `p2/${id}`, of: id, kind: 'control', priority: 'P2', faults, nightly, estimate: 26_000 });

const FAULTS: readonly Case[] = [
  fault('page', 'cors-missing', { red: '04, 05' }),
  fault('page', 'cors-any-origin', { red: '04' }),
  fault('page', 'page-broken:what=history', { red: '05' }),
  fault('page', 'page-broken:what=reconnect', { red: '05' }),
  fault('page', 'page-broken:what=progress', { red: '05' }),
  fault('page', 'page-broken:what=answer', { red: '05' }),
  fault('page', 'page-broken:what=sign-in', { red: '05' }),
  fault('page', 'page-broken:what=maintenance', { red: '05' }),
  fault('authentication', 'ws-subprotocol-token-unread', { red: '04, 05', classes: ['ws-silent'] }),
  fault('authentication', 'auth-audience-ignored', { red: '06' }),
  fault('authentication', 'auth-headers-let-in', { red: '01, 06', free: '02' }),
  fault('authentication', 'auth-expired-token-accepted', { red: '04, 06' }),
  fault('authentication', 'auth-refresh-as-access', { red: '06' }),
  fault('authentication', 'auth-ws-bad-token-accepted', { red: '04, 06' }),
  fault('authentication', 'auth-ws-no-token-accepted', { red: '04, 06' }),
  fault('authentication', 'auth-refusal-leaks-token', { red: '06' }),
  fault('handshake', 'ws-subprotocol-none', {
    red: '02, 03, 04, 05',
    free: '06',
    classes: ['ws-silent', 'ws-upgrade'],
  }),
  fault('agents', 'events-heartbeat-missing', { red: '01', classes: ['events-missing', 'deadline'] }),
  fault('agents', 'agent-sse-buffered', { red: '01' }),
  fault('agents', 'agent-ws-duplicated', { red: '02, 03, 04', free: '05' }),
  fault('agents', 'agent-ws-out-of-order', { red: '02, 03, 04', free: '05' }),
  fault('agents', 'agent-ws-tools-missing', { red: '02, 03, 04', free: '05' }),
  fault('agents', 'agent-ws-wrong-run', { red: '02, 03, 04', free: '05', classes: ['ws-frame'] }),
  fault('agents', 'agent-ws-canned', { red: '02, 03, 04, 05' }),
  fault('rest', 'rest-500-route:route=chat-stream', { red: '01' }),
  fault('rest', 'thread-order-lost', { red: '02', classes: ['events-order'], free: '05' }),
  fault('messages', 'msg-overtakes', { red: '02', classes: ['events-order'] }),
  fault('messages', 'msg-chat-swallowed', { red: '02, 03, 04, 05', classes: ['answer-wrong'] }),
  fault('welcome', 'ws-mute', { red: '02, 03, 04, 05, 06', classes: ['answer-wrong'] }),
  fault('isolation', 'iso-ws-broadcast', { red: '03', free: '02, 04, 05' }),
  fault('welcome', 'ws-close-1011-after-accept', {
    red: '02, 03, 04, 05',
    free: '06',
    classes: ['ws-silent'],
  }),
];

const GREEN: readonly string[] = [
  'control-extra-fields',
  'control-pings-anywhere',
  'control-frame-order',
  'control-401-for-missing-token',
  'control-latency',
  'control-sse-odd-chunks',
  'control-ws-fragments',
  'control-unicode',
  'control-richer-runs',
  'control-late-tcp-close',
];

export const P2_CASES: readonly Case[] = [
  ...FAULTS,
  control('healthy', [], false),
  ...GREEN.map((id) => control(id, [id], true)),
];

/** Faults of the stand-in that no P1 row names. */
export const P2_ONLY: readonly string[] = [
  'auth-audience-ignored',
  'auth-headers-let-in',
  'cors-any-origin',
  'cors-missing',
  'events-heartbeat-missing',
  'msg-overtakes',
  'page-broken',
  'thread-order-lost',
  'ws-subprotocol-token-unread',
];
