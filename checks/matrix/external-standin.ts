/** A stand-in that a case starts itself, where the suite has to find it running. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ExternalStandin {
  /** Environment with which the suite finds it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const READY = /standin ready: port \d+ api (?<api>\S+) auth (?<auth>\S+)/;
const START_MS = 20_000;
const TROUBLE_MS = 60_000;

const announcement = async (child: ChildProcess): Promise<{ api: string; auth: string }> => {
  if (child.stdout === null) throw new Error('the stand-in has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const { api, auth } = READY.exec(line)?.groups ?? {};
    if (api !== undefined && auth !== undefined) return { api, auth };
  }
  throw new Error('the stand-in ended before it was ready');
};

const untilHealthy = async (api: string): Promise<void> => {
  const end = Date.now() + TROUBLE_MS;
  while (Date.now() < end) {
    const status = await fetch(`${api}/health`, { signal: AbortSignal.timeout(2_000) }).then(
      (reply) => reply.status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(500);
  }
  throw new Error(`the stand-in was still in trouble after ${TROUBLE_MS / 1_000} s`);
};

export const startExternal = async (
  tree: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  waitUntilHealthy: boolean,
): Promise<ExternalStandin> => {
  const key = randomBytes(24).toString('base64url');
  const caFile = join(folder, 'authority.pem');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/standin/main.ts', '--port', '0', '--quiet', '--ca-file', caFile],
    { cwd: tree, env: { ...env, E2E_OAUTH_SIMULATION_KEY: key }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const gone = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([gone, sleep(2_000).then(() => child.kill('SIGKILL'))]);
  };
  try {
    const late = sleep(START_MS, undefined, { ref: false }).then(() => {
      throw new Error('the stand-in was not ready in time');
    });
    const { api, auth } = await Promise.race([announcement(child), late]);
    child.stdout.resume();
    if (waitUntilHealthy) await untilHealthy(api);
    return {
      variables: {
        E2E_BASE_URL: api,
        E2E_AUTH_URL: auth,
        E2E_OAUTH_SIMULATION_KEY: key,
        NODE_EXTRA_CA_CERTS: caFile,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
