/** Plain clients: `node:http` and `ws`, nothing of the suite, so that the stand-in is judged from outside. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Agent } from 'node:http';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import WebSocket from 'ws';
import { AUDIENCE, ISSUER, testLoginReply } from '../../src/contract/auth.ts';
import { tokenSubprotocol } from '../../src/contract/websocket.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Of every network read, with the milliseconds since the request was sent. */
  reads: { at: number; text: string }[];
  ms: number;
}

export interface CallOptions {
  token?: string | undefined;
  headers?: Record<string, string>;
  /** A string is sent as it is. */
  body?: unknown;
  agent?: Agent;
  /** Destroys the request once this text has been read. */
  abortAfter?: string;
}

const WITHIN_MS = 12_000;

const read = (response: IncomingMessage, begun: number, abortAfter: string | undefined): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const reads: Answer['reads'] = [];
    const answer = () => ({
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: reads.map((part) => part.text).join(''),
      reads,
      ms: performance.now() - begun,
    });
    response.on('data', (chunk: Buffer) => {
      reads.push({ at: performance.now() - begun, text: chunk.toString('utf8') });
      if (abortAfter === undefined || !answer().text.includes(abortAfter)) return;
      response.destroy();
      resolve(answer());
    });
    response.on('end', () => resolve(answer()));
    response.on('error', reject);
  });

export const call = (origin: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const url = new URL(origin);
    const content =
      options.body === undefined
        ? undefined
        : typeof options.body === 'string'
          ? options.body
          : JSON.stringify(options.body);
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method,
        path,
        agent: options.agent ?? false,
        headers: {
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(content === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
          ...options.headers,
        },
      },
      (response) => {
        read(response, begun, options.abortAfter).then(resolve, reject);
      },
    );
    outgoing.setTimeout(WITHIN_MS, () =>
      outgoing.destroy(new Error(`${method} ${path}: no answer in ${WITHIN_MS} ms`)),
    );
    outgoing.on('error', reject);
    outgoing.end(content);
  });

export const parsed = (text: string): Json => JSON.parse(text) as Json;
export const list = (text: string): Json[] => JSON.parse(text) as Json[];
export const jsonOf = (answer: Answer): Json => parsed(answer.text);

/** Frames of an event stream that has ended. */
export const framesOf = (answer: Answer): Json[] =>
  answer.text
    .split(/\r?\n\r?\n/)
    .map((block) =>
      block
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .join(''),
    )
    .filter((line) => line !== '')
    .map((line) => parsed(line.slice('data:'.length)));

/** The last answer of a series that ends with the first one that is not 200. */
export const untilRefused = async (ask: () => Promise<Answer>, most = 120): Promise<Answer> => {
  let answer = await ask();
  for (let turn = 1; turn < most && answer.status === 200; turn += 1) answer = await ask();
  return answer;
};

/** Code of a connection that never gave an answer, e.g. ECONNRESET. */
export const failureOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return 'answered';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

export interface Closed {
  code: number;
  reason: string;
  at: number;
}

export interface SocketOptions {
  token?: string;
  via?: 'header' | 'subprotocol' | 'query';
  path?: string;
  protocols?: string[];
  headers?: Record<string, string>;
}

/** Keeps every frame from the first one on; every wait has a deadline. */
export class PlainSocket {
  readonly ws: WebSocket;
  readonly frames: Json[] = [];
  readonly raw: string[] = [];
  readonly times: number[] = [];
  closedWith: Closed | undefined;
  pongs = 0;
  /** Status and body of an upgrade that was refused. */
  refusal: { status: number; headers: IncomingHttpHeaders; text: string } | undefined;
  failure: string | undefined;
  upgradeHeaders: IncomingHttpHeaders = {};
  readonly #begun = performance.now();
  readonly #watchers = new Set<() => void>();

  constructor(url: string, protocols: string[], headers: Record<string, string>) {
    this.ws = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
    this.ws.on('upgrade', (response) => {
      this.upgradeHeaders = response.headers;
    });
    this.ws.on('message', (data: Buffer) => {
      this.raw.push(data.toString('utf8'));
      this.frames.push(parsed(data.toString('utf8')));
      this.times.push(performance.now() - this.#begun);
      this.#tell();
    });
    this.ws.on('pong', () => {
      this.pongs += 1;
      this.#tell();
    });
    this.ws.on('close', (code, reason) => {
      this.closedWith = { code, reason: reason.toString(), at: performance.now() - this.#begun };
      this.#tell();
    });
    this.ws.on('error', (error) => {
      this.failure = error.message;
      this.#tell();
    });
    this.ws.on('open', () => this.#tell());
    this.ws.on('unexpected-response', (outgoing, response) => {
      read(response, performance.now(), undefined)
        .then((answer) => {
          this.refusal = answer;
          outgoing.destroy();
          this.#tell();
        })
        .catch((error: unknown) => {
          this.failure = String(error);
          this.#tell();
        });
    });
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  until<Value>(what: string, look: () => Value | undefined, within = 4_000): Promise<Value> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const value = look();
        if (value === undefined) return;
        clearTimeout(timer);
        this.#watchers.delete(settle);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(settle);
        const state = this.closedWith === undefined ? 'open' : `closed ${JSON.stringify(this.closedWith)}`;
        reject(
          new Error(`no ${what} in ${within} ms; ${state} ${this.failure ?? ''}; frames:\n${this.raw.join('\n')}`),
        );
      }, within);
      this.#watchers.add(settle);
      settle();
    });
  }

  opened(): Promise<boolean> {
    return this.until('open', () => (this.isOpen ? true : undefined));
  }

  frame(what: string, is: (frame: Json) => boolean, within?: number): Promise<Json> {
    return this.until(what, () => this.frames.find(is), within);
  }

  type(type: string, within?: number): Promise<Json> {
    return this.frame(type, (frame) => frame['type'] === type, within);
  }

  ofType(type: string): Json[] {
    return this.frames.filter((frame) => frame['type'] === type);
  }

  welcome(): Promise<Json> {
    return this.frame('welcome', (frame) => dataOf(frame)['event'] === 'connection_established');
  }

  closed(within?: number): Promise<Closed> {
    return this.until('close', () => this.closedWith, within);
  }

  refused(): Promise<NonNullable<PlainSocket['refusal']>> {
    return this.until('refusal', () => this.refusal);
  }

  failed(): Promise<string> {
    return this.until('failure', () => this.failure);
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Silence is only worth something on a socket whose other end is still there. */
  async quietFor(ms: number): Promise<number> {
    const before = this.frames.length;
    await later(ms);
    return this.frames.length - before;
  }

  async answersProtocolPings(): Promise<boolean> {
    const before = this.pongs;
    this.ws.ping();
    return this.until('protocol pong', () => (this.pongs > before ? true : undefined));
  }
}

export const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const dataOf = (frame: Json): Json => (frame['data'] ?? {}) as Json;
export const payloadOf = (frame: Json): Json => (frame['payload'] ?? {}) as Json;
export const part = (of: Json, ...keys: string[]): unknown =>
  keys.reduce<unknown>((value, key) => (value as Json | null | undefined)?.[key], of);

export const socket = (apiOrigin: string, options: SocketOptions = {}): PlainSocket => {
  const { token, via = 'header' } = options;
  const query = token !== undefined && via === 'query' ? `?token=${encodeURIComponent(token)}` : '';
  const carried = token !== undefined && via === 'subprotocol' ? [tokenSubprotocol(token)] : [];
  const protocols = options.protocols ?? (via === 'query' ? [] : ['jwt-auth', ...carried]);
  const headers = token !== undefined && via === 'header' ? { authorization: `Bearer ${token}` } : {};
  const url = `${apiOrigin.replace(/^http/, 'ws')}${options.path ?? '/ws'}${query}`;
  return new PlainSocket(url, protocols, { ...headers, ...options.headers });
};

export interface User {
  id: string;
  email: string;
  token: string;
  refresh: string;
}

export interface Target {
  apiOrigin: string;
  authOrigin: string;
  bypassKey: string;
  secret: string;
}

export const localPart = (): string => `gp-${randomBytes(4).toString('hex')}`;

export const mint = async (target: Target, name = localPart()): Promise<User> => {
  const answer = await call(target.authOrigin, 'POST', '/auth/e2e/test-auth', {
    headers: { 'x-e2e-bypass-key': target.bypassKey },
    body: { email: `${name}@staging.netrasystems.ai` },
  });
  const reply = testLoginReply.parse(jsonOf(answer));
  return { id: reply.user.id, email: reply.user.email, token: reply.access_token, refresh: reply.refresh_token };
};

const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface Forgery {
  claims?: Json;
  alg?: string;
  secret?: string;
}

/** A token of one's own making; with the target's secret it is a genuine one. */
export const forge = ({ claims = {}, alg = 'HS256', secret = randomUUID() }: Forgery = {}): string => {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    sub: 'e2e-gp-forged',
    email: 'gp-forged@staging.netrasystems.ai',
    permissions: [],
    iat: now,
    exp: now + 900,
    token_type: 'access',
    type: 'access',
    iss: ISSUER,
    aud: AUDIENCE,
    jti: randomUUID(),
    env: 'staging',
    svc_id: 'netra_auth_service_staging',
    ...claims,
  };
  const content = `${encode({ alg, typ: 'JWT' })}.${encode(all)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
};

/** Claims of a token, unchecked. */
export const claimsOf = (token: string): Json =>
  parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));

/** The genuine token with another payload and the old signature. */
export const tamper = (token: string, claims: Json): string => {
  const [header = '', , signature = ''] = token.split('.');
  return `${header}.${encode({ ...claimsOf(token), ...claims })}.${signature}`;
};

export interface Probe {
  text: string;
  sum: string;
  marker: string;
}

export const probe = (): Probe => {
  const marker = `gp-${randomBytes(4).toString('hex')}`;
  const [a, b] = [10_000 + Math.floor(Math.random() * 89_999), 10_000 + Math.floor(Math.random() * 89_999)];
  return { text: `Reply with the sum of ${a} and ${b}, followed by the marker ${marker}.`, sum: String(a + b), marker };
};

export const newMarker = (): string => `gp-${randomBytes(4).toString('hex')}`;

export const answers = (text: unknown, { sum, marker }: Probe): boolean =>
  typeof text === 'string' && text.includes(sum) && text.includes(marker);

/** The bare bytes of a connection: what comes back for these, until the other end is done. */
export const bytesFor = (origin: string, content: string | Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const chunks: Buffer[] = [];
    const connection = connect({ host: hostname, port: Number(port) }, () => connection.write(content));
    connection.setTimeout(WITHIN_MS, () => connection.destroy(new Error('no end of the connection')));
    connection.on('data', (chunk) => chunks.push(chunk));
    connection.on('end', () => resolve(Buffer.concat(chunks)));
    connection.on('error', reject);
  });
