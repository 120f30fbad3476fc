/** The stand-in as a program: `npm run standin -- --port 8787 --scenario session-5 --fault rest-500` */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { programArguments } from '../environment/arguments.ts';
import { readEnvironment } from './environment.ts';
import { watchInput, watchParent } from './guardian.ts';
import { SCENARIOS } from './scenarios.ts';
import { DIALECTS } from './dialects.ts';
import { PortTaken, startStandin, type Standin, type StandinOptions } from './start.ts';
import { catalogue, UnknownSelection } from './switchboard/switchboard.ts';

const USAGE = `Usage: npm run standin -- [options]
  --port <n>          port of the API and its sockets (0 or unset: a free one)
  --auth-port <n>     port of the auth service (0 or unset: a free one)
  --scenario <name>   ${Object.keys(SCENARIOS).join(', ')} (repeatable)
  --fault <spec>      id:key=value:key=value (repeatable); every fault also takes user=, nth=, after=, for=, probability=, seed=
  --contract <name>   release of the platform that it plays: ${DIALECTS.map(({ release }) => release.name).join(', ')}
  --list              print every fault, control and scenario, and leave
  --quiet             print the first line only, and leave with whoever started this
  --print-key         print the bypass key even where no person reads it
  --ca-file <path>    where net-tls-wrong-name writes the certificate of its authority`;

const WRONG_USE = 2;
const FAILED = 1;
const GRACE_MS = 900;

const leave = (code: number, message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(code);
};

const OPTIONS = {
  port: { type: 'string' },
  'auth-port': { type: 'string' },
  scenario: { type: 'string', multiple: true },
  fault: { type: 'string', multiple: true },
  contract: { type: 'string' },
  list: { type: 'boolean' },
  quiet: { type: 'boolean' },
  'print-key': { type: 'boolean' },
  'ca-file': { type: 'string' },
  help: { type: 'boolean' },
} as const;

// `npm run standin | head -1` leaves early; the stand-in goes on.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

const readArguments = () => {
  try {
    return parseArgs({ args: programArguments(), options: OPTIONS, strict: true }).values;
  } catch (error) {
    return leave(WRONG_USE, `${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
};

const portOf = (name: string, given: string | undefined): number => {
  const port = z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .safeParse(given ?? '0');
  return port.success ? port.data : leave(WRONG_USE, `--${name} ${given ?? ''}: expected a port number, e.g. 8787`);
};

const dialectOf = (name: string | undefined): Pick<StandinOptions, 'dialect'> => {
  if (name === undefined) return {};
  const dialect = DIALECTS.find(({ release }) => release.name === name);
  const names = DIALECTS.map(({ release }) => release.name).join(', ');
  return dialect === undefined ? leave(WRONG_USE, `standin: no contract ${name}; there are ${names}`) : { dialect };
};

const list = (): void => {
  const { faults, controls, defects, parts } = catalogue();
  const section = (title: string, names: readonly string[]) =>
    `${title}:\n${names.map((name) => `  ${name}\n`).join('')}`;
  process.stdout.write(
    section('scenarios', Object.keys(SCENARIOS)) +
      section('faults', faults) +
      section('green controls', controls) +
      section('defects, made by their parameters', defects) +
      section('parts of scenarios', parts),
  );
};

const explain = (error: unknown): never => {
  if (error instanceof UnknownSelection)
    return leave(WRONG_USE, `standin: ${error.message}\nAll names: npm run standin -- --list`);
  if (error instanceof PortTaken) {
    const hint = `Stop what listens there (ss -ltnp 'sport = :${error.port}'), or choose another one with --port / --auth-port; 0 takes a free one.`;
    return leave(FAILED, `standin: ${error.message}. ${hint}`);
  }
  return leave(FAILED, `standin: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
};

const howToUse = (standin: Standin, options: StandinOptions, showKey: boolean): string => {
  const key = showKey
    ? standin.bypassKey
    : '(as set in the environment; random ones are shown to a terminal or with --print-key)';
  const seeds = standin.installed.filter(({ seed }) => seed !== undefined);
  return [
    `API        ${standin.apiOrigin}    health: ${standin.apiOrigin}/health`,
    `WebSocket  ${standin.apiOrigin.replace(/^http/, 'ws')}/ws`,
    `Auth       ${standin.authOrigin}`,
    `Chat page  ${standin.appOrigin ?? 'none: its port is taken'}`,
    `Faults     ${standin.installed.map(({ spec }) => spec).join(', ') || 'none'}`,
    ...seeds.map(({ spec, seed }) => `Seed       ${spec}: ${seed ?? ''}`),
    '',
    'To run the suite against it, put this into .env:',
    `E2E_BASE_URL=${standin.apiOrigin}`,
    `E2E_AUTH_URL=${standin.authOrigin}`,
    `E2E_FRONTEND_URL=${standin.appOrigin ?? options.frontendUrl ?? 'http://localhost:3000'}`,
    `E2E_OAUTH_SIMULATION_KEY=${key}`,
    '',
  ].join('\n');
};

const args = readArguments();
if (args.help === true) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
if (args.list === true) {
  list();
  process.exit(0);
}
const environment = readEnvironment(process.env);
if (!environment.success) leave(WRONG_USE, `standin: ${z.prettifyError(environment.error)}`);
const env = environment.data ?? {};

const given: StandinOptions = {
  port: portOf('port', args.port),
  authPort: portOf('auth-port', args['auth-port']),
  scenarios: args.scenario ?? (env.STANDIN_SCENARIO === undefined ? [] : [env.STANDIN_SCENARIO]),
  faults: [...(env.STANDIN_FAULTS ?? []), ...(args.fault ?? [])],
  caFile: args['ca-file'],
  app: true,
  ...dialectOf(args.contract ?? env.STANDIN_CONTRACT),
  ...(env.STANDIN_HEARTBEAT_SECONDS === undefined ? {} : { heartbeatSeconds: env.STANDIN_HEARTBEAT_SECONDS }),
  ...(env.E2E_JWT_SECRET === undefined ? {} : { secret: env.E2E_JWT_SECRET }),
  ...(env.E2E_OAUTH_SIMULATION_KEY === undefined ? {} : { bypassKey: env.E2E_OAUTH_SIMULATION_KEY }),
  ...(env.E2E_ENVIRONMENT === undefined ? {} : { environment: env.E2E_ENVIRONMENT }),
  ...(env.E2E_FRONTEND_URL === undefined ? {} : { frontendUrl: env.E2E_FRONTEND_URL }),
};

const standin = await startStandin(given).catch(explain);

let leaving = false;
const stop = (): void => {
  if (leaving) return;
  leaving = true;
  // A socket that never answers its close must not keep the process.
  setTimeout(() => process.exit(0), GRACE_MS).unref();
  void standin.close().finally(() => process.exit(0));
};
process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop);
process.stdout.on('error', stop);
if (args.quiet === true) watchInput(stop);
if (args.quiet === true || env.npm_lifecycle_event !== undefined) watchParent(stop);
// A fault may have closed the listeners; the process is there all the same.
setInterval(() => undefined, 60_000);

const announcedApp = standin.appOrigin === undefined ? '' : ` app ${standin.appOrigin}`;
process.stdout.write(
  `standin ready: port ${standin.port} api ${standin.apiOrigin} auth ${standin.authOrigin}${announcedApp}\n`,
);
if (args.quiet !== true) {
  const generated = env.E2E_OAUTH_SIMULATION_KEY === undefined;
  process.stdout.write(howToUse(standin, given, generated && (process.stdout.isTTY || args['print-key'] === true)));
}
