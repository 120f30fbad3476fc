/** (d) From 20 to 1,000 authenticated sockets out of one process, each with welcome, ping and one agent run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Figure, Part } from './measure.ts';

const RAMP = [20, 100, 300, 1_000] as const;

const found = z.strictObject({
  connectSeconds: z.number(),
  workSeconds: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  lost: z.int(),
  kilobytes: z.number(),
  lagMs: z.number(),
});

const outputOf = async (args: readonly string[]): Promise<string> => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? 'a signal'}`);
  return Buffer.concat(chunks).toString('utf8');
};

export const socketRamp = async (say: (line: string) => void): Promise<Part> => {
  const secret = randomBytes(32).toString('hex');
  const standin = spawn(process.execPath, ['--import', 'tsx', 'src/standin/main.ts', '--port', '0', '--quiet'], {
    env: { ...process.env, E2E_JWT_SECRET: secret, STANDIN_FAULTS: '', STANDIN_SCENARIO: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(standin, 'exit');
  try {
    const [line] = (await once(createInterface({ input: standin.stdout }), 'line')) as [string];
    const url = `${(/api http(\S+)/.exec(line)?.[1] ?? '').replace(/^/, 'ws')}/ws`;
    const figures: Figure[] = [];
    for (const count of RAMP) {
      const args = ['--expose-gc', '--import', 'tsx', 'checks/bench/socket-client.ts', url, secret, String(count)];
      const met = found.parse(JSON.parse(await outputOf(args)));
      say(`${count} sockets: ${Math.round(count / met.connectSeconds)} connects/s, ${met.lost} lost`);
      const of = `${count} sockets:`;
      figures.push(
        { name: `${of} connects`, value: count / met.connectSeconds, unit: '/s' },
        { name: `${of} time to welcome p50`, value: met.p50, unit: 'ms' },
        { name: `${of} time to welcome p95`, value: met.p95, unit: 'ms' },
        { name: `${of} time to welcome p99`, value: met.p99, unit: 'ms' },
        { name: `${of} ping and run of each, all together`, value: met.workSeconds, unit: 's' },
        { name: `${of} answers lost or wrong`, value: met.lost, unit: '', atMost: 0 },
        { name: `${of} memory of the client`, value: met.kilobytes, unit: 'KB' },
        { name: `${of} longest pause of the client's event loop`, value: met.lagMs, unit: 'ms' },
      );
    }
    const [first, last] = [figures[0]?.value ?? NaN, figures.at(-8)?.value ?? NaN];
    figures.push({ name: 'connects per second, 1,000 against 20', value: last / first, unit: 'x' });
    return { figures, note: 'Client and stand-in share the machine; all sockets of a step open at once.' };
  } finally {
    standin.kill('SIGTERM');
    await gone;
  }
};
