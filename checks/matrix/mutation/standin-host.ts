/** Copied into the instrumented tree: starts and ends stand-ins on request, one for each trial. Not part of the suite. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { readEnvironment } from '../../../src/standin/environment.ts';
import { watchInput, watchParent } from '../../../src/standin/guardian.ts';
import { startStandin, type Standin } from '../../../src/standin/start.ts';

const env = readEnvironment(process.env).data ?? {};
const running = new Map<number, Standin>();
let last = 0;

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
};

const start = async (body: unknown): Promise<unknown> => {
  const { defect } = z.object({ defect: z.string() }).parse(body);
  const standin = await startStandin({
    faults: defect === '' ? [] : defect.split(','),
    ...(env.STANDIN_HEARTBEAT_SECONDS === undefined ? {} : { heartbeatSeconds: env.STANDIN_HEARTBEAT_SECONDS }),
    ...(env.E2E_JWT_SECRET === undefined ? {} : { secret: env.E2E_JWT_SECRET }),
    ...(env.E2E_OAUTH_SIMULATION_KEY === undefined ? {} : { bypassKey: env.E2E_OAUTH_SIMULATION_KEY }),
    ...(env.E2E_ENVIRONMENT === undefined ? {} : { environment: env.E2E_ENVIRONMENT }),
    ...(env.E2E_FRONTEND_URL === undefined ? {} : { frontendUrl: env.E2E_FRONTEND_URL }),
  });
  running.set(++last, standin);
  const { port, apiOrigin, authOrigin } = standin;
  return { id: last, port, apiOrigin, authOrigin };
};

const stop = async (body: unknown): Promise<unknown> => {
  const { id } = z.object({ id: z.int() }).parse(body);
  await running.get(id)?.close();
  running.delete(id);
  return {};
};

const server = createServer((request, response) => {
  void bodyOf(request)
    .then(request.url === '/start' ? start : stop)
    .then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
});

const leave = (): void => process.exit(0);
process.on('SIGTERM', leave).on('SIGINT', leave);
watchInput(leave);
watchParent(leave);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  process.stdout.write(`standin ready: port ${port} api ${origin} auth ${origin} app ${origin}\n`);
});
