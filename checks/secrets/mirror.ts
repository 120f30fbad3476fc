/** A proxy in front of a stand-in that gives back the credentials it was sent: in bodies, headers, frames, closes, refusals. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { z } from 'zod';
import { formsOf } from './forms.ts';

export interface Mirror {
  readonly origin: string;
  /** Tokens that went through it. */
  readonly tokens: ReadonlySet<string>;
  readonly close: () => Promise<void>;
}

const tokenFields = z.object({
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
  token: z.string().optional(),
});
const HOP = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive', 'upgrade']);

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** Every string of a value, followed by the text. */
const marked = (value: unknown, text: string): unknown => {
  if (typeof value === 'string') return `${value} ${text}`;
  if (Array.isArray(value)) return value.map((item) => marked(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, marked(inner, text)]));
};

const secretsOf = (request: http.IncomingMessage, body: string): string[] => {
  const { authorization = '', 'sec-websocket-protocol': offered = '', 'x-e2e-bypass-key': key } = request.headers;
  const fields = tokenFields.safeParse(jsonOf(body)).data ?? {};
  const query = new URL(request.url ?? '/', 'http://mirror').searchParams.get('token');
  const bySubprotocol = /jwt\.([A-Za-z0-9_-]+)/.exec(offered)?.[1];
  return [
    authorization.replace(/^Bearer /, ''),
    ...(typeof key === 'string' ? [key] : []),
    ...Object.values(fields).filter((value) => value !== undefined),
    ...(query === null ? [] : [query]),
    ...(bySubprotocol === undefined ? [] : [Buffer.from(bySubprotocol, 'base64url').toString()]),
  ].filter((secret) => secret.length >= 8);
};

const WAYS: readonly ((secret: string) => readonly string[])[] = [
  (secret) => [secret, secret.split('.').at(-1) ?? ''],
  (secret) => formsOf(secret).base64,
  (secret) => [`Bearer ${secret}`, secret.slice(0, Math.max(20, secret.length / 2))],
  (secret) => [Buffer.from(`user:${secret}`).toString('base64'), ...formsOf(secret)['url-encoded']],
  (secret) => formsOf(secret).base64url,
  (secret) => [...formsOf(secret)['json-escaped'], ...formsOf(secret).hex],
  (secret) => formsOf(secret)['other escapes'].filter((_, index) => index % 3 === 0),
  (secret) => formsOf(secret)['other escapes'].filter((_, index) => index % 3 === 1),
  (secret) => formsOf(secret)['other escapes'].filter((_, index) => index % 3 === 2),
];
/** The secrets in one form, another one each time. */
const echoes = (): ((secrets: readonly string[]) => string) => {
  let turn = 0;
  return (secrets) => secrets.flatMap(WAYS[turn++ % WAYS.length] ?? (() => [])).join(' ');
};

export const startMirror = async (upstream: string): Promise<Mirror> => {
  const tokens = new Set<string>();
  const echoOf = echoes();
  let turn = 0;
  const server = http.createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const headers = Object.entries(request.headers).filter(([name]) => !HOP.has(name) && name !== 'host');
    const reply = await fetch(`${upstream}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    });
    const secrets = secretsOf(request, body);
    const type = reply.headers.get('content-type') ?? '';
    const kept = [...reply.headers].filter(([name]) => !HOP.has(name));
    const text = type.startsWith('text/event-stream') && request.method === 'GET' ? '' : await reply.text();
    const json = jsonOf(text);
    const login = tokenFields.safeParse(json).data;
    for (const token of [login?.access_token, login?.refresh_token]) if (token !== undefined) tokens.add(token);
    const echo = echoOf(secrets);
    const asHeader = { 'x-echo': echo.replaceAll(/[^\x20-\x7e]/g, ''), 'set-cookie': `session=${secrets[0] ?? 'gp'}` };
    const send = (status: number, contentType: string, content: string) =>
      response
        .writeHead(status, { ...Object.fromEntries(kept), ...asHeader, 'content-type': contentType })
        .end(content);
    if (login?.access_token !== undefined || request.url?.startsWith('/health') === true)
      return void send(reply.status, type, JSON.stringify({ ...(json as object), echo }));
    turn++;
    if (type.startsWith('text/event-stream')) {
      const broken =
        turn % 2 === 0
          ? `data: not JSON ${echo}\n\n`
          : `data: ${JSON.stringify({ event: 'agent_error', type: 'error', error: echo })}\n\n`;
      return void send(200, type, `${text.slice(0, 400)}\n\n${broken}`);
    }
    switch (turn % 5) {
      case 0:
        return void send(500, 'application/json', JSON.stringify({ error: true, message: echo, details: { echo } }));
      case 1:
        return void send(200, `text/html; x=${echo.slice(0, 200).replaceAll(/[^\w.-]/g, '')}`, `<html>${echo}</html>`);
      case 2:
        return void send(reply.status, type, JSON.stringify(marked(json ?? text, echo)));
      default:
        return void send(
          reply.status,
          type,
          typeof json === 'object' && json !== null && !Array.isArray(json) ? JSON.stringify({ ...json, echo }) : text,
        );
    }
  };

  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('jwt-auth') ? 'jwt-auth' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    // A client may leave a refused upgrade with a reset.
    socket.on('error', () => socket.destroy());
    turn++;
    const secrets = secretsOf(request, '');
    const echo = echoOf(secrets);
    if (turn % 4 === 0) {
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Length: ${Buffer.byteLength(echo)}\r\nX-Echo: ${secrets[0] ?? ''}\r\n\r\n${echo}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const { authorization, 'sec-websocket-protocol': offered } = request.headers;
      const target = new WebSocket(
        `${upstream.replace(/^http/, 'ws')}${request.url ?? '/ws'}`,
        offered?.split(/, ?/) ?? [],
        {
          headers: authorization === undefined ? {} : { authorization },
        },
      );
      let frames = 0;
      const closing = (code: number, reason: string) => {
        if (client.readyState === WebSocket.OPEN) client.close(code, reason.slice(0, 110));
      };
      target.on('message', (data: Buffer) => {
        frames++;
        const frame = jsonOf(data.toString());
        if (client.readyState !== WebSocket.OPEN || typeof frame !== 'object' || frame === null) return;
        client.send(
          JSON.stringify(
            frames % 4 === 3
              ? { ...(marked(frame, echo) as object), type: (frame as { type?: unknown }).type }
              : { ...frame, echo },
          ),
        );
        if (frames === 9) closing(1011, secrets[0] ?? 'gp');
      });
      target.on('close', (code) =>
        closing(code < 1000 || code === 1005 || code === 1006 ? 1011 : code, secrets[0] ?? 'gp'),
      );
      target.on('error', () => closing(1011, secrets[0] ?? 'gp'));
      const waiting: RawData[] = [];
      target.on('open', () => waiting.splice(0).forEach((data) => target.send(data, { binary: false })));
      client.on('message', (data) =>
        target.readyState === WebSocket.OPEN ? target.send(data, { binary: false }) : waiting.push(data),
      );
      client.on('close', () => target.terminate());
      client.on('error', () => target.terminate());
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
