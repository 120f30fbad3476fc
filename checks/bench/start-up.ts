/** (c) How long the stand-in takes from its start to its first line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { median, timed, type Part } from './measure.ts';

const firstLine = async (args: readonly string[]): Promise<void> => {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  try {
    await once(createInterface({ input: child.stdout }), 'line');
  } finally {
    child.kill('SIGTERM');
    await gone;
  }
};

export const startUp = async (times: number): Promise<Part> => {
  const standin: number[] = [];
  const node: number[] = [];
  for (let time = 0; time < times; time++) {
    node.push((await timed(() => firstLine(['-e', 'console.log(1)']))).seconds);
    standin.push(
      (await timed(() => firstLine(['--import', 'tsx', 'src/standin/main.ts', '--port', '0', '--quiet']))).seconds,
    );
  }
  return {
    figures: [
      { name: 'stand-in, start to end', value: median(standin), unit: 's' },
      { name: 'an empty Node process', value: median(node), unit: 's' },
      { name: 'stand-in against an empty process', value: median(standin) / median(node), unit: 'x' },
    ],
    note: `Median of ${times}; start, first line and end of the process.`,
  };
};
