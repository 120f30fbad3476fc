/**
 * The web app's origin: a small chat page, for tests with a browser. It knows the platform by the public contract
 * alone and is served beside the API, on the first port of CORS's list that is free.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { endpoints } from '../contract/endpoints.ts';
import { LOCAL_ORIGIN_PORTS } from '../contract/headers.ts';
import { offered } from '../contract/releases.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

const ASSETS = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/app.css': ['app.css', 'text/css; charset=utf-8'],
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
} as const;
type AssetPath = keyof typeof ASSETS;

const isAsset = (path: string): path is AssetPath => path in ASSETS;
const contentOf = (name: string) => readFileSync(new URL(`app/${name}`, import.meta.url), 'utf8');

/** A browser asks for `localhost` over IPv6 first: somebody else's page must not answer there. */
const takenOverIpv6 = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '::1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const tryListen = (server: Server, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', failed);
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.off('error', failed);
      resolve(true);
    });
  });

export interface AppHost {
  readonly origin: string;
  close: () => Promise<void>;
}

/** Ports that CORS allows first; where all are taken any will do, since the app's own origin is allowed as well. */
const candidates = (wanted: string | undefined): readonly number[] => {
  if (wanted === undefined) return [...LOCAL_ORIGIN_PORTS, 0];
  const { port } = new URL(wanted);
  return [Number(port === '' ? 80 : port)];
};

/** Serves the page; undefined where the wanted origin is not to be had here. */
export const serveApp = async (
  world: World,
  process: Unit,
  wanted: string | undefined,
): Promise<AppHost | undefined> => {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://app').pathname;
    response.setHeader('cache-control', 'no-store');
    if (path === '/config.json') {
      response.setHeader('content-type', 'application/json');
      const { release } = world;
      response.end(
        JSON.stringify({
          api: world.origins.api,
          ws: `${world.wsOrigin}/ws`,
          profile: (offered(release, endpoints.own.profile) ?? endpoints.own.profile).path,
          eventBody: release.socket.eventBody,
        }),
      );
    } else if (isAsset(path)) {
      const [name, type] = ASSETS[path];
      response.setHeader('content-type', type);
      response.end(world.seams['app.asset'](process, name, contentOf(name)));
    } else {
      response.statusCode = 404;
      response.end('Not Found');
    }
  });
  for (const port of candidates(wanted)) {
    if (port !== 0 && (await takenOverIpv6(port))) continue;
    if (!(await tryListen(server, port))) continue;
    const { port: bound } = server.address() as AddressInfo;
    return {
      origin: `http://localhost:${bound}`,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  }
  return undefined;
};
