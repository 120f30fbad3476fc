/** Starts the stand-in as the suite's configuration does; it leaves with this process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SetupError } from '../fixtures/environment.ts';

const READY = /^standin ready: port (?<port>\d+) api (?<api>\S+) auth (?<auth>\S+)/;
const WITHIN_MS = 10_000;

export interface RunningStandin {
  readonly variables: Readonly<Record<string, string>>;
  readonly process: ChildProcess;
}

export const startStandin = async (): Promise<RunningStandin> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'standin/main.ts', '--port', '0', '--quiet'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const late = setTimeout(() => child.kill(), WITHIN_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const { port, api, auth } = READY.exec(line)?.groups ?? {};
    if (port === undefined || api === undefined || auth === undefined) continue;
    clearTimeout(late);
    child.stdout.resume();
    return { variables: { STANDIN_PORT: port, STANDIN_ORIGIN: api, STANDIN_AUTH_ORIGIN: auth }, process: child };
  }
  clearTimeout(late);
  throw new SetupError('The stand-in did not start; try npm run standin, it says why.');
};
