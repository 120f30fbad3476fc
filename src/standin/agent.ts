/** The agents: deterministic code that computes every answer from the request (section 13). */
import { createHash } from 'node:crypto';
import { CALCULATOR, CODE_WORD_REQUEST } from '../contract/testability.ts';
import { codePoints, type JsonObject } from './unit.ts';

export interface ToolUse {
  name: string;
  purpose: string;
  parameters: JsonObject;
  result: JsonObject;
}

export interface Question {
  text: string;
  /** Undefined where the surface takes no context. */
  context: JsonObject | undefined;
  surface: 'http' | 'agents-stream' | 'chat-stream' | 'ws';
  agent: string;
}

export interface Answer {
  text: string;
  tools: ToolUse[];
  reasoning: string;
}

export const OPERATIONS = ['add', 'subtract', 'multiply'] as const;
export type Operation = (typeof OPERATIONS)[number];

const COMPUTE: Record<Operation, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
};

const asNumber = (value: bigint): number | string => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
};

export const calculate = (operation: Operation, a: number | bigint, b: number | bigint): { value: number | string } => {
  const whole = (n: number | bigint) => typeof n === 'bigint' || Number.isSafeInteger(n);
  if (whole(a) && whole(b)) return { value: asNumber(COMPUTE[operation](BigInt(a), BigInt(b))) };
  const [x, y] = [Number(a), Number(b)];
  return { value: operation === 'add' ? x + y : operation === 'subtract' ? x - y : x * y };
};

const SUM = /sum of (-?\d+) and (-?\d+)/i;
const MARKED = /\bgp-[0-9a-f]{8}\b/;

const useCalculator = (purpose: string, a: bigint, b: bigint): ToolUse => ({
  name: CALCULATOR,
  purpose,
  parameters: { operation: 'add', a: asNumber(a), b: asNumber(b) },
  result: calculate('add', a, b),
});

const shown = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

export const answer = (question: Question): Answer => {
  const [, first, second] = SUM.exec(question.text) ?? [];
  const marker = MARKED.exec(question.text)?.[0];
  if (first !== undefined && second !== undefined && marker !== undefined) {
    const tool = useCalculator('add the two numbers', BigInt(first), BigInt(second));
    const sum = shown(tool.result['value']);
    return {
      text: `The sum of ${first} and ${second} is ${sum}. Marker: ${marker}.`,
      tools: [tool],
      reasoning: `The request asks for a sum of two numbers, so the ${CALCULATOR} is needed`,
    };
  }
  if (question.context !== undefined && question.text.includes(CODE_WORD_REQUEST)) {
    const word = shown(question.context['code_word']);
    return {
      text: word === '' ? 'There is no code word in your context.' : `The code word in your context is ${word}.`,
      tools: [],
      reasoning: 'The request asks for a word of its own context',
    };
  }
  const length = codePoints(question.text).length;
  const digest = createHash('sha256').update(question.text).digest('hex').slice(0, 12);
  return {
    text: `Your text has ${length} characters and its SHA-256 starts with ${digest}.`,
    tools: [],
    reasoning: 'The request asks for nothing that can be computed, so its text is measured',
  };
};

/** A chat stream shows a tool in every run, so a text without arithmetic has its characters counted by the calculator. */
export const countingTool = (text: string): ToolUse =>
  useCalculator('count the characters', BigInt(codePoints(text).length), 0n);

/** Two or more pieces that concatenate to the text. */
export const chunksOf = (text: string): string[] => {
  const characters = codePoints(text);
  const size = Math.max(1, Math.ceil(characters.length / 3));
  const pieces = [0, size, 2 * size].map((start) => characters.slice(start, start + size).join(''));
  return pieces.filter((piece, index) => piece !== '' || index < 2);
};
