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
/** The same place in the instrumented tree. */
const HERE = 'checks/matrix/mutation';
export const END_REPORTER = `${HERE}/end-reporter.ts`;

const insertionsOf = (site: Site): Insertion[] => {
  const { number, start, end, receiverEnd, kind } = site;
  const length = end - start;
  const open = (text: string): Insertion => ({ at: start, text, order: -length });
  const close = (text: string): Insertion => ({ at: end, text, order: length });
  if (kind === 'throw') return [open(`if (${NAME}.stands(${number})) `)];
  if (kind === 'secondary') {
    const afterName = start + 'secondary('.length;
    return [
      open(`${NAME}.secondary(${number}, `),
      // `secondary(a, b, c)` becomes `hooks.secondary(n, secondary, a, b, c)`.
      { at: afterName - 1, text: ', ', order: 0 },
    ];
  }
  if (site.frame !== undefined) return [open(`${NAME}.frame(${number}, ${site.frame}, () => `), close(')')];
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

/** The way from a file of the tree to its root. */
const upFrom = (file: string): string => '../'.repeat(file.split('/').length - 1);

const rewritten = (text: string, file: string, sites: readonly Site[]): string => {
  const insertions = sites.flatMap(insertionsOf).sort((a, b) => a.at - b.at || rank(a, b));
  let [result, done] = ['', 0];
  for (const { at, text: inserted } of insertions) {
    result += text.slice(done, at) + inserted;
    done = at;
  }
  result += text.slice(done);
  // The opening parenthesis of `secondary(` has become the comma before its first argument.
  return `import * as ${NAME} from '${upFrom(file)}${HERE}/hooks.ts';\n${result.replaceAll('secondary, (', 'secondary, ')}`;
};

/** At one place, ends come before beginnings; of ends the inner one first, of beginnings the outer one. */
const rank = (a: Insertion, b: Insertion): number => {
  const [aCloses, bCloses] = [a.text.startsWith(')'), b.text.startsWith(')')];
  if (aCloses !== bCloses) return aCloses ? -1 : 1;
  return a.order - b.order;
};

/** The call `test(` of each test: `each(test)(` registers it once a trial. */
const registered = (text: string): string => text.replaceAll(/^test\(/gm, `${NAME}.each(test)(`);

const replaced = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`the suite has no more: ${from}`);
  return text.replaceAll(from, to);
};

/** Every test meets a stand-in of its own, so nothing may outlive a test. */
const withOwnStandin = (fixtures: string): string =>
  [
    ["scope: 'worker'", "scope: 'test'"],
    [
      'async ({}, use) => {\n      const environment = loadEnvironment();',
      `async ({}, use, __info) => {\n      const __stop = await ${NAME}.serve(__info);\n      const environment = loadEnvironment();`,
    ],
    ['await use(environment);', 'await use(environment);\n      await __stop();'],
  ].reduce(
    (text, [from = '', to = '']) => replaced(text, from, to),
    `import * as ${NAME} from '../${HERE}/hooks.ts';\n${fixtures}`,
  );

const rewrite = (file: string, change: (text: string) => string): void =>
  writeFileSync(file, change(readFileSync(file, 'utf8')));

export const instrument = (tree: string, sites: readonly Site[]): string => {
  const copy = `${tree}-instrumented`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(tree, copy, { recursive: true });
  for (const name of ['hooks.ts', 'end-reporter.ts', 'standin-host.ts'])
    cpSync(new URL(name, import.meta.url), join(copy, HERE, name));
  for (const file of new Set(sites.map((site) => site.file)))
    rewrite(join(copy, file), (text) =>
      registered(
        rewritten(
          text,
          file,
          sites.filter((site) => site.file === file),
        ),
      ),
    );
  rewrite(join(copy, 'fixtures/test.ts'), withOwnStandin);
  rewrite(join(copy, 'playwright.config.ts'), (text) =>
    replaced(text, 'src/standin/main.ts --port 0 --quiet', `${HERE}/standin-host.ts`),
  );
  return copy;
};
