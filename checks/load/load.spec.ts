/** The load scenario: its people do real work, and a wrong answer fails them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { expect, test } from '@playwright/test';
import { COMMANDS } from '../docs/pages.ts';
import { startExternal } from '../matrix/external-standin.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SCENARIO = resolve(ROOT, 'load/people.yml');

/** What one person of each kind met, as the processor tells Artillery, which loads it as CommonJS. */
const PROGRAM = `
  const { work, chat } = (await import('./load/processor.ts')).default;
  const met = {};
  for (const [name, does] of Object.entries({ work, chat })) {
    const told = [];
    const events = { emit: (kind, what, value) => told.push(kind + ' ' + what + ' ' + Number.isFinite(value)) };
    met[name] = await does({}, events).then(() => [...new Set(told)].sort(), (error) => error.code);
  }
  console.log(JSON.stringify(met));
  process.exit(0);`;

const variablesOf = (env: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ),
  ARTILLERY_DISABLE_TELEMETRY: 'true',
  ...env,
});

const people = async (folder: string, fault?: string): Promise<unknown> => {
  const standin = await startExternal(
    ROOT,
    folder,
    variablesOf(fault === undefined ? {} : { STANDIN_FAULTS: fault }),
    false,
  );
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM],
      { cwd: ROOT, env: variablesOf(standin.variables) },
    );
    return JSON.parse(stdout);
  } finally {
    await standin.stop();
  }
};

test('one person of each kind - does the work, and says how long it took', async ({}, info) => {
  expect(await people(info.outputDir)).toEqual({
    work: ['counter goldenpath.worked true', 'histogram goldenpath.http_ms true'],
    chat: [
      'counter goldenpath.chatted true',
      'histogram goldenpath.answer_ms true',
      'histogram goldenpath.welcome_ms true',
    ],
  });
});

const FAULTS = {
  'rest-write-not-stored': ['work', '[http-status] load.read'],
  'agent-ws-canned': ['chat', '[answer-wrong] load.answer'],
  'ws-drop-after-accept': ['chat', '[ws-closed-early] load.connect'],
} as const;
for (const [fault, [who, code]] of Object.entries(FAULTS))
  test(`${fault} - fails who meets it, with a code that can be counted`, async ({}, info) => {
    expect(await people(info.outputDir, fault)).toMatchObject({ [who]: code });
  });

const scenario = z.looseObject({
  config: z.looseObject({
    ensure: z.looseObject({ conditions: z.array(z.object({ expression: z.string() })) }),
  }),
  scenarios: z.array(z.looseObject({ flow: z.array(z.object({ function: z.string() })) })),
});

test('the scenario - names functions that exist, and an idle run is no pass', () => {
  const { config, scenarios } = scenario.parse(parse(readFileSync(SCENARIO, 'utf8')));
  const processor = readFileSync(resolve(ROOT, 'load/processor.ts'), 'utf8');
  for (const { flow } of scenarios)
    for (const step of flow) expect(processor).toContain(`export const ${step.function} = counted(`);
  expect(config.ensure.conditions.map(({ expression }) => expression)).toEqual([
    'vusers.failed == 0',
    'goldenpath.worked > 0 and goldenpath.chatted > 0',
  ]);
});

const LOAD = resolve(ROOT, 'load');

const npm = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
  const child = spawn('npm', args, { cwd: LOAD, env: variablesOf(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: Buffer.concat(chunks).toString('utf8') };
};

const install = async (): Promise<void> => {
  if (existsSync(resolve(LOAD, 'node_modules/artillery'))) return;
  const { code, output } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {});
  if (code !== 0) throw new Error(output);
};

const local = async (folder: string, faults: Readonly<Record<string, string>>) => {
  const standin = await startExternal(ROOT, folder, variablesOf(faults), false);
  try {
    return await npm(['run', 'local'], standin.variables);
  } finally {
    await standin.stop();
  }
};

// Artillery has a thousand packages of its own, so only the nightly checks install it.
test('npm run local, all of Artillery - exit 0 on a healthy platform, 1 on a faulty one', async ({}, info) => {
  info.setTimeout(600_000);
  await install();
  // The cloud command is not run: it costs money. Its options are those that the program knows.
  const { stdout: help } = await promisify(execFile)('npx', ['artillery', 'run:fargate', '--help'], { cwd: LOAD });
  const cloud = COMMANDS.find(({ text }) => text.includes('artillery run:fargate'))?.text ?? '';
  const options = cloud.match(/--[a-z-]+/g) ?? [];
  expect(options.length).toBeGreaterThan(3);
  for (const option of options) expect(help).toContain(option);
  const healthy = await local(info.outputDir, {});
  expect(healthy.code, healthy.output).toBe(0);
  const faulty = await local(info.outputDir, { STANDIN_FAULTS: 'agent-ws-canned' });
  expect(faulty.code, faulty.output).toBe(1);
  expect(faulty.output).toContain('errors.[answer-wrong] load.answer');
});
