/** The matrix's own word list: complete, without contradictions, and the same as the stand-in's. */
import { readdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { CAUSE_IDS } from '../../src/diagnosis/causes.ts';
import { SCENARIOS } from '../../src/standin/scenarios.ts';
import { LAYERS, TESTS, type Case } from './expectation.ts';
import { CASES, CONTROL_IDS, FAULT_IDS, SAMPLE, SCENARIO_IDS } from './expectations.ts';

const idsIn = (folder: string): string[] =>
  readdirSync(new URL(`../../src/standin/${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();

const coloured = ({ red, oneOf, degraded }: Case): readonly string[] => [...red, ...oneOf, ...degraded];
const sample = CASES.filter(({ id }) => SAMPLE.includes(id));

test('the catalogue has faults in every layer', () => {
  expect(new Set(CASES.filter(({ kind }) => kind === 'fault').map(({ layer }) => layer))).toEqual(new Set(LAYERS));
});

test('the stand-in has exactly these faults, controls and scenarios', () => {
  expect(idsIn('faults')).toEqual([...FAULT_IDS].sort());
  expect(idsIn('controls')).toEqual([...CONTROL_IDS].sort());
  expect(Object.keys(SCENARIOS).sort()).toEqual([...SCENARIO_IDS].sort());
});

test('no id stands for two cases, and no test has two expectations in one case', () => {
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
  for (const one of CASES) {
    const named = [...coloured(one), ...one.free];
    expect(new Set(named).size, one.id).toBe(named.length);
  }
});

test('every fault colours a test or is a blind spot by name, and expects causes that exist', () => {
  const known: readonly string[] = CAUSE_IDS;
  for (const one of CASES.filter(({ kind }) => kind === 'fault')) {
    expect(coloured(one).length > 0, one.id).toBe(one.blindSpot === undefined);
    expect(one.priority === 'P2' || one.causes.right.length > 0, one.id).toBe(true);
  }
  const expected = CASES.flatMap(({ causes, causesOf }) => [
    ...causes.right,
    ...causes.bracketed,
    ...Object.keys(causesOf),
  ]);
  expect(expected.filter((cause) => !known.includes(cause))).toEqual([]);
});

test('the sample covers every layer, every test, a control, a scenario and the healthy server', () => {
  expect(sample.map(({ id }) => id).sort()).toEqual([...SAMPLE].sort());
  const faults = sample.filter(({ kind }) => kind === 'fault');
  const ofLayers = new Set(sample.map(({ layer }) => layer).filter((layer) => layer !== undefined));
  expect(LAYERS.filter((layer) => !ofLayers.has(layer))).toEqual([]);
  expect(TESTS.filter((id) => !faults.some(({ red }) => red.includes(id)))).toEqual([]);
  expect(new Set(sample.map(({ kind }) => kind))).toEqual(new Set(['fault', 'control', 'scenario']));
  expect(SAMPLE).toContain('healthy');
});
