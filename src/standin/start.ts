/** Starts one stand-in: two listeners, one world, the chosen faults in its seams. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { changeOf } from '../contract/releases.ts';
import { serveApp, type AppHost } from './app-host.ts';
import { authRoutes, detailOf, handleAuth } from './auth-service.ts';
import { healthySeams } from './healthy.ts';
import { handleApi } from './http/api.ts';
import type { Route } from './http/route.ts';
import { buildHost, type HttpHost } from './http/transport.ts';
import { agentRoutes } from './routes/agents.ts';
import { chatMessageRoutes } from './routes/chat-messages.ts';
import { discoveryRoutes } from './routes/discovery.ts';
import { healthRoutes } from './routes/health.ts';
import { threadRoutes } from './routes/threads.ts';
import { toolRoutes } from './routes/tools.ts';
import { userRoutes } from './routes/users.ts';
import { faultsOfScenario } from './scenarios.ts';
import { settingsFrom, type Settings } from './settings.ts';
import { CLOSE } from './socket/frames.ts';
import { attachUpgrades } from './socket/upgrade.ts';
import type { ServerHandle } from './switchboard/seams.ts';
import { installFaults, type InstalledFault } from './switchboard/switchboard.ts';
import type { Host, Unit } from './unit.ts';
import { World } from './world.ts';

export interface StandinOptions extends Partial<Settings> {
  scenarios?: readonly string[];
  faults?: readonly string[];
  /** Serve the chat page too. */
  app?: boolean;
}

export interface Standin {
  apiOrigin: string;
  authOrigin: string;
  /** Origin of the chat page, where one is served. */
  appOrigin: string | undefined;
  /** The port that the API listens on, or would. */
  port: number;
  authPort: number;
  bypassKey: string;
  secret: string;
  installed: readonly InstalledFault[];
  close: () => Promise<void>;
}

export class PortTaken extends Error {
  readonly port: number;

  constructor(port: number, cause: Error) {
    super(`port ${port} is in use`, { cause });
    this.port = port;
  }
}

const LOOPBACK = '127.0.0.1';
const GOODBYE_MS = 500;

const processUnit = (host: Host): Unit => ({
  kind: 'process',
  host,
  method: '',
  path: '',
  headers: {},
  address: '',
  user: () => undefined,
});

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortTaken(port, error) : error);
    });
    server.listen({ port, host: LOOPBACK }, () => resolve((server.address() as AddressInfo).port));
  });

const handleOf = (world: World): ServerHandle => ({
  sockets: () => [...world.sockets],
  users: () => [...world.users],
  origins: () => world.origins,
  caFile: world.settings.caFile,
  restart: () => world.restart(),
  environment: world.settings.environment,
  totalConnections: () => world.metrics.totalConnections,
  agent: (call, owner, id) => world.seams['agents.find'](call, owner, id),
});

const closeSockets = (world: World): Promise<void> =>
  new Promise((resolve) => {
    for (const socket of world.sockets) socket.close(CLOSE.goingAway, 'Server shutting down');
    const begun = Date.now();
    const look = setInterval(() => {
      if (world.sockets.size > 0 && Date.now() - begun < GOODBYE_MS) return;
      clearInterval(look);
      for (const socket of world.sockets) socket.terminate();
      resolve();
    }, 10);
  });

/** The routes of the release that this world plays. */
const routesOf = ({ release }: World, routes: readonly Route[]): readonly Route[] =>
  routes.flatMap((route) => {
    const change = changeOf(release, route.id);
    if (change === 'not offered') return [];
    return change?.path === undefined ? [route] : [{ ...route, path: change.path }];
  });

export const startStandin = async (options: StandinOptions = {}): Promise<Standin> => {
  const { scenarios = [], faults = [], app: withApp = false, ...given } = options;
  const settings = settingsFrom(given);
  const world = new World(settings);
  world.seams = healthySeams(world);
  const specs = [...scenarios.flatMap(faultsOfScenario), ...faults];
  const installed = await installFaults(specs, world.seams, handleOf(world));

  const api: HttpHost = await buildHost(
    world,
    {
      host: 'api',
      routes: routesOf(world, [
        ...healthRoutes(world),
        ...discoveryRoutes(world),
        ...agentRoutes(world),
        ...toolRoutes(),
        ...threadRoutes(world),
        ...chatMessageRoutes(world),
        ...userRoutes(),
      ]),
      handle: (call, route) => handleApi(world, call, route),
      refuse: (call, problem) => world.seams['http.envelope'](call, world.seams['http.problem'](call, problem)),
    },
    processUnit('api'),
  );
  const auth = await buildHost(
    world,
    {
      host: 'auth',
      routes: authRoutes(world),
      handle: (call, route) => handleAuth(world, call, route),
      refuse: (_call, problem) => detailOf(problem),
    },
    processUnit('auth'),
  );
  const upgrades = [attachUpgrades(world, 'api', api.server), attachUpgrades(world, 'auth', auth.server)];
  const hosts = [api, auth];
  let app: AppHost | undefined;
  const closeHosts = async () => {
    await app?.close();
    for (const { server } of hosts) {
      server.close();
      server.closeAllConnections();
    }
    await Promise.all(hosts.map(({ app }) => app.close()));
  };
  try {
    const port = await listen(api.server, settings.port);
    const authPort = await listen(auth.server, settings.authPort);
    if (withApp) app = await serveApp(world, processUnit('api'), given.frontendUrl);
    if (app !== undefined) world.settings.frontendUrl = app.origin;
    const { seams } = world;
    world.origins = { api: `http://${LOOPBACK}:${port}`, auth: `http://${LOOPBACK}:${authPort}` };
    world.origins = {
      api: await seams['net.announce'](processUnit('api'), world.origins.api, api.server),
      auth: await seams['net.announce'](processUnit('auth'), world.origins.auth, auth.server),
    };
    return {
      apiOrigin: world.origins.api,
      authOrigin: world.origins.auth,
      appOrigin: app?.origin,
      port,
      authPort,
      bypassKey: settings.bypassKey,
      secret: settings.secret,
      installed,
      close: async () => {
        await closeSockets(world);
        for (const upgrade of upgrades) upgrade.close();
        await closeHosts();
      },
    };
  } catch (error) {
    await closeHosts();
    throw error;
  }
};
