/** Was an answer computed from its question? The questions are sums with a marker, or ask for a code word. */
import { MARKER } from '../contract/primitives.ts';
import { objectOf, parsed, textOf } from './http-view.ts';

/** Phrases that mean: nothing was computed (contract section 13). */
export const CANNED = /\bmock\b|fallback|recovery mechanism|error executing|service unavailable|analysis_tool/i;

/** A response whose body is canned, whatever it echoes of our own ids. */
export const isCannedBody = (body: string): boolean =>
  CANNED.test(body.replaceAll(/"(?:agent_id|reason)"\s*:\s*"gp-[^"]*"/g, ''));

const ALL_MARKERS = new RegExp(MARKER.source, 'gi');
export const markersIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(ALL_MARKERS)].map(([found]) => found.toLowerCase())),
];

/** Separators between a digit and exactly three digits. */
const joined = (text: string): string => text.replace(/(\d)[,'\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, '$1');

export interface Question {
  readonly text: string;
  readonly sum: string | null;
  readonly marker: string | null;
  readonly codeWord: string | null;
}

export const questionOf = (text: string, context?: unknown): Question => {
  const found = /sum of (\d+) and (\d+)/i.exec(text);
  const word = textOf(objectOf(context)['code_word']);
  return {
    text,
    sum: found === null ? null : String(Number(found[1]) + Number(found[2])),
    marker: found === null ? null : (markersIn(text)[0] ?? null),
    codeWord: word === '' ? null : word,
  };
};

export const questionOfBody = (body: string | null): Question => {
  const request = objectOf(parsed(body ?? ''));
  const text = textOf(request['message']) === '' ? textOf(request['content']) : textOf(request['message']);
  return questionOf(text === '' ? (body ?? '') : text, request['context']);
};

export type Verdict = 'right' | 'canned' | 'other' | 'empty' | 'no-question';

export const judge = (question: Question, answer: string): Verdict => {
  if (answer.trim() === '') return 'empty';
  // The prompt may be echoed; only words that the prompt lacks are the server's.
  const own = answer.replaceAll(question.text, ' ');
  if (CANNED.test(own)) return 'canned';
  const has = (piece: string | null) => piece === null || joined(answer).toLowerCase().includes(piece.toLowerCase());
  if (question.sum === null && question.codeWord === null) return 'no-question';
  const whole = question.sum === null || new RegExp(`(?<!\\d)${question.sum}(?!\\d)`).test(joined(answer));
  return whole && has(question.marker) && has(question.codeWord) ? 'right' : 'other';
};
