/** Nobody is left behind: when whoever started the stand-in is gone, so is the stand-in. */
import { fstatSync } from 'node:fs';

const LOOK_MS = 500;

/** Standard input is a pipe or a socket: a program holds the other end, and its end says that the program has ended. */
const heldByProgram = (): boolean => {
  const input = fstatSync(0);
  return input.isFIFO() || input.isSocket();
};

export const watchParent = (gone: () => void): void => {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) gone();
  }, LOOK_MS).unref();
  if (!heldByProgram()) return;
  process.stdin.on('end', gone).on('close', gone).on('error', gone).resume();
};
