/** One accepted socket of `/ws` or `/ws/test`. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { unixNow } from '../clock.ts';
import type { Frame } from '../switchboard/seams.ts';
import type { SocketCall } from '../unit.ts';
import type { World } from '../world.ts';

export class Connection {
  readonly call: SocketCall;
  readonly openedAt = unixNow();
  /** Empty until the socket is admitted. */
  userId = '';
  email = '';
  connectionId = '';
  admitted = false;
  /** Closed by the server: whatever the client still sends is nobody's business any more. */
  closing = false;
  lastPong = unixNow();
  lastActive = unixNow();
  readonly #world: World;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;

  constructor(world: World, call: SocketCall, socket: WebSocket, stream: Duplex) {
    this.#world = world;
    this.call = call;
    this.#socket = socket;
    this.#stream = stream;
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN && !this.closing;
  }

  identify(userId: string, email: string): void {
    this.userId = userId;
    this.email = email;
    this.connectionId = `ws_${userId.slice(0, 8)}_${Math.floor(this.openedAt)}_${randomBytes(4).toString('hex')}`;
    this.admitted = true;
  }

  send(frame: Frame): void {
    for (const outgoing of this.#world.seams['ws.outgoing'](this, frame)) this.sendAsIs(outgoing);
  }

  /** Past `ws.outgoing`: for what a fault itself puts on the wire. */
  sendAsIs(frame: Frame): void {
    if (!this.open) return;
    const { seams } = this.#world;
    seams['ws.deliver'](this, seams['json.serialise'](this, frame), (part, last) => {
      if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(part, { binary: false, fin: last });
    });
  }

  /** A ping of the protocol, opcode 9. */
  pingProtocol(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.#world.seams['ws.close'](this, code, reason, () => {
      this.#socket.close(code, reason);
    });
  }

  /** FIN without a close frame. */
  drop(): void {
    this.closing = true;
    this.#stream.end(() => this.#stream.destroy());
  }

  terminate(): void {
    this.closing = true;
    this.#socket.terminate();
  }
}
