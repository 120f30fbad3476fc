/** A stand-in in this process, with a count of what arrives at it: requests, sockets, and who holds how many at once. */
import { createHmac } from 'node:crypto';
import { Server, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { startStandin, type Standin, type StandinOptions } from '../../src/standin/start.ts';

const claims = z.object({ sub: z.string() });

export interface Counted {
  readonly standin: Standin;
  /** At the API and at the auth service; what a page loads of the web app's own files is neither. */
  readonly requests: { api: number; auth: number };
  sockets: number;
  /** The most sockets that one user held at the same moment, by the user whom the token names. */
  readonly most: Map<string, number>;
  /** Users who presented a token. */
  readonly users: Set<string>;
  readonly close: () => Promise<void>;
}

/** The user whom a genuine token names: what is signed by somebody else, as the controls do, is nobody's. */
const subjectOf = (request: IncomingMessage, secret: string): string | undefined => {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const packed = /jwt\.([A-Za-z0-9_-]+)/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1];
  const token = bearer ?? (packed === undefined ? '' : Buffer.from(packed, 'base64url').toString());
  const [header = '', payload = '', signature = ''] = token.split('.');
  const genuine = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url') === signature;
  return genuine ? claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString())).sub : undefined;
};

/** A browser asks by itself before a page's request; neither the page nor the suite did. */
const isOfTheBrowser = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['sec-fetch-mode'] !== undefined;

export const startCounted = async (options: StandinOptions): Promise<Counted> => {
  const standin = await startStandin(options);
  const open = new Map<string, number>();
  const held = (user: string, change: 1 | -1): void => {
    open.set(user, (open.get(user) ?? 0) + change);
    counted.most.set(user, Math.max(counted.most.get(user) ?? 0, open.get(user) ?? 0));
  };
  const arrived = (event: 'request' | 'upgrade', request: IncomingMessage): void => {
    const user = subjectOf(request, standin.secret);
    if (user !== undefined) counted.users.add(user);
    const host = { [standin.port]: 'api', [standin.authPort]: 'auth' } as const;
    const name = host[request.socket.localPort ?? 0];
    if (event === 'request' && name !== undefined && !isOfTheBrowser(request)) counted.requests[name]++;
    if (event === 'request') return;
    counted.sockets++;
    if (user === undefined) return;
    held(user, 1);
    request.socket.once('close', () => held(user, -1));
  };
  const { emit } = Server.prototype;
  // Every server of this process tells: it is the stand-in's alone.
  Server.prototype.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'request' || event === 'upgrade') arrived(event, args[0] as IncomingMessage);
    return Reflect.apply(emit, this, [event, ...args]) as boolean;
  };
  const counted: Counted = {
    standin,
    requests: { api: 0, auth: 0 },
    sockets: 0,
    most: new Map(),
    users: new Set(),
    close: async () => {
      Server.prototype.emit = emit;
      await standin.close();
    },
  };
  return counted;
};
