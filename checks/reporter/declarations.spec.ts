import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { assess } from '../../src/reporter/assess.ts';
import { impactModel, loadModel } from '../../src/reporter/model.ts';
import { SCHEMA_FOLDER, SCHEMAS } from '../../src/reporter/schemas.ts';
import { loadWaivers, waiverFile } from '../../src/reporter/waivers.ts';
import type { Waiver } from '../../src/reporter/waivers.ts';
import { CATALOGUE } from '../../src/contract/catalogue.ts';
import { MODEL, MODEL_FILE, recordOf, rowOf, rowsWith } from './rows.ts';

const NOW = new Date('2025-09-09T18:00:00Z');
const first = <T>(list: readonly T[]): T => {
  const [item] = list;
  if (item === undefined) throw new Error('the declared model has an empty list');
  return item;
};
const edited = (change: (model: typeof MODEL) => unknown): unknown => {
  const copy = structuredClone(MODEL);
  change(copy);
  return copy;
};

test('the declared model - capabilities as in the catalogue', () => {
  for (const entry of CATALOGUE.filter(({ priority }) => priority === 'P1'))
    expect(MODEL.capabilities.find((capability) => capability.tests.includes(entry.id))?.id, entry.id).toBe(
      entry.capability,
    );
});

const wrong: readonly [title: string, model: unknown, complaint: RegExp][] = [
  [
    'streams that do not add up',
    edited((model) => (first(model.streams).mrr = 1)),
    /add up to 12001, its mrrAtRisk is 120000/,
  ],
  ['an unknown key', edited((model) => Object.assign(model, { weight: 1 })), /Unrecognized key: "weight"/],
  [
    'a test that no capability lists',
    edited((model) => first(model.capabilities).tests.pop()),
    /no capability lists P1-04/,
  ],
  [
    'a test listed twice',
    edited((model) => first(model.capabilities).tests.push('P1-05')),
    /test P1-05 is declared twice/,
  ],
  [
    'a test outside the catalogue',
    edited((model) => first(model.capabilities).tests.push('P1-99')),
    /P1-99 is not in the catalogue/,
  ],
  [
    'a capability nobody needs',
    edited((model) =>
      model.streams.forEach((stream) => (stream.needs = stream.needs.filter((need) => need.capability !== 'sessions'))),
    ),
    /no stream needs capability sessions/,
  ],
  [
    'a need for nothing declared',
    edited((model) => (first(first(model.streams).needs).capability = 'chatting')),
    /needs chatting, which is not declared/,
  ],
  ['a share above 1', edited((model) => (first(first(model.streams).needs).share = 1.5)), /share/],
  ['a degraded weight of 0', edited((model) => (model.degradedWeight = 0)), /degradedWeight/],
];
for (const [title, model, complaint] of wrong)
  test(`a model with ${title} - refused, and the reason names it`, () => {
    const parsed = impactModel.safeParse(model);
    expect(parsed.success).toBe(false);
    expect(
      JSON.stringify(parsed.error?.issues.map((issue) => [issue.path, issue.message])).replaceAll('\\"', '"'),
    ).toMatch(complaint);
  });

const WAIVER: Waiver = {
  tests: ['P1-09'],
  cause: 'app-5xx',
  owner: 'agents team',
  reason: 'status of finished agents, fixed in the next build',
  opened: '2025-09-01',
  expires: '2025-09-12',
};
const failedFor = (id: string, cause: string) => rowOf(id, 'failed', { cause: { id: cause, confidence: 'high' } });
const judged = (id: string, cause: string, waiver: Partial<Waiver>) =>
  assess(
    recordOf(rowsWith().map((row) => (row.id === id ? failedFor(id, cause) : row))),
    { model: MODEL, waivers: [{ ...WAIVER, ...waiver }] },
    NOW,
  );

test('a failure with a valid waiver - CONDITIONAL, still failed in every count, days left shown', () => {
  const assessment = judged('P1-09', 'app-5xx', {});
  expect(assessment).toMatchObject({
    verdict: 'CONDITIONAL',
    counts: { failed: 1, verified: 21 },
    readings: { passRate: { passed: 21 } },
    waivers: [{ state: 'active', daysLeft: 4, covers: ['P1-09'] }],
  });
  expect(assessment.exposure.confirmed).toBe(120_000);
});

const notWaived: readonly [title: string, id: string, cause: string, waiver: Partial<Waiver>][] = [
  ['an expired waiver', 'P1-09', 'app-5xx', { expires: '2025-09-08' }],
  ['a waiver that is not open yet', 'P1-09', 'app-5xx', { opened: '2025-09-10' }],
  ['a waiver for another cause', 'P1-09', 'agent-service-down', {}],
  ['a waiver for another test', 'P1-08', 'app-5xx', {}],
  [
    'a waiver for a security capability',
    'P1-16',
    'isolation-breach-http',
    { tests: ['P1-16'], cause: 'isolation-breach-http' },
  ],
];
for (const [title, id, cause, waiver] of notWaived)
  test(`${title} - HOLD`, () => {
    expect(judged(id, cause, waiver).verdict).toBe('HOLD');
  });

test('a waiver on its last day - holds; the day after - does not', () => {
  expect(judged('P1-09', 'app-5xx', { expires: '2025-09-09' }).verdict).toBe('CONDITIONAL');
  expect(judged('P1-09', 'app-5xx', { expires: '2025-09-08' }).verdict).toBe('HOLD');
});

test('a failure without a known cause - no waiver covers it', () => {
  const rows = rowsWith({ 'P1-09': 'failed' });
  expect(assess(recordOf(rows), { model: MODEL, waivers: [WAIVER] }, NOW).verdict).toBe('HOLD');
});

const badWaivers: readonly [title: string, change: Record<string, unknown>][] = [
  ['of 31 days', { expires: '2025-10-02' }],
  ['that ends before it begins', { expires: '2025-08-31' }],
  ['for the cause unknown', { cause: 'unknown' }],
  ['without an owner', { owner: ' ' }],
  ['for a test outside the catalogue', { tests: ['P1-77'] }],
  ['with an unknown key', { severity: 'low' }],
];
for (const [title, change] of badWaivers)
  test(`a waiver ${title} - refused on load`, () => {
    expect(waiverFile.safeParse({ waivers: [WAIVER] }).success).toBe(true);
    expect(waiverFile.safeParse({ waivers: [{ ...WAIVER, ...change }] }).success).toBe(false);
  });

for (const [name, content] of Object.entries(SCHEMAS))
  test(`${name} - as published (npm run schemas)`, () => {
    expect(JSON.parse(readFileSync(join(SCHEMA_FOLDER, name), 'utf8'))).toEqual(JSON.parse(content()));
  });

for (const [name, bytes] of [
  ['a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16, as PowerShell writes it', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
] as const)
  test(`model and waivers with ${name} - read as without`, ({}, info) => {
    const model = info.outputPath('model.json');
    const waivers = info.outputPath('waivers.json');
    writeFileSync(model, bytes(readFileSync(MODEL_FILE, 'utf8')));
    writeFileSync(waivers, bytes(JSON.stringify({ waivers: [WAIVER] })));
    expect(loadModel(model)).toEqual(MODEL);
    expect(loadWaivers(waivers)).toEqual([WAIVER]);
  });
