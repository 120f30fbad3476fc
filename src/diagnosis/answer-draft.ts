/** An answer that was not computed from its question. */
import { judge, type Question } from './answers.ts';
import type { FindingDraft } from './finding.ts';

interface Asked {
  readonly question: Question;
  readonly answer: string;
  /** Other questions of the run and what they got. */
  readonly others: readonly { readonly question: Question; readonly answer: string }[];
  readonly fact: string;
  readonly surface: string;
}

/** Null: right, or nothing that can be judged. */
export const answerDraft = ({ question, answer, others, fact, surface }: Asked): FindingDraft | null => {
  const verdict = judge(question, answer);
  const fits = ['answer-wrong', 'answer-failure'] as const;
  if (verdict === 'right' || verdict === 'no-question') return null;
  if (verdict === 'canned')
    return {
      cause: 'agent-fake-answer',
      phase: 'events',
      signal: 'high',
      fact,
      detail: 'fallback text instead of an answer',
      rank: 1,
      fits,
    };
  const same =
    answer.trim() !== '' && others.some((other) => other.answer === answer && other.question.text !== question.text);
  if (same)
    return {
      cause: 'agent-fake-answer',
      phase: 'events',
      signal: 'high',
      fact,
      detail: 'one answer for every question',
      rank: 1,
      fits,
    };
  if (verdict === 'empty')
    return {
      cause: 'data-corrupted',
      phase: 'events',
      signal: 'low',
      fact,
      detail: `empty answer on ${surface}`,
      rank: 1,
      fits,
    };
  return {
    cause: 'data-corrupted',
    phase: 'events',
    signal: 'low',
    fact,
    detail: `answer without sum or marker on ${surface}`,
    rank: 1,
    fits,
  };
};
