/** The suite under measurement as it is now: its hash, and a copy that nobody edits while the matrix runs. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CODE_FOLDERS } from '../../src/reporter/git.ts';
import type { Case } from './expectation.ts';

const FILES = ['impact.model.json', 'package.json', 'playwright.config.ts', 'tsconfig.json', 'waivers.json'];
/** A change of one fault asks for one case again, not for all. */
const ONE_BY_ONE = /^src\/standin\/(?:faults|controls|defects)\//;
const NO_RESULT_DEPENDS_ON = /^src\/(?:reporter\/(?:html|schema)|doctor|nightly|conformance)\/|\.(?:md|css)$/;

const filesUnder = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .sort();

const digest = (parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
};

export class Sources {
  readonly #files: ReadonlyMap<string, Buffer>;
  readonly #common: string;

  constructor(root: string) {
    const names = [...CODE_FOLDERS.flatMap((folder) => filesUnder(root, folder)), ...FILES];
    this.#files = new Map(names.map((name) => [name, readFileSync(join(root, name))]));
    const common = [...this.#files].filter(([name]) => !ONE_BY_ONE.test(name) && !NO_RESULT_DEPENDS_ON.test(name));
    this.#common = digest([...common.flat(), process.version]);
  }

  /** What the result of a case depends on. */
  hashFor({ faults, scenario }: Case): string {
    const own = faults.flatMap((spec) => {
      const id = spec.split(':', 1)[0] ?? spec;
      return ['faults', 'controls', 'defects'].map((folder) => this.#files.get(`src/standin/${folder}/${id}.ts`) ?? '');
    });
    // A scenario is a list of faults, and which ones is the stand-in's business: all of them count.
    const all = [...this.#files].filter(([name]) => ONE_BY_ONE.test(name)).flat();
    return digest([this.#common, ...faults, scenario ?? '', ...own, ...(scenario === undefined ? [] : all)]);
  }

  /** Whatever is not part of the suite stays out, above all `.env`: a case always meets the stand-in. */
  copyTo(parent: string): string {
    const folder = join(parent, `tree-${digest([...this.#files].flat())}`);
    if (existsSync(folder)) return folder;
    forgetOld(parent);
    const making = `${folder}.${process.pid}`;
    for (const name of [...CODE_FOLDERS, ...FILES]) cpSync(name, join(making, name), { recursive: true });
    renameSync(making, folder);
    return folder;
  }
}

const OLD_MS = 6 * 3_600_000;

const forgetOld = (parent: string): void => {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent).filter((each) => each.startsWith('tree-'))) {
    const folder = join(parent, name);
    if (Date.now() - statSync(folder).mtimeMs > OLD_MS) rmSync(folder, { recursive: true, force: true });
  }
};
