import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { e2eTestingExpected } from '../../src/contract/health.ts';
import { count, iso, isoZoneOptional, MARKER, millisOf, unix } from '../../src/contract/primitives.ts';
import {
  CANNED_PHRASES,
  cannedPhraseIn,
  containsWholeNumber,
  normaliseAnswer,
  sumRequest,
} from '../../src/contract/testability.ts';
import { textOf } from '../../src/contract/threads.ts';
import { tokenSubprotocol } from '../../src/contract/websocket.ts';
import { because, ClassifiedError, FAILURE_CLASSES, failureOf } from '../../src/evidence/failure.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { counterexample } from './counterexample.ts';

const ok = (schema: { safeParse: (value: unknown) => { success: boolean } }, values: readonly unknown[]) =>
  values.filter((value) => schema.safeParse(value).success);

test('times of the wire - UTC with Z or +00:00, any number of fractional digits, and real', () => {
  const good = ['2025-09-09T17:35:00Z', '2025-09-09T17:35:00.1Z', '2025-09-09T17:35:00.000000+00:00'];
  const zoneless = ['2025-09-09T17:35:00', '2025-09-09T17:35:00.123456'];
  const bad = [
    '2025-09-09T17:35:00+02:00',
    '2025-09-09T17:35:00-00:00',
    '2025-09-09 17:35:00Z',
    '2025-09-09',
    '2025-13-09T17:35:00Z',
    '2025-09-09T25:35:00Z',
    '1757439300',
    1757439300,
    '',
    null,
  ];
  expect(ok(iso, [...good, ...zoneless, ...bad])).toEqual(good);
  expect(ok(isoZoneOptional, [...good, ...zoneless, ...bad])).toEqual([...good, ...zoneless]);
});

test('a time without a zone - read as UTC, whatever the zone of the machine', () => {
  expect(millisOf('2025-09-09T17:35:00')).toBe(Date.UTC(2025, 8, 9, 17, 35));
  expect(millisOf('2025-09-09T17:35:00.250Z')).toBe(Date.UTC(2025, 8, 9, 17, 35, 0, 250));
  expect(millisOf('2025-09-09T17:35:00+00:00')).toBe(Date.UTC(2025, 8, 9, 17, 35));
});

test('numbers of the wire - unix times are positive and may be fractional, counts are whole and not negative', () => {
  expect(ok(unix, [1757439300, 1757439300.25, 0, -1, Number.NaN, Infinity, '1757439300', null])).toEqual([
    1757439300, 1757439300.25,
  ]);
  expect(ok(count, [0, 1, 100, -1, 0.5, '1', null])).toEqual([0, 1, 100]);
});

test('a sum inside an answer - found with every thousands separator, and only as a number of its own', () => {
  const holds = (text: string, number = 55932) => containsWholeNumber(text, number);
  const yes = [
    'The sum is 55932.',
    '55932',
    '(55932)',
    'sum=55932,',
    '55,932',
    "55'932",
    '55\u00a0932',
    '55\u2009932',
    '55\u202f932',
    'Sum: 55932! Marker: gp-3fa9c1d2.',
    '48213+7719=55932',
    'The answer-55932',
  ];
  const no = [
    '',
    '559320',
    '155932',
    '55932.5',
    '55932,5',
    '0.55932',
    '5,593,2',
    '55 932',
    '-55932',
    'is −55932',
    '1,555,932',
    '55,9321',
    'The sum of 48213 and 7719',
  ];
  expect(yes.filter((text) => !holds(text))).toEqual([]);
  expect(no.filter((text) => holds(text))).toEqual([]);
});

test('any sum between any words - found plain and separated, and no other number is taken for it', () => {
  const words = fc.stringMatching(/^[A-Za-z .:!()]{0,20}$/);
  const sum = fc.integer({ min: 20_000, max: 199_998 });
  const separator = fc.constantFrom('', ',', "'", '\u00a0', '\u2009', '\u202f');
  expect(
    counterexample(
      fc.property(words, sum, separator, words, sum, (before, number, apart, after, other) => {
        const digits = String(number);
        const text = `${before} ${digits.slice(0, -3)}${apart}${digits.slice(-3)} ${after}`;
        return containsWholeNumber(text, number) && containsWholeNumber(text, other) === (other === number);
      }),
      { numRuns: 2_000 },
    ),
  ).toBeNull();
  expect(
    counterexample(
      fc.property(sum, fc.integer({ min: 0, max: 9 }), (number, digit) => {
        const longer = [`${number}${digit}`, `${digit}${number}`, `${number}.${digit}`, `${digit}.${number}`];
        return longer.every((text) => !containsWholeNumber(text, number));
      }),
    ),
  ).toBeNull();
});

test('an answer as it is compared - normalising twice changes nothing', () => {
  expect(
    counterexample(
      fc.property(fc.string(), (text) => normaliseAnswer(normaliseAnswer(text)) === normaliseAnswer(text)),
      { numRuns: 500 },
    ),
  ).toBeNull();
});

test('phrases of answers that nobody computed - found in any case and anywhere, and only these', () => {
  for (const phrase of CANNED_PHRASES) {
    expect(cannedPhraseIn(phrase)).toBe(phrase);
    expect(cannedPhraseIn(`This is a ${phrase.toUpperCase()}: sorry`)).toBe(phrase);
  }
  expect(cannedPhraseIn('The sum of 48213 and 7719 is 55932. Marker: gp-3fa9c1d2.')).toBeUndefined();
});

test('markers and prompts - the shape of the contract, new every time, and the sum is not in the question', () => {
  const probes = Array.from({ length: 300 }, sumPrompt);
  for (const { text, sum, marker } of probes) {
    expect(marker).toMatch(new RegExp(`^${MARKER.source}$`));
    expect(text).toContain(marker);
    expect(containsWholeNumber(text, sum)).toBe(false);
    const [a = 0, b = 0] = (/sum of (\d{5}) and (\d{5}),/.exec(text) ?? []).slice(1).map(Number);
    expect(text).toBe(sumRequest(a, b, marker));
    expect(a + b).toBe(sum);
  }
  expect(new Set(probes.map(({ marker }) => marker)).size).toBe(300);
  expect(newMarker()).not.toBe(newMarker());
});

test('a message of a thread - its text in either shape of content', () => {
  expect(textOf('hello')).toBe('hello');
  const parts = ['The ', 'sum'].map((value) => ({ type: 'text' as const, text: { value } }));
  expect(textOf(parts)).toBe('The sum');
});

test('a token as a subprotocol - base64url without padding, so that it is a legal token of the header', () => {
  expect(
    counterexample(
      fc.property(fc.string({ minLength: 1 }), (token) => {
        const entry = tokenSubprotocol(token);
        return (
          /^jwt\.[A-Za-z0-9_-]+$/.test(entry) &&
          Buffer.from(entry.slice(4), 'base64url').toString() === Buffer.from(token).toString()
        );
      }),
    ),
  ).toBeNull();
});

const NOTHING = {
  E2E_TESTING: null,
  PYTEST_RUNNING: null,
  STAGING_E2E_TEST: null,
  E2E_OAUTH_SIMULATION_KEY: null,
  E2E_TEST_ENV: null,
};
for (const [variables, enabled] of [
  [{}, false],
  [{ E2E_TESTING: '1' }, true],
  [{ PYTEST_RUNNING: '1' }, true],
  [{ STAGING_E2E_TEST: '1' }, true],
  [{ E2E_TESTING: 'true' }, false],
  [{ E2E_OAUTH_SIMULATION_KEY: 'SET' }, true],
  [{ E2E_OAUTH_SIMULATION_KEY: '' }, false],
  [{ E2E_TEST_ENV: 'staging' }, true],
  [{ E2E_TEST_ENV: 'production' }, false],
] as const)
  test(`server variables ${JSON.stringify(variables)} - e2e_testing.enabled is ${enabled}`, () => {
    expect(e2eTestingExpected({ ...NOTHING, ...variables })).toBe(enabled);
  });

test('a failure - class, key and promise survive the message of an error, with what stands around them', () => {
  for (const failureClass of FAILURE_CLASSES) {
    const line = because(failureClass, 'thread.rename-2.re_read', 'GET /x -> 500 [limit] a: b');
    const read = { class: failureClass, key: 'thread.rename-2.re_read', promise: 'GET /x -> 500 [limit] a: b' };
    expect(failureOf(line)).toEqual(read);
    expect(failureOf(`Error: ${line}\n\nexpect(received).toBe(expected)`)).toEqual(read);
    const error = new ClassifiedError(failureClass, read.key, read.promise, { cause: 'why' });
    expect(error).toMatchObject({ name: 'ClassifiedError', failureClass, key: read.key, message: line, cause: 'why' });
  }
});

test('an error that names no class - unknown, with its first line', () => {
  expect(failureOf('Test timeout of 30000ms exceeded.\nmore')).toEqual({
    class: 'unknown',
    key: 'unnamed',
    promise: 'Test timeout of 30000ms exceeded.',
  });
  expect(failureOf('[no-such-class] key: text')).toMatchObject({ class: 'unknown' });
  expect(failureOf('')).toEqual({ class: 'unknown', key: 'unnamed', promise: '' });
});
