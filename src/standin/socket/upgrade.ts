/** Upgrades: which are accepted, with which subprotocol, and how the others are turned away. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { STANDIN_HEADER } from '../../contract/headers.ts';
import { LIMITS } from '../../contract/limits.ts';
import { SUBPROTOCOL } from '../../contract/websocket.ts';
import { applyEdge, writeRaw } from '../http/edge.ts';
import { VERSION } from '../settings.ts';
import type { UpgradeDecision } from '../switchboard/seams.ts';
import { userOfToken, type Host, type SocketCall } from '../unit.ts';
import type { World } from '../world.ts';
import { Connection } from './connection.ts';
import { serveChat } from './serve.ts';
import { serveTransportTest } from './transport-test.ts';
import { presentedBy } from './presented.ts';

const CHAT_PATHS: readonly string[] = ['/ws', '/websocket'];
export const isChatPath = (path: string): boolean => CHAT_PATHS.includes(path);

export const decideUpgrade = (world: World, host: Host, path: string): UpgradeDecision => {
  const { aliases, transportTest } = world.release.socket;
  if (host === 'api' && ['/ws', ...aliases].includes(path)) return { kind: 'accept', endpoint: 'chat' };
  if (host === 'api' && path === transportTest) return { kind: 'accept', endpoint: 'transport-test' };
  return { kind: 'refuse', status: 403, headers: { 'content-length': '0' }, body: '' };
};

export const selectSubprotocol = (offered: readonly string[]): string | undefined =>
  offered.includes(SUBPROTOCOL) ? SUBPROTOCOL : undefined;

const HANG_MS = 180_000;

const callOf = (host: Host, request: IncomingMessage): SocketCall => {
  const url = new URL(request.url ?? '/', 'http://standin');
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((entry) => entry.trim());
  const call: SocketCall = {
    kind: 'socket',
    host,
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    address: request.socket.remoteAddress ?? '',
    offered: offered.filter((entry) => entry !== ''),
    user: () => userOfToken(presentedBy(request.headers, call.offered, call.query).token),
  };
  return call;
};

export const hang = (stream: Duplex): void => {
  const timer = setTimeout(() => stream.destroy(), HANG_MS);
  timer.unref();
  stream.on('close', () => {
    clearTimeout(timer);
  });
  stream.on('error', () => stream.destroy());
  stream.resume();
};

export const attachUpgrades = (world: World, host: Host, server: Server): { close: () => void } => {
  const selected = new WeakMap<IncomingMessage, string>();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: LIMITS.frameBytes,
    handleProtocols: (_offered, request) => selected.get(request) ?? false,
  });
  sockets.on('headers', (headers) => headers.push(`${STANDIN_HEADER}: ${VERSION}`));

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const { seams } = world;
    const original = callOf(host, request);
    const edge = await seams['edge.answer'](original);
    if (edge?.kind === 'hang') {
      hang(stream);
      return;
    }
    if (edge !== undefined) {
      applyEdge(edge, stream);
      return;
    }
    const call: SocketCall = { ...original, headers: seams['ws.headers'](original, original.headers) };
    const decision = seams['ws.upgrade'](original);
    if (decision.kind === 'hang') {
      hang(stream);
      return;
    }
    if (decision.kind === 'refuse') {
      writeRaw(stream, decision.status, decision.headers, decision.body);
      return;
    }
    seams['ws.transport'](original, stream);
    const subprotocol = seams['ws.subprotocol'](original, original.offered);
    if (subprotocol !== undefined) selected.set(request, subprotocol);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const connection = new Connection(
        seams,
        world.dialect.frame,
        Object.assign(original, { headers: call.headers }),
        socket,
        stream,
      );
      if (decision.endpoint === 'chat') serveChat(world, connection, socket);
      else serveTransportTest(world, connection, socket);
    });
  };

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      writeRaw(stream, 400, { 'content-length': '0' }, '');
      return;
    }
    upgrade(request, stream, head).catch((error: unknown) => {
      process.stderr.write(`standin: upgrade of ${request.url ?? ''} failed: ${String(error)}\n`);
      writeRaw(stream, 500, { 'content-length': '0' }, '');
    });
  });
  return { close: () => sockets.close() };
};
