/** One accepted socket of `/ws` or `/ws/test`. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { unixNow } from '../clock.ts';
import type { JsonObject, SocketCall, Unit } from '../unit.ts';

/** The decisions that a socket itself needs. */
export interface SocketSeams {
  'ws.outgoing': (connection: Connection, frame: JsonObject) => readonly JsonObject[];
  /** Writes the text as one message, in one part or in several. */
  'ws.deliver': (connection: Connection, text: string, write: (part: Buffer, last: boolean) => void) => void;
  'ws.close': (connection: Connection, code: number, reason: string, close: () => void) => void;
  'json.serialise': (about: Unit | Connection, value: unknown) => string;
}

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
  readonly #seams: SocketSeams;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;

  readonly #spelled: (frame: JsonObject) => JsonObject;

  constructor(
    seams: SocketSeams,
    spelled: (frame: JsonObject) => JsonObject,
    call: SocketCall,
    socket: WebSocket,
    stream: Duplex,
  ) {
    this.#seams = seams;
    this.#spelled = spelled;
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

  send(frame: JsonObject): void {
    for (const outgoing of this.#seams['ws.outgoing'](this, frame)) this.sendAsIs(outgoing);
  }

  /** Past `ws.outgoing`: for what a fault itself puts on the wire. */
  sendAsIs(frame: JsonObject): void {
    if (!this.open) return;
    this.#seams['ws.deliver'](this, this.#seams['json.serialise'](this, this.#spelled(frame)), (part, last) => {
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
    this.#seams['ws.close'](this, code, reason, () => {
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
