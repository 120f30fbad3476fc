/** A copy of the suite in which every assertion can be switched off by its number. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from './inventory.ts';

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Wrappers of the same place: outer ones open first and close last. */
  readonly order: number;
}

const NAME = '__assertion';

const insertionsOf = (site: Site): Insertion[] => {
  const { number, start, end, receiverEnd, kind } = site;
  const length = end - start;
  const open = (text: string): Insertion => ({ at: start, text, order: -length });
  const close = (text: string): Insertion => ({ at: end, text, order: length });
  if (kind === 'secondary') {
    const afterName = start + 'secondary('.length;
    return [
      open(`${NAME}.secondary(${number}, `),
      // `secondary(a, b, c)` becomes `hooks.secondary(n, secondary, a, b, c)`.
      { at: afterName - 1, text: ', ', order: 0 },
    ];
  }
  if (kind === 'reply' && !site.hasAwait)
    return [
      open(`${NAME}.reply(${number}, `),
      { at: receiverEnd, text: ', (__received) => __received', order: 0 },
      close(')'),
    ];
  return site.hasAwait
    ? [open(`(await ${NAME}.site(${number}, async () => `), close('))')]
    : [open(`${NAME}.site(${number}, () => `), close(')')];
};

const rewritten = (text: string, sites: readonly Site[]): string => {
  const insertions = sites.flatMap(insertionsOf).sort((a, b) => a.at - b.at || rank(a, b));
  let [result, done] = ['', 0];
  for (const { at, text: inserted } of insertions) {
    result += text.slice(done, at) + inserted;
    done = at;
  }
  result += text.slice(done);
  // The opening parenthesis of `secondary(` has become the comma before its first argument.
  return `import * as ${NAME} from '../assertion-hooks.ts';\n${result.replaceAll('secondary, (', 'secondary, ')}`;
};

/** At one place, ends come before beginnings; of ends the inner one first, of beginnings the outer one. */
const rank = (a: Insertion, b: Insertion): number => {
  const [aCloses, bCloses] = [a.text.startsWith(')'), b.text.startsWith(')')];
  if (aCloses !== bCloses) return aCloses ? -1 : 1;
  return a.order - b.order;
};

export const instrument = (tree: string, sites: readonly Site[]): string => {
  const copy = `${tree}-instrumented`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(tree, copy, { recursive: true });
  cpSync(new URL('hooks.ts', import.meta.url), join(copy, 'tests/assertion-hooks.ts'));
  for (const file of new Set(sites.map((site) => site.file)))
    writeFileSync(
      join(copy, file),
      rewritten(
        readFileSync(join(tree, file), 'utf8'),
        sites.filter((site) => site.file === file),
      ),
    );
  return copy;
};
