/** Settings that a verdict depends on: recorded by every run, compared between shards, named by the gate where they weaken. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, join, relative, sep } from 'node:path';
import type { FullConfig } from '@playwright/test/reporter';
import { z } from 'zod';
import type { PreflightReport } from '../evidence/preflight.ts';
import { CONCURRENT_USERS } from '../contract/catalogue.ts';
import { SUITE } from './environment.ts';

export const CONFIG = 'playwright.config.ts';

export const runSettings = z.strictObject({
  /** Configuration of the run, relative to the folder that it was started in; null when there was none. */
  config: z.string().nullable(),
  /** What loads other code than the commit's into the run: names of variables and options, never their values. */
  loaders: z.array(z.string()),
  /** The most that a project allows a test. */
  retries: z.int().nonnegative(),
  /** False when `--timeout=0` or a debugger turned the time limits of the tests off. */
  timeLimits: z.boolean(),
});
export type RunSettings = z.infer<typeof runSettings>;

/** A model or waiver file; `sha256` is null where there is no such file. */
export const declaration = z.strictObject({ file: z.string(), sha256: z.string().nullable() });
export type Declaration = z.infer<typeof declaration>;

export const declarationOf = (file: string): Declaration => ({
  file,
  sha256: existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : null,
});

/** Options of Node that load code, find it elsewhere, or read such options from a file. Node takes `_` for `-`. */
const NODE_LOADS =
  /^(?:-r|-C|-e|-p|-pe|--(?:import|require|loader|experimental-loader|conditions|eval|print|env-file|env-file-if-exists|experimental-config-file|experimental-default-config-file|snapshot-blob|experimental-policy))$/;

const nodeLoaders = (options: readonly string[]): string[] =>
  options
    .map((option) => option.split('=', 1)[0] ?? '')
    .map((name) => (name.startsWith('--') ? name.replaceAll('_', '-') : name))
    .filter((option) => NODE_LOADS.test(option));

const VARIABLES =
  /^(?:PW_TEST_SOURCE_TRANSFORM|PLAYWRIGHT_TRANSFORM_CACHE_DIR|PWTEST_CACHE_DIR|TSX_TSCONFIG_PATH|TS_NODE_\w+|NODE_REPL_EXTERNAL_MODULE)$/;

export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv: readonly string[];
  /** Of Playwright. */
  readonly argv: readonly string[];
}

export const loadersOf = ({ env, execArgv, argv }: Process): string[] => {
  const set = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  const nodeOptions = (env['NODE_OPTIONS'] ?? '').replaceAll(/["\\]/g, '').split(/\s+/);
  // Package managers put their own folders there.
  const elsewhere = (env['NODE_PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && basename(folder) !== 'node_modules');
  return [
    ...set.map(([name]) => name).filter((name) => VARIABLES.test(name)),
    ...nodeLoaders(nodeOptions).map((option) => `NODE_OPTIONS ${option}`),
    ...nodeLoaders(execArgv).map((option) => `node ${option}`),
    ...(elsewhere ? ['NODE_PATH'] : []),
    ...(argv.some((option) => /^--tsconfig(?:=|$)/.test(option)) ? ['playwright --tsconfig'] : []),
  ].sort();
};

export const settingsOf = (config: FullConfig): RunSettings => ({
  config: config.configFile === undefined ? null : relative(process.cwd(), config.configFile).split(sep).join('/'),
  loaders: loadersOf({ env: process.env, execArgv: process.execArgv, argv: config.argv }),
  retries: Math.max(0, ...config.projects.map(({ retries }) => retries)),
  timeLimits: config.projects.every(({ timeout }) => timeout > 0),
});

/** Of several shards: what one of them loaded, the run loaded. */
export const combined = (all: readonly RunSettings[]): RunSettings | undefined => {
  const [first] = all;
  return first === undefined
    ? undefined
    : {
        config: (all.find(({ config }) => config !== CONFIG) ?? first).config,
        loaders: [...new Set(all.flatMap(({ loaders }) => loaders))].sort(),
        retries: Math.max(...all.map(({ retries }) => retries)),
        timeLimits: all.every(({ timeLimits }) => timeLimits),
      };
};

/** Why nobody can say that the tests of the commit ran; undefined = they did. */
export const foreignCode = ({ loaders }: RunSettings): string | undefined =>
  loaders.length === 0
    ? undefined
    : `the run loaded code that is not of the commit (${loaders.join(', ')}); run again without`;

const isOwn = ({ file, sha256 }: Declaration, name: string): boolean =>
  sha256 === declarationOf(join(SUITE, name)).sha256 || (sha256 === null && basename(file) === name);

export interface Judged {
  readonly settings: RunSettings;
  readonly preflight: readonly Pick<PreflightReport, 'settings'>[];
  readonly declarations: Readonly<Record<'model' | 'waivers', Declaration>>;
}

/** Each setting by which this verdict is worth less than one of the suite as it is committed, in a line. */
export const weakenings = (
  { settings, preflight, declarations }: Judged,
  gate: Judged['declarations'],
): readonly string[] => {
  const used = preflight.map((report) => report.settings);
  const people = Math.min(CONCURRENT_USERS, ...used.map(({ concurrentUsers }) => concurrentUsers));
  const foreign = (['model', 'waivers'] as const).flatMap((kind) => {
    const own = kind === 'model' ? 'impact.model.json' : 'waivers.json';
    const noun = kind === 'model' ? 'the impact model' : 'the waiver file';
    const [of, now] = [declarations[kind], gate[kind]];
    return [
      ...(isOwn(now, own) ? [] : [`${noun} is ${now.file}, not the ${own} of the suite`]),
      ...(of.sha256 === now.sha256 ? [] : [`${noun} of the run was ${of.file} and had other content`]),
    ];
  });
  return [
    ...(people < CONCURRENT_USERS
      ? [
          `E2E_CONCURRENT_USERS is ${people}: P1-17 was shown for fewer people than the ${CONCURRENT_USERS} of its claim`,
        ]
      : []),
    ...(used.some(({ degradation }) => degradation === 'annotate')
      ? ['E2E_DEGRADATION is annotate: a socket that is refused in good order does not fail P1-03 and P1-04']
      : []),
    ...(used.some(({ pace }) => pace === 'off') ? ['E2E_PACE is off: requests were not spread over time'] : []),
    ...(settings.timeLimits ? [] : ['the time limits of the tests were off (--timeout=0 or a debugger)']),
    ...(settings.retries > 1 ? [`a test had up to ${settings.retries} retries`] : []),
    ...(settings.config !== null && basename(settings.config) === CONFIG
      ? []
      : [`the configuration was ${settings.config ?? 'none'}, not ${CONFIG}`]),
    ...foreign,
  ];
};
