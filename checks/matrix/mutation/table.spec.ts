/** The fast part of `npm run mutation`: the table is complete, and the suite can still be instrumented. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import ts from 'typescript';
import { idsOf } from '../../../src/contract/catalogue.ts';
import { catalogue } from '../../../src/standin/switchboard/switchboard.ts';
import { Sources } from '../sources.ts';
import { DEFECTS, CHECKED_ELSEWHERE } from './defects.ts';
import { instrument } from './instrument.ts';
import { inventory } from './inventory.ts';

test('every P1 claim has defects in the table, each once, and the table names no other claim', () => {
  expect(Object.keys(DEFECTS).toSorted()).toEqual(idsOf('P1').toSorted());
  for (const [id, defects] of Object.entries(DEFECTS)) expect(new Set(defects).size, id).toBe(defects.length);
});

test('every defect of the table is one that the stand-in knows, and every parametric one is used', () => {
  const { faults, defects } = catalogue();
  const used = new Set(
    Object.values(DEFECTS)
      .flat()
      .flatMap((specs) => specs.split(','))
      .map((spec) => spec.split(':', 1)[0] ?? ''),
  );
  expect([...used].filter((id) => !faults.includes(id) && !defects.includes(id))).toEqual([]);
  const elsewhere = Object.values(CHECKED_ELSEWHERE).map((file) => readFileSync(file, 'utf8'));
  expect(defects.filter((id) => !used.has(id) && !elsewhere.some((text) => text.includes(`${id}:`)))).toEqual([]);
});

test('an assertion that is checked elsewhere is one of the suite, and names the check that stands for it', () => {
  const ids = inventory('.').map(({ id }) => id);
  for (const [assertion, file] of Object.entries(CHECKED_ELSEWHERE)) {
    expect(ids).toContain(assertion);
    expect(readFileSync(file, 'utf8')).toContain(`'${assertion.split(' ').at(-2)}'`);
  }
});

test('the suite can be instrumented: every test and assertion is wrapped, and the files are TypeScript', ({}, info) => {
  const tree = new Sources('.').copyTo(info.outputPath('tree'));
  const sites = inventory(tree);
  const copy = instrument(tree, sites);
  for (const file of new Set(sites.map((site) => site.file))) {
    const text = readFileSync(join(copy, file), 'utf8');
    const options = { reportDiagnostics: true, compilerOptions: { target: ts.ScriptTarget.ESNext } };
    expect(ts.transpileModule(text, options).diagnostics, file).toEqual([]);
    const wrapped = [...text.matchAll(/__assertion\.(?:site|reply|frame|stands|secondary)\((\d+)/g)].map(([, number]) =>
      Number(number),
    );
    const expected = sites.filter((site) => site.file === file).map(({ number }) => number);
    expect(wrapped.sort((a, b) => a - b)).toEqual(expected);
    expect(text).not.toMatch(/^test\(/m);
  }
});
