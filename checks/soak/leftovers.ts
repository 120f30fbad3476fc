/** What a run may leave behind on this machine: processes of the suite, ports on loopback, files of the system's folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

const OURS = /standin\/main\.ts|workerProcessEntry|playwright.*test|chrom(?:e|ium).*--remote-debugging-pipe/;

/** Linux only: elsewhere there is no /proc, and nothing is found. */
const processes = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      const command = commandOf(pid);
      return OURS.test(command) ? [`process ${pid}: ${command.slice(0, 120)}`] : [];
    });

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    // It ended while we looked.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return '';
    throw error;
  }
};

const files = (): string[] =>
  readdirSync(tmpdir())
    .filter((name) => /goldenpath|playwright/.test(name))
    .map((name) => `file ${name}`);

/** Names of everything found, for comparison before and after. */
export const leftovers = (): string[] => (process.platform === 'linux' ? [...processes(), ...files()] : files());
