/** The release of 2025-09-09. */
import { z } from 'zod';
import { tokenClaims } from '../auth.ts';
import { LIMITS } from '../limits.ts';
import type { Release } from '../release.ts';
import { REFUSED_REASON, welcome } from '../websocket.ts';

const isWelcomeData = z.looseObject({ event: z.literal('connection_established') });

export const beta9: Release = {
  name: 'beta-9',
  endpoints: {},
  refusals: {
    notAuthenticated: { statuses: [403, 401], message: 'Not authenticated' },
    badToken: { statuses: [401] },
    forbidden: { statuses: [403] },
    notAdministrator: { statuses: [403] },
    unknown: { statuses: [404] },
    conflict: { statuses: [409] },
    invalid: { statuses: [422] },
    tooLarge: { statuses: [413] },
    rateLimited: { statuses: [429] },
  },
  tokenClaims,
  socket: {
    aliases: ['/websocket'],
    transportTest: '/ws/test',
    isWelcome: ({ type, data }) => type === 'system_message' && isWelcomeData.safeParse(data).success,
    welcome: welcome.transform(({ data }) => ({
      connectionId: data.connection_id,
      user: { id: data.user_id, whole: true },
      ready: data.connection_ready && data.startup_complete,
      environment: data.environment,
      heartbeatSeconds: data.config.heartbeat_interval,
      messageBytes: data.config.max_message_size,
    })),
    signOfLife: { type: 'ping', when: 'at once and every interval' },
    refusalCodes: { noToken: 'NO_TOKEN', invalidFormat: 'INVALID_FORMAT', invalidToken: 'VALIDATION_FAILED' },
    refusalReason: REFUSED_REASON,
    malformedCode: 'FORMAT_ERROR',
    eventBody: 'payload',
    limits: {
      connectionsPerUser: LIMITS.connectionsPerUser,
      messagesPerMinute: LIMITS.messagesPerMinute,
      messageBytes: LIMITS.messageBytes,
      heartbeatSeconds: LIMITS.heartbeatSeconds,
    },
  },
};
