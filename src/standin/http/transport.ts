/** fastify carries requests in and replies out; every decision on the way is a seam. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify';
import { STANDIN_HEADER } from '../../contract/headers.ts';
import { LIMITS } from '../../contract/limits.ts';
import { VERSION } from '../settings.ts';
import {
  bearerOf,
  isObject,
  localPartOf,
  userOfToken,
  type Body,
  type Host,
  type HttpCall,
  type Unit,
} from '../unit.ts';
import type { World } from '../world.ts';
import { isPreflight, preflight, withCors } from './cors.ts';
import { applyEdge } from './edge.ts';
import { Invalid, invalidOf, methodNotAllowed, notFound, Problem, type Reply } from './reply.ts';
import type { Route } from './route.ts';
import { writeStream } from './stream.ts';

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

/** How a host words its errors and judges a request before its route works on it. */
export interface HostRules {
  host: Host;
  routes: readonly Route[];
  /** The work of a matched route, or an error thrown. */
  handle: (call: HttpCall, route: Route) => Promise<Reply>;
  refuse: (call: HttpCall, problem: Problem) => Reply;
}

const userOf = (call: HttpCall): string | undefined => {
  const bearer = userOfToken(bearerOf(call.headers.authorization));
  if (bearer !== undefined) return bearer;
  const value = call.body.kind === 'json' && isObject(call.body.value) ? call.body.value : {};
  const { email, token, refresh_token: refresh } = value;
  if (typeof email === 'string') return localPartOf(email);
  if (typeof refresh === 'string') return userOfToken(refresh);
  return typeof token === 'string' ? userOfToken(token) : undefined;
};

const callOf = (host: Host, request: IncomingMessage, response: ServerResponse): HttpCall => {
  const target = request.url ?? '/';
  const at = target.indexOf('?');
  const leaving = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) leaving.abort();
  });
  const call: HttpCall = {
    kind: 'http',
    host,
    method: request.method ?? 'GET',
    path: at < 0 ? target : target.slice(0, at),
    query: new URLSearchParams(at < 0 ? '' : target.slice(at + 1)),
    headers: request.headers,
    address: request.socket.remoteAddress ?? '',
    params: {},
    body: { kind: 'none' },
    route: '',
    endpoint: '',
    gone: leaving.signal,
    user: () => userOf(call),
  };
  return call;
};

const parseBody = (content: Buffer): Body => {
  if (content.length === 0) return { kind: 'none' };
  try {
    const value: unknown = JSON.parse(content.toString('utf8'));
    return { kind: 'json', value };
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return { kind: 'broken', position: position === undefined ? content.length : Number(position) };
  }
};

/** Reads to the end even when it is too much, so that the client gets its 413 instead of a broken pipe. */
const readBody = async (payload: IncomingMessage): Promise<Body> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LIMITS.requestBodyBytes) chunks.push(chunk);
  }
  return size > LIMITS.requestBodyBytes ? { kind: 'too-large' } : parseBody(Buffer.concat(chunks));
};

export const brokenJson = (position: number): Invalid =>
  new Invalid([{ type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: {} }]);

const recovered = (rules: HostRules, call: HttpCall, error: unknown): Reply => {
  if (error instanceof Problem) return rules.refuse(call, error);
  if (error instanceof Invalid)
    return rules.host === 'api' ? invalidOf(error) : rules.refuse(call, new Problem(422, error.message));
  process.stderr.write(
    `standin: ${call.method} ${call.path}: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
  );
  return rules.refuse(call, new Problem(500, 'Internal server error'));
};

const send = (world: World, call: HttpCall, reply: Reply, out: FastifyReply): void => {
  if (reply.body.kind === 'events') {
    out.hijack();
    const { stream, frames } = reply.body;
    writeStream(world, call, reply, stream, frames, out.raw).catch((error: unknown) => {
      process.stderr.write(`standin: stream ${call.path}: ${String(error)}\n`);
      out.raw.destroy();
    });
    return;
  }
  void out.code(reply.status).headers(reply.headers);
  if (reply.body.kind === 'json') {
    const value = reply.status === 200 ? world.dialect.success(call.endpoint, reply.body.value) : reply.body.value;
    void out.type('application/json').send(Buffer.from(world.seams['json.serialise'](call, value)));
  } else if (reply.body.kind === 'text') {
    void out.type(reply.body.type).send(Buffer.from(reply.body.text));
  } else {
    void out.send();
  }
};

const deliver = async (
  world: World,
  rules: HostRules,
  call: HttpCall,
  out: FastifyReply,
  produce: () => Promise<Reply>,
): Promise<FastifyReply> => {
  const { seams, settings } = world;
  const guarded = async (work: () => Promise<Reply>): Promise<Reply> => {
    try {
      return await work();
    } catch (error) {
      return recovered(rules, call, error);
    }
  };
  // Guarded twice: the seam sees refusals as replies, and may refuse by itself.
  const answer = await guarded(() => seams['http.respond'](call, () => guarded(produce)));
  const reply = withCors(call, answer, settings.frontendUrl);
  const finished = seams['http.finish'](call, reply);
  await seams['http.transmit'](call, () => send(world, call, finished, out));
  return out;
};

export interface HttpHost {
  app: FastifyInstance;
  server: Server;
}

export const buildHost = async (world: World, rules: HostRules, processUnit: Unit): Promise<HttpHost> => {
  const { seams } = world;
  const calls = new WeakMap<IncomingMessage, HttpCall>();
  const server = await seams['net.server'](processUnit, () => createServer());
  server.keepAliveTimeout = 65_000;

  const app: FastifyInstance = Fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (_error, request, reply) => {
      const call = callFor(request);
      void deliver(world, rules, call, reply, () => Promise.resolve(notFound()));
    },
    serverFactory: (handler) => {
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        response.setHeader(STANDIN_HEADER, VERSION);
        const call = callOf(rules.host, request, response);
        calls.set(request, call);
        Promise.resolve(seams['edge.answer'](call))
          .then((edge) => {
            if (edge === undefined) handler(request, response);
            else if (edge.kind === 'reply') {
              const finish = () => response.writeHead(edge.status, edge.headers).end(edge.body);
              request.resume();
              void seams['http.transmit'](call, finish);
            } else applyEdge(edge, request.socket);
          })
          .catch((error: unknown) => {
            process.stderr.write(`standin: ${call.path}: ${String(error)}\n`);
            response.destroy();
          });
      });
      return server;
    },
  });
  const callFor = (request: { raw: IncomingMessage }): HttpCall => {
    const call = calls.get(request.raw);
    if (call === undefined) throw new Error('a request that never arrived');
    return call;
  };

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    callFor(request).body = await readBody(payload);
    return null;
  });
  app.addHook('onRequest', async (request, reply) => {
    const call = callFor(request);
    if (!isPreflight(call)) return;
    await deliver(world, rules, call, reply, () => Promise.resolve(preflight(call, world.settings.frontendUrl)));
    return reply;
  });
  app.setNotFoundHandler((request, reply) =>
    deliver(world, rules, callFor(request), reply, () => Promise.resolve(notFound())),
  );
  app.setErrorHandler((error, request, reply) =>
    deliver(world, rules, callFor(request), reply, () => {
      throw error;
    }),
  );

  const paths = new Map<string, Route[]>();
  for (const route of rules.routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  for (const [path, routes] of paths) {
    for (const route of routes) {
      app.route({
        method: route.method,
        url: path,
        handler: (request, reply) => {
          const call = callFor(request);
          call.params = request.params as Record<string, string>;
          call.route = `${route.method} ${route.path}`;
          call.endpoint = route.id;
          return deliver(world, rules, call, reply, () => rules.handle(call, route));
        },
      });
    }
    const taken = routes.map((route) => route.method as HTTPMethods);
    app.route({
      method: METHODS.filter((method) => !taken.includes(method)),
      url: path,
      handler: (request, reply) =>
        deliver(world, rules, callFor(request), reply, () =>
          Promise.resolve(methodNotAllowed(taken.sort().join(', '))),
        ),
    });
  }
  await app.ready();
  return { app, server };
};
