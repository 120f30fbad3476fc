/** (b) How long until there is one verdict where nothing can be tested. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { runSuite } from '../suite/suite-run.ts';
import type { Figure, Part } from './measure.ts';

const LISTENER = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port); });`;
/** More than the queue of the listener holds. */
const QUEUED = 4;

/** A port whose listener stands still with a full queue: further packets to it are dropped, as by a firewall. */
const blackHole = async (): Promise<{ port: number; close: () => Promise<void> }> => {
  const child = spawn(process.execPath, ['-e', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const port = Number(line);
  child.kill('SIGSTOP');
  const queued = Array.from({ length: QUEUED }, () =>
    connect({ port, host: '127.0.0.1' }).on('error', () => undefined),
  );
  await sleep(300);
  return {
    port,
    close: async () => {
      for (const socket of queued) socket.destroy();
      child.kill('SIGKILL');
      await gone;
    },
  };
};

const SITUATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'dead host': { STANDIN_SCENARIO: 'dead-host' },
  'wall of 503': { STANDIN_SCENARIO: 'outage-503' },
};

const targetOf = (port: number) => ({
  E2E_BASE_URL: `http://127.0.0.1:${port}`,
  E2E_AUTH_URL: `http://127.0.0.1:${port}`,
  E2E_OAUTH_SIMULATION_KEY: 'bench-key',
});

export const timeToVerdict = async (say: (line: string) => void): Promise<Part> => {
  const figures: Figure[] = [];
  const hole = await blackHole();
  const all = { ...SITUATIONS, 'black-holed host': targetOf(hole.port) };
  for (const [name, variables] of Object.entries(all)) {
    const folder = mkdtempSync(join(tmpdir(), 'goldenpath-bench-'));
    try {
      const { seconds, record, output } = await runSuite(join(folder, 'reports'), variables);
      if (!record.preflight.some(({ stopped }) => stopped?.why === 'down'))
        throw new Error(`${name}: the verdict is not DOWN:\n${output}`);
      say(`${name}: DOWN after ${seconds.toFixed(1)} s`);
      figures.push({ name: `${name}, start of the command to its end`, value: seconds, unit: 's', atMost: 10 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  await hole.close();
  return { figures, note: 'Whole command, reports written, verdict DOWN.' };
};
