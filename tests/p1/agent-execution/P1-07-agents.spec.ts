import { AGENT_TYPES, type AgentType } from '../../../src/contract/agents.ts';
import { because } from '../../../src/evidence/failure.ts';
import { expectSuccess } from '../../../fixtures/agent-success.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import { sumPrompt } from '../../../fixtures/probes.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';

const SLOW_ANSWER_MS = 5_000;

interface Question {
  readonly agent: AgentType;
  /** At the agent's own endpoint, or at the one of all agents. */
  readonly via: 'own' | 'execute';
  /** With the headers that tell a platform of a test. */
  readonly detection: boolean;
}

/** Each agent at both endpoints, once with the headers and once without. */
const QUESTIONS: readonly Question[] = AGENT_TYPES.flatMap((agent, index) => [
  { agent, via: 'own', detection: index % 2 === 0 },
  { agent, via: 'execute', detection: index % 2 !== 0 },
]);

const ask = ({ agents }: Caller, { agent, via, detection }: Question, message: string) =>
  via === 'own'
    ? agents[agent].response({ message }, { detection })
    : agents.execute.response({ type: agent, message }, { detection });

/** All at once; each has the answer to its own prompt, and no other. */
const expectAnswers = async (
  { alice, secondary }: ClaimTools,
  questions: readonly Question[],
  messageOf = (prompt: string) => prompt,
) => {
  const asked = await Promise.all(
    questions.map(async (question) => {
      const probe = sumPrompt();
      return { ...question, probe, reply: await ask(alice, question, messageOf(probe.text)) };
    }),
  );
  const answers = asked.map(({ agent, via, probe, reply }) => {
    const key = via === 'own' ? `run.${agent}` : 'run.execute';
    return expectSuccess(key, reply.ok(key), agent, probe);
  });
  expect(new Set(answers).size, because('answer-wrong', 'run.distinct', 'each prompt has its own answer')).toBe(
    answers.length,
  );
  const slowest = Math.max(...asked.map(({ reply }) => reply.ms));
  secondary('slow-answer', slowest <= SLOW_ANSWER_MS, `${Math.round(slowest)} ms`);
};

const questionsTo = (agent: AgentType) => QUESTIONS.filter((question) => question.agent === agent);

const askAll = (caller: Caller) => Promise.all(QUESTIONS.map((question) => ask(caller, question, sumPrompt().text)));

test(
  ...claim('P1-07', {
    parts: {
      'a caller without a token gets no answer': async ({ nobody }) => {
        for (const reply of await askAll(nobody)) {
          expect(reply).toBeNotAuthenticated('run.anonymous');
          expect(
            reply.text,
            because('auth-accepted', 'run.anonymous.response', 'a refusal has no response'),
          ).not.toContain('"response"');
        }
      },

      'a forged token gets no answer': async ({ alice }) => {
        for (const reply of await askAll(await alice.forged())) expect(reply).toBeBadToken('run.forged');
      },

      'a request without a message or a type is invalid': async ({ alice }) => {
        expect(await alice.agents.triage.malformed({})).toBeInvalid('run.no-message', 'message');
        const { text: message } = sumPrompt();
        expect(await alice.agents.execute.malformed({ message })).toBeInvalid('run.no-type', 'type');
      },

      'triage answers exactly what it is asked': (tools) => expectAnswers(tools, questionsTo('triage')),

      'data answers exactly what it is asked': (tools) => expectAnswers(tools, questionsTo('data')),

      'optimization answers exactly what it is asked': (tools) => expectAnswers(tools, questionsTo('optimization')),

      'a message with the word "test" is answered like any other': async (tools) => {
        const questions = AGENT_TYPES.map((agent): Question => {
          return { agent, via: agent === 'triage' ? 'execute' : 'own', detection: agent !== 'data' };
        });
        await expectAnswers(tools, questions, (prompt) => `${prompt} This is a test.`);
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
