/** The release nine days later: what it does otherwise than `beta-9`. */
import { z } from 'zod';
import { tokenClaims } from '../auth.ts';
import { iso, nonEmpty } from '../primitives.ts';
import type { Release } from '../release.ts';
import { beta9 } from './beta-9.ts';

const MEBIBYTE = 1024 * 1024;
/** The first eight characters of an id. */
const SHORTENED = /^.{1,8}\.{3}$/;

const welcome = z.looseObject({
  type: z.literal('connection_established'),
  connection_id: nonEmpty,
  user_id: z.string().regex(SHORTENED),
});

export const beta17: Release = {
  ...beta9,
  name: 'beta-17',
  endpoints: {
    'health.read': { success: z.object({ status: z.literal('ok') }) },
    'health.ready': { success: z.object({ status: z.literal('ready') }) },
    'health.live': { success: z.object({ status: z.literal('ok') }) },
    'health.agents': 'not offered',
    'sockets.health': {
      success: z.object({
        status: z.enum(['healthy', 'degraded']),
        components: z.record(z.string(), z.looseObject({ status: z.string() })),
        errors: z.array(z.string()).optional(),
      }),
    },
    'sockets.config': {
      success: z.object({
        websocket: z.object({
          endpoint: z.literal('/ws'),
          limits: z.object({ max_message_size_bytes: z.int(), heartbeat_interval_seconds: z.number().positive() }),
        }),
      }),
    },
    'sockets.beacon': {
      success: z.object({
        status: z.literal('operational').transform(() => 'healthy'),
        service: z.literal('websocket_ssot'),
        timestamp: iso,
      }),
    },
    'own.profile': { path: '/api/v1/user/profile' },
    'own.settings': { path: '/api/v1/user/settings' },
    'own.sessions': { path: '/api/v1/user/sessions' },
  },
  refusals: {
    ...beta9.refusals,
    notAuthenticated: { ...beta9.refusals.notAuthenticated, statuses: [401] },
    forbidden: { statuses: [401] },
  },
  tokenClaims: z.looseObject({ ...tokenClaims.shape, jti: z.string().regex(/^jti_\d+_\d+_[0-9a-f]+$/) }),
  socket: {
    ...beta9.socket,
    aliases: [],
    transportTest: undefined,
    isWelcome: ({ type }) => type === 'connection_established',
    welcome: welcome.transform(({ connection_id, user_id }) => ({
      connectionId: connection_id,
      user: { id: user_id.slice(0, -3), whole: false },
      ready: undefined,
      environment: undefined,
      heartbeatSeconds: undefined,
      messageBytes: undefined,
    })),
    signOfLife: { type: 'heartbeat', when: 'idle', intervals: 35 / 30 },
    refusalCodes: { noToken: 'AUTH_FAILED', invalidFormat: 'AUTH_FAILED', invalidToken: 'AUTH_FAILED' },
    refusalReason: 'Authentication failed',
    malformedCode: 'JSON_PARSE_ERROR',
    eventBody: 'data',
    limits: {
      connectionsPerUser: undefined,
      messagesPerMinute: undefined,
      messageBytes: MEBIBYTE,
      heartbeatSeconds: 30,
    },
  },
};
