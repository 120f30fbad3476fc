/** The stand-in as a child process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { later } from './plain-client.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Program {
  child: ChildProcess;
  output: () => string;
  errors: () => string;
  ready: () => Promise<{ port: number; apiOrigin: string; authOrigin: string; appOrigin: string }>;
  /** Exit code, or the signal that ended it. */
  exit: () => Promise<number | NodeJS.Signals | null>;
}

const READY = /^standin ready: port (\d+) api (\S+) auth (\S+) app (\S+)\n/;

export const run = (args: readonly string[], env: Record<string, string> = {}): Program => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/standin/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    child,
    output: () => output,
    errors: () => errors,
    ready: async () => {
      for (let waited = 0; waited < 10_000 && !READY.test(output) && child.exitCode === null; waited += 20)
        await later(20);
      const [, port, apiOrigin, authOrigin, appOrigin] = READY.exec(output) ?? [];
      if (apiOrigin === undefined || authOrigin === undefined || appOrigin === undefined)
        throw new Error(`not ready: ${output}${errors}`);
      return { port: Number(port), apiOrigin, authOrigin, appOrigin };
    },
    exit: async () => {
      const [code, signal] = await ended;
      return code ?? signal;
    },
  };
};
