/**
 * Right failure, right reason: the layers at which a failure of each class can begin (DIAGNOSIS.md, section 4). A class
 * is a place where a test stopped, so it may stand for several layers, and never for all of them.
 */
import type { FailureClass } from '../../src/evidence/failure.ts';
import type { Case, Layer } from './expectation.ts';

const LAYERS_OF: Readonly<Record<FailureClass, readonly Layer[]>> = {
  dns: ['network'],
  'tcp-refused': ['network'],
  'tcp-reset': ['network'],
  tls: ['network'],
  // What a hop in front answers, what a route answers, and a refusal that carries the wrong number.
  'http-status': ['page', 'network', 'handshake', 'rest', 'limits', 'errors', 'lifecycle', 'health'],
  'http-body': ['page', 'network', 'agents', 'rest', 'discovery', 'errors', 'sessions', 'lifecycle', 'health'],
  'token-source': ['network', 'authentication'],
  'auth-rejected': ['page', 'network', 'authentication', 'sessions'],
  'auth-accepted': ['authentication', 'sessions', 'isolation'],
  deadline: ['network', 'handshake', 'agents', 'limits', 'health'],
  'ws-upgrade': ['network', 'handshake'],
  'ws-subprotocol': ['handshake'],
  'ws-clean-refusal': ['network', 'welcome', 'limits'],
  'ws-closed-early': ['network', 'welcome', 'limits'],
  'ws-closed-late': ['network', 'messages'],
  'ws-silent': ['page', 'handshake', 'welcome', 'limits'],
  // A socket that never answers: a zombie from its welcome on, a message that nobody takes, a server that stands still.
  'ws-mute': ['welcome', 'messages', 'limits'],
  'ws-wrong-user': ['authentication', 'welcome', 'isolation'],
  'ws-frame': ['page', 'authentication', 'welcome', 'messages', 'discovery'],
  // A message that is swallowed shows as a run that never starts.
  'events-missing': ['page', 'messages', 'agents', 'health'],
  'events-order': ['agents'],
  'answer-wrong': ['page', 'agents'],
  'answer-failure': ['agents', 'health'],
  'foreign-data': ['page', 'isolation', 'rest'],
  'not-persisted': ['page', 'network', 'rest'],
  pagination: ['rest'],
  limit: ['network', 'limits', 'errors'],
  // A failure without a class says nothing of its reason.
  unknown: [],
};

export const fits = (failureClass: FailureClass, { layer, classes }: Pick<Case, 'layer' | 'classes'>): boolean =>
  layer === undefined || LAYERS_OF[failureClass].includes(layer) || classes.includes(failureClass);
