import { randomBytes } from 'node:crypto';
import { beta17 } from '../../contract/releases/beta-17.ts';
import { isObject, type JsonObject } from '../unit.ts';
import type { Dialect } from './dialect.ts';
import { dataOf, frameOf, statusOf } from './spelling.ts';

const SHOWN_CHARACTERS = 8;

const memberOf = (body: JsonObject, name: string): JsonObject => {
  const member = body[name];
  return isObject(member) ? member : {};
};

const bodies: Readonly<Record<string, (body: JsonObject) => JsonObject>> = {
  'health.read': (body) => ({ status: body['status'] === 'healthy' ? 'ok' : body['status'] }),
  'health.live': (body) => ({ status: body['status'] === 'healthy' ? 'ok' : body['status'] }),
  'health.ready': ({ status }) => ({ status }),
  'sockets.health': ({ status, service, timestamp, errors }) => ({
    status,
    service,
    timestamp,
    components: { websocket_manager: { status }, authentication: { status: 'healthy' } },
    ...(errors === undefined ? {} : { errors }),
  }),
  'sockets.config': (body) => {
    const websocket = memberOf(body, 'websocket');
    const { heartbeat_interval_seconds } = memberOf(websocket, 'limits');
    const limits = { max_message_size_bytes: beta17.socket.limits.messageBytes, heartbeat_interval_seconds };
    return { ...body, websocket: { ...websocket, limits } };
  },
  'sockets.beacon': (body) => ({ ...body, status: 'operational', service: 'websocket_ssot' }),
};

let issued = 0;

export const dialect: Dialect = {
  release: beta17,
  frame: frameOf(beta17, (frame) => {
    const { connection_id, user_id, server_time } = dataOf(frame);
    const shown = typeof user_id === 'string' ? `${user_id.slice(0, SHOWN_CHARACTERS)}...` : user_id;
    return {
      type: 'connection_established',
      connection_id,
      user_id: shown,
      server_time,
      timestamp: frame['timestamp'],
    };
  }),
  success: (endpoint, body) => (isObject(body) ? (bodies[endpoint]?.(body) ?? body) : body),
  status: statusOf(beta17),
  tokenId: () => `jti_${Date.now()}_${(issued += 1)}_${randomBytes(8).toString('hex')}`,
};
