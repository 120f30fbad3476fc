/** What the matrix and the mutation measure is a copy of the suite: it has to run by itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Sources } from './sources.ts';

test('the copy has every file that its own files import', ({}, info) => {
  const tree = new Sources('.').copyTo(info.outputPath('tree'));
  const files = readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const missing = files.flatMap((file) =>
    [...readFileSync(join(tree, file), 'utf8').matchAll(/^(?:import|export|\}).*'(\.{1,2}\/[^']+)';$/gm)]
      .map(([, path = '']) => join(dirname(file), path))
      .filter((path) => !existsSync(join(tree, path)))
      .map((path) => `${file} imports ${path}`),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});
