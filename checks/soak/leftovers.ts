/** What a run may leave behind on this machine: processes, and with them their sockets and ports, and temporary files. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processes with this text in their environment, which children inherit. Linux only: elsewhere there is no /proc, and
 * nothing is found.
 */
const processes = (mark: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => ofProcess(pid, 'environ').includes(mark))
    .map((pid) => `process ${pid}: ${ofProcess(pid, 'cmdline').replaceAll('\0', ' ').slice(0, 120)}`);

const ofProcess = (pid: string, what: 'environ' | 'cmdline'): string => {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch (error) {
    // It ended while we looked, or is somebody else's.
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return '';
    throw error;
  }
};

/** `temporary`: the folder that the runs were given for temporary files, empty before; caches stay. */
export const leftovers = (temporary: string): string[] => [
  ...(process.platform === 'linux' ? processes(temporary) : []),
  ...readdirSync(temporary)
    .filter((name) => !CACHES.test(name))
    .map((name) => `file ${name}`),
];

/** Kept by Playwright and tsx from run to run: what they made of our sources. */
const CACHES = /^(?:playwright-transform-cache|tsx)-/;
