import { drop, edit, frameDrop, frameLost, frameSet, open, set, status } from './spell.ts';

const MESSAGE = 'GET /api/chat/messages/{id}';
const AS_BOB = { with: 'x-user-id' };

export const TENANT_ISOLATION = {
  'P1-16 settleIn own.thread reply': drop('POST /api/threads', '/object'),
  'P1-16 settleIn own.message reply': drop('POST /api/threads/{id}/messages', '/role'),
  'P1-16 settleIn own.chat reply': drop('POST /api/chat/messages', '/status'),
  'P1-16 settleIn own.agent reply': drop('POST /api/agents/start', '/timestamp'),
  'P1-16 expectSilenceAt next client': frameLost('socket', 'ack'),
  'P1-16 expectSilenceAt socket.ack expect': frameSet('socket', 'ack', '/received_type', 'message'),
  'P1-16 expectSilenceAt socket.ack client': frameDrop('socket', 'ack', '/status'),
  'P1-16 expectSilenceAt socket.silence expect': 'iso-ws-broadcast',
  'P1-16 expectSilenceAt socket.other-alive client': frameLost('socket', 'pong'),
  'P1-16 * reply': drop('GET /api/agents/status', '/*/last_activity'),
  'P1-16 *.own expect': edit('GET /api/agents/status', '', 'empty'),
  'P1-16 *.other expect': 'iso-messages-by-label',
  'P1-16 list.label.total expect': set('GET /api/chat/messages', '/total_count', 2, { having: 'thread_id' }),
  'P1-16 code-word reply': status('POST /api/agents/triage', 203),
  'P1-16 code-word.status expect': set('POST /api/agents/triage', '/status', 'partial'),
  'P1-16 code-word.own expect': set('POST /api/agents/triage', '/response', 'There is none.'),
  'P1-16 code-word.other expect': 'answers-merged',
  'P1-16 foreign.message.get expect': set(MESSAGE, '/message', 'No', { of: 403, by: 'token' }),
  'P1-16 foreign.message.delete expect': status('DELETE /api/chat/messages/{id}', 404, { of: 403 }),
  'P1-16 foreign.thread expect': 'iso-thread-open',
  'P1-16 header-identity reply': drop('GET /api/threads', '/*/object', AS_BOB),
  'P1-16 header-identity expect': 'identity-by-header',
  'P1-16 header-identity.own expect': edit('GET /api/threads', '', 'empty', AS_BOB),
  'P1-16 tampered expect': open('GET /api/threads', 'forged'),
  'P1-16 list.anonymous expect': open('GET /api/agents/status', 'anonymous'),
  'P1-16 foreign.message.kept reply': drop(MESSAGE, '/message_type'),
  'P1-16 foreign.message.kept expect': set(MESSAGE, '/content', 'Taken over'),
  'P1-16 socket.connect client': 'ws-upgrade-403',
  'P1-16 socket.no-token client': 'auth-ws-no-token-accepted',
  'P1-16 socket.tampered client': 'auth-ws-bad-token-accepted',
} as const;
