/** The commit of the suite that made a record. */
import { execFileSync } from 'node:child_process';
import type { GitState } from './record.ts';

const git = (folder: string, ...args: string[]): string | null => {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    }).trim();
  } catch {
    // No git, or no checkout: both mean that there is no commit to name.
    return null;
  }
};

export const gitState = (folder = '.'): GitState => {
  const commit = git(folder, 'rev-parse', 'HEAD');
  const changes = commit === null ? null : git(folder, 'status', '--porcelain');
  return { commit, dirty: changes === null ? null : changes !== '' };
};
