/** Nobody is left behind: when whoever started the stand-in is gone, so is the stand-in. */
import { fstatSync, readFileSync } from 'node:fs';

const LOOK_MS = 500;

/** Standard input is a pipe or a socket: a program holds the other end, and its end says that the program has ended. */
const heldByProgram = (): boolean => {
  const input = fstatSync(0);
  return input.isFIFO() || input.isSocket();
};

/** The parent's parent, where the system tells: a shell between npm or Playwright and us outlives them. */
const grandparent = (parent: number): string => {
  try {
    // `pid (name) state ppid ...`, and a name may hold anything.
    return /\) \S+ (\d+) /.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
};

/** An orphan is given another parent, and so is an orphan's child. */
export const watchParent = (gone: () => void): void => {
  const parent = process.ppid;
  const above = grandparent(parent);
  setInterval(() => {
    if (process.ppid !== parent || grandparent(parent) !== above) gone();
  }, LOOK_MS).unref();
};

/** When a program that holds standard input dies, its end of the pipe closes, however many shells are in between. */
export const watchInput = (gone: () => void): void => {
  if (!heldByProgram()) return;
  process.stdin.on('end', gone).on('close', gone).on('error', gone).resume();
};
