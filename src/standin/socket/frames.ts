/** Frames of `/ws`, as the contract spells them. */
import { CLOSE, REFUSED_REASON } from '../../contract/websocket.ts';
import { LIMITS } from '../../contract/limits.ts';
import { isoNow, unixNow } from '../clock.ts';
import type { Frame } from '../switchboard/seams.ts';
import type { JsonObject } from '../unit.ts';
import type { World } from '../world.ts';
import type { Connection } from './connection.ts';

export { CLOSE, REFUSED_REASON };

export const enveloped = (type: string, data: JsonObject): Frame => ({
  type,
  data,
  timestamp: unixNow(),
  server_id: null,
  correlation_id: null,
});

export const errorMessage = (code: string, message: string, details: JsonObject = {}): Frame => ({
  type: 'error_message',
  error_code: code,
  error_message: message,
  details,
  timestamp: unixNow(),
  recovery_suggestions: null,
});

export const handshakeValidation = (connection: Connection): Frame => ({
  type: 'handshake_validation',
  timestamp: unixNow(),
  validation_id: `val_${connection.connectionId.slice(-8)}`,
});

export const welcome = (world: World, connection: Connection): Frame =>
  enveloped('system_message', {
    event: 'connection_established',
    connection_id: connection.connectionId,
    user_id: connection.userId,
    server_time: isoNow(),
    connection_ready: true,
    environment: world.settings.environment,
    startup_complete: true,
    config: { heartbeat_interval: world.settings.heartbeatSeconds, max_message_size: LIMITS.messageBytes },
    factory_pattern_enabled: true,
  });

export const serverPing = (): Frame => enveloped('ping', { timestamp: unixNow() });

export const isWelcome = (frame: Frame): boolean => {
  const data = frame['data'];
  return (
    frame['type'] === 'system_message' &&
    typeof data === 'object' &&
    data !== null &&
    'event' in data &&
    data.event === 'connection_established'
  );
};
