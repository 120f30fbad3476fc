/** The life of a `/ws` socket: accept, authenticate, greet, listen. */
import type { WebSocket } from 'ws';
import { EVICTED_REASON } from '../../contract/websocket.ts';
import { unixNow } from '../clock.ts';
import type { Admission, Frame, Presented } from '../switchboard/seams.ts';
import type { World } from '../world.ts';
import type { Connection } from './connection.ts';
import { CLOSE, errorMessage, handshakeValidation, serverPing, welcome } from './frames.ts';
import { presentedBy } from './presented.ts';

/** A client that has not answered for so long is not pinged any more. */
const SILENT_SECONDS = 95;

export const toBuffer = (data: Buffer | ArrayBuffer | Buffer[]): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);

export const authenticate = async (world: World, connection: Connection, presented: Presented): Promise<Admission> => {
  if (presented.source === 'none') {
    const message = 'No JWT token found in WebSocket headers or subprotocols';
    return { verdict: 'refused', code: 'NO_TOKEN', message };
  }
  const judgement = await world.seams['auth.judge'](connection.call, 'ws', presented.token ?? '');
  switch (judgement.verdict) {
    case 'valid':
      return { verdict: 'admitted', userId: judgement.caller.userId, email: judgement.caller.email };
    case 'unavailable':
      return { verdict: 'refused', code: 'AUTH_SERVICE_ERROR', message: 'The auth service cannot be reached' };
    case 'absent':
      return { verdict: 'refused', code: 'INVALID_FORMAT', message: 'The token is empty' };
    case 'flawed':
      return judgement.flaws.includes('format')
        ? { verdict: 'refused', code: 'INVALID_FORMAT', message: 'The token does not have three parts' }
        : { verdict: 'refused', code: 'VALIDATION_FAILED', message: 'The token is not valid' };
  }
};

const greetingOf = (world: World, connection: Connection): Frame[] => [
  handshakeValidation(connection),
  welcome(world, connection),
  ...(world.release.socket.signOfLife.when === 'idle' ? [] : [serverPing()]),
];

const enter = async (world: World, connection: Connection): Promise<void> => {
  const { seams, metrics } = world;
  const presented = presentedBy(connection.call.headers, connection.call.offered, connection.call.query);
  metrics.attempts += 1;
  const admission = await seams['ws.authenticate'](connection, presented);
  if (!connection.open) return;
  if (admission.verdict === 'refused') {
    connection.send(seams['ws.refusal'](connection, errorMessage(admission.code, admission.message)));
    connection.close(CLOSE.policy, world.release.socket.refusalReason);
    return;
  }
  metrics.admissions += 1;
  connection.identify(admission.userId, admission.email);
  world.users.add(admission.userId);
  const place = seams['ws.place'](connection);
  if (!place.admitted) {
    connection.close(CLOSE.internalError, 'Internal error');
    return;
  }
  for (const frame of seams['ws.greeting'](connection, greetingOf(world, connection))) connection.send(frame);
  for (const evicted of place.evicted) evicted.close(CLOSE.policy, EVICTED_REASON);
};

const beat = (world: World, connection: Connection): void => {
  world.seams['ws.heartbeat'](connection, () => {
    if (unixNow() - connection.lastPong <= SILENT_SECONDS) connection.send(serverPing());
  });
};

export const serveChat = (world: World, connection: Connection, socket: WebSocket): void => {
  const { seams } = world;
  world.sockets.add(connection);
  world.metrics.totalConnections += 1;
  const { signOfLife } = world.release.socket;
  const intervals = signOfLife.when === 'idle' ? signOfLife.intervals : 1;
  const heartbeat = setInterval(
    () => {
      if (connection.admitted && connection.open) beat(world, connection);
    },
    world.settings.heartbeatSeconds * 1000 * intervals,
  );
  const failed = (error: unknown) => {
    process.stderr.write(`standin: socket of ${connection.userId}: ${String(error)}\n`);
    connection.close(CLOSE.internalError, 'Internal error');
  };
  // Frames sent before the token is judged wait for the verdict; after it they are handled one by one.
  let inbox = seams['ws.accepted'](connection, () => enter(world, connection)).catch(failed);
  socket.on('message', (data) => {
    inbox = inbox
      .then(async () => {
        if (!connection.admitted || connection.closing) return;
        connection.lastActive = unixNow();
        if (signOfLife.when === 'idle') heartbeat.refresh();
        await seams['ws.receive'](connection, toBuffer(data));
      })
      .catch(failed);
  });
  // The library has already answered with 1002, 1007 or 1009.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(heartbeat);
    connection.closing = true;
    world.sockets.delete(connection);
    if (connection.admitted) seams['ws.release'](connection);
  });
};
