/** No text of a server or a page takes longer to read than it is long: times of one run are compared with each other. */
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { INTERNALS } from '../../src/contract/errors.ts';
import { iso, isoZoneOptional, millisOf } from '../../src/contract/primitives.ts';
import { cannedPhraseIn, containsWholeNumber } from '../../src/contract/testability.ts';
import { judge, markersIn, questionOf } from '../../src/diagnosis/answers.ts';
import { field, httpView, isEnvelope, isHtml } from '../../src/diagnosis/http-view.ts';
import { sequenceSvg } from '../../src/diagnosis/sequence.ts';
import { abridged, JSON_BOUNDS, unreasonable } from '../../src/evidence/bounds.ts';
import { displayed, displayError } from '../../src/evidence/display.ts';
import { failureOf } from '../../src/evidence/failure.ts';
import { inert, inertButColours } from '../../src/evidence/inert.ts';
import { plain } from '../../src/evidence/plain-text.ts';
import { redact, redactHeaders, redactValue, sharesRunWith } from '../../src/evidence/redaction.ts';
import { clientErrorOf } from '../../fixtures/client-error.ts';
import { secretsIn } from '../../fixtures/leaks.ts';
import { excerptOf } from '../../fixtures/recorder.ts';
import { problemsOf } from '../../fixtures/reply.ts';
import { exchangeLines, transcriptOf } from '../../fixtures/transcript.ts';
import { attemptOf } from '../../src/reporter/attempts.ts';
import { oneLine } from '../../src/evidence/one-line.ts';
import { cell } from '../../src/reporter/format.ts';
import { html, textOf as markupOf } from '../../src/reporter/html/template.ts';
import { cdata, xml } from '../../src/reporter/junit.ts';
import { fenced, md } from '../../src/reporter/markdown.ts';
import { http } from '../diagnosis/wire.ts';
import { socketOf } from '../reporter/pictures.ts';
import { patterns, PIECES, piecesOf, textOf } from './patterns.ts';

const SMALL = 8 * 1024;
/** Eight times as long: eight times as slow where it is linear, 64 times where it is quadratic. */
const GROWTH = 8;
const MOST = 5 * GROWTH;
/** Of the processor: what is below is too little to compare. */
const NOISE_MS = 8;

const cpuMs = (work: () => unknown): number => {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
};
/** A collection of garbage in between counts once, so the least counts. */
const least = (work: () => unknown): number => Math.min(cpuMs(work), cpuMs(work), cpuMs(work));

/** How many times slower a longer text is, if that is more than it should be. */
const growthOf = (look: (text: string) => unknown, text: (length: number) => string) => {
  const [short, long] = [text(SMALL), text(GROWTH * SMALL)];
  const once = cpuMs(() => look(short));
  if (once < NOISE_MS / MOST) return undefined;
  const before = least(() => look(short));
  const after = cpuMs(() => look(long));
  if (after < NOISE_MS || after / before < MOST) return undefined;
  const ratio = least(() => look(long)) / least(() => look(short));
  return ratio < MOST ? undefined : Math.round(ratio);
};

/** Ends of a text that let a pattern fail at the last moment. */
const TAILS = ['', '\u0001"'];

const slowest = (look: (text: string) => unknown, pieces: readonly string[]): string[] =>
  pieces.flatMap((piece) =>
    TAILS.flatMap((tail) => {
      const ratio = growthOf(look, (length) => textOf(piece, length) + tail);
      return ratio === undefined ? [] : [`${JSON.stringify(piece + tail)}: ${ratio} times as slow`];
    }),
  );

test.describe.configure({ timeout: 300_000 });

test('every pattern of the source - linear on texts that nearly match', () => {
  const all = patterns();
  expect(all.length).toBeGreaterThan(200);
  const slow = all.flatMap(({ where, regexp }) =>
    slowest(
      (text) => (regexp.global ? text.replace(regexp, '') : regexp.test(text)),
      [...PIECES, ...piecesOf(regexp)],
    ).map((found) => `${where} ${String(regexp)} ${found}`),
  );
  expect(slow).toEqual([]);
});

const exchangeOf = (body: string) => ({ ...http('GET /api/config/public as none', 200), body, requestBody: body });
const viewOf = (body: string) => httpView(exchangeOf(body), 'P1-01', 0, 0);
const frameOf = (text: string) => {
  const base = socketOf(1);
  return socketOf(1, { frames: base.frames.map((frame) => ({ ...frame, text })) });
};
const resultOf = (message: string) => ({
  retry: 0,
  status: 'failed' as const,
  startTime: new Date(0),
  duration: 1,
  workerIndex: 0,
  parallelIndex: 0,
  annotations: [],
  attachments: [],
  steps: [],
  stdout: [],
  stderr: [],
  errors: [{ message }],
});

/** What reads, masks, judges or renders text from outside. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  redact,
  'redactValue, as a value and as a name': (text) => redactValue({ [text]: [text] }),
  redactHeaders: (text) => redactHeaders({ 'x-version': text }),
  displayed,
  displayError: (text) => displayError(new Error(text)),
  inert,
  inertButColours,
  abridged,
  plain,
  'secrets in published settings': (text) => secretsIn(JSON.stringify({ version: text }), 'a-key-of-the-bypass'),
  'secrets in deep settings': (text) =>
    secretsIn(JSON.stringify({ [text.slice(0, 64)]: text.split('.', 1_000) }), undefined),
  internals: (text) => INTERNALS.filter((pattern) => pattern.test(text)),
  'token echoed': (text) => sharesRunWith(text, 'eyJeyJeyJeyJeyJeyJeyJeyJ', 16),
  unreasonable,
  'unreasonable, quoted': (text) => unreasonable(JSON.stringify(text)),
  'answer of an agent': (text) => [cannedPhraseIn(text), containsWholeNumber(text, 12_345)],
  'answer, diagnosed': (text) => [judge(questionOf('the sum of 1 and 2'), text), markersIn(text), questionOf(text)],
  'body, diagnosed': (text) => {
    const view = viewOf(text);
    return [isEnvelope(view), isHtml(view.x), field(view, 'status'), field(view, 'error_code')];
  },
  'times of the contract': (text) => [iso.safeParse(text), isoZoneOptional.safeParse(text), millisOf(text)],
  problemsOf: (text) => {
    const parsed = z.strictObject({ a: z.literal('b') }).safeParse({ a: text, [text]: 1 });
    return parsed.error === undefined ? '' : problemsOf(parsed.error);
  },
  'failure read back': (text) => failureOf(`[unknown] ${text}`),
  'error of a client': (text) => clientErrorOf(new Error(text)),
  excerptOf,
  'transcript of a socket': (text) => [transcriptOf(frameOf(text)), sequenceSvg(frameOf(text))],
  'lines of an exchange': (text) => exchangeLines(exchangeOf(text), 0),
  'failure of an attempt': (text) => attemptOf('P1-01 a claim', resultOf(text)),
  'one line': (text) => oneLine(text, 300),
  cell,
  xml,
  cdata,
  html: (text) => markupOf(html`<p>${text}</p>`),
  md: (text) => md(text, text.length),
  fenced: (text) => fenced('', text),
};

for (const [name, look] of Object.entries(READERS))
  test(`${name} - linear on texts of 8 and 64 KB`, () => {
    expect(slowest(look, PIECES)).toEqual([]);
  });

test('the longest texts that are let in - read to the end, with no error of the engine', () => {
  for (const piece of ['eyJ', 'eyJa.', 'a', ' ', '` ', '://a:', '"password":"', '##a'])
    for (const [name, look] of Object.entries(READERS))
      expect(() => look(textOf(piece, JSON_BOUNDS.characters)), `${name} of ${piece}`).not.toThrow();
});
