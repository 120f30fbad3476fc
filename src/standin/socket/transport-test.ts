/** `/ws/test`: tells a broken network from a broken `/ws`; no authentication, no part of the product. */
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { isoNow } from '../clock.ts';
import { isObject } from '../unit.ts';
import type { World } from '../world.ts';
import type { Connection } from './connection.ts';
import { toBuffer } from './serve.ts';

const parse = (data: Buffer): unknown => {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
};

export const serveTransportTest = (world: World, connection: Connection, socket: WebSocket): void => {
  world.sockets.add(connection);
  connection.send({
    type: 'connection_established',
    connection_id: `test_${randomUUID().slice(0, 8)}`,
    server_time: isoNow(),
    message: 'Transport test: no authentication, no agents',
  });
  socket.on('message', (data) => {
    const message = parse(toBuffer(data));
    if (!isObject(message)) {
      connection.send({ type: 'error', message: 'Invalid JSON' });
    } else if (message['type'] === 'ping') {
      connection.send({ type: 'pong', timestamp: isoNow() });
    } else if (message['type'] === 'echo') {
      connection.send({ type: 'echo_response', original: message, timestamp: isoNow() });
    } else {
      const received = typeof message['type'] === 'string' ? message['type'] : 'unknown';
      connection.send({ type: 'ack', received_type: received, timestamp: isoNow() });
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => world.sockets.delete(connection));
};
