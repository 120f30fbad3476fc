/** What is installed: exact, locked, with known licences, and without programs that run at installation. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (name: string): unknown => JSON.parse(readFileSync(resolve(ROOT, name), 'utf8'));

const versions = z.record(z.string(), z.string());
const manifest = z.object({ dependencies: versions, devDependencies: versions }).parse(read('package.json'));
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(read('package-lock.json'));
const installed = Object.entries(packages).filter(([path]) => path !== '');

/** Permissive, or weak copyleft of a file that nobody here changes. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Unlicense',
];

test('versions - exact in the manifest, and each package locked by its hash', () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
  const unlocked = installed.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true);
  expect(unlocked.map(([path]) => path)).toEqual([]);
});

test('licences - each package has one that is known to be fine', () => {
  const other = installed.filter(([, { license }]) => !LICENCES.includes(license ?? 'none'));
  expect(other.map(([path, { license }]) => [path, license])).toEqual([]);
});

test('install scripts - none is needed', () => {
  // esbuild's only checks the binary that its own package per platform brings.
  expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)).toEqual([
    'node_modules/esbuild',
  ]);
});

test('npm run sbom - CycloneDX of what a run needs, each component with version, hash and licence', () => {
  const text = execFileSync('npm', ['run', '--silent', 'sbom'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const component = z.object({
    name: z.string(),
    version: z.string(),
    hashes: z.array(z.unknown()).min(1),
    licenses: z.array(z.unknown()).min(1),
  });
  const bom = z.object({ bomFormat: z.literal('CycloneDX'), components: z.array(component) }).parse(JSON.parse(text));
  const names = bom.components.map(({ name }) => name);
  for (const name of Object.keys(manifest.dependencies))
    expect(
      names.some((found) => name.endsWith(found)),
      name,
    ).toBe(true);
});
