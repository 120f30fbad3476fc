import { endpoints } from '../../../src/contract/endpoints.ts';
import { envelope, INTERNAL_FIELDS, INTERNALS } from '../../../src/contract/errors.ts';
import { unlisted } from '../../../src/contract/unlisted.ts';
import { because, ClassifiedError } from '../../../src/evidence/failure.ts';
import { sharesRunWith } from '../../../src/evidence/redaction.ts';
import { expectAgentAnswers } from '../../../fixtures/agent-answers.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import { parseBody, story, type Reply } from '../../../fixtures/reply.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';

type Tools = Pick<ClaimTools, 'alice' | 'nobody' | 'cleanup'>;

/** Each mistake as one request, so that what holds for every error is looked at in every error. */
const mistakes = {
  missingToken: ({ nobody }: Tools) => nobody.threads.list.response(),
  forgedToken: async ({ alice }: Tools) => (await alice.forged()).threads.list.response(),
  traversal: ({ nobody }: Tools) => nobody.outside(unlisted.traversal),
  unknownPath: ({ nobody }: Tools) => nobody.outside(unlisted.unknown(newMarker())),
  unknownPathWithToken: ({ alice }: Tools) => alice.outside(unlisted.unknown(newMarker())),
  wrongMethod: ({ alice }: Tools) => alice.withMethod('PUT', endpoints.messages.card),
  unknownThread: ({ alice }: Tools) => alice.threads.read.response({ id: `thread_0_${newMarker().slice(3)}` }),
  renameEmptyThread: async ({ alice, cleanup }: Tools) => {
    const empty = (await alice.threads.create.response({ title: newMarker() })).ok('thread.create');
    cleanup.add(`archive ${empty.id}`, () => alice.threads.archive.response(empty));
    return alice.threads.autoRename.response(empty);
  },
  missingFields: ({ alice }: Tools) => alice.agents.execute.malformed({ invalid: 'data' }),
  missingToolName: ({ alice }: Tools) => alice.tools.execute.malformed({}),
  brokenJson: ({ alice }: Tools) => alice.threads.create.malformed('{"title":'),
} as const satisfies Record<string, (tools: Tools) => Promise<Reply>>;

/** Mistakes that the application itself words, with a trace id. */
const WITH_TRACE = ['missingToken', 'forgedToken', 'unknownThread', 'renameEmptyThread'] as const;

const envelopeOf = ({ answer }: Reply, key: string) => {
  const parsed = parseBody(answer, envelope);
  if ('value' in parsed) return parsed.value;
  throw new ClassifiedError('http-body', key, `${story(answer, 'an error envelope')} — ${parsed.wrong}`);
};

/** That a mistake was no error at all is red in its own part. */
const isError = ({ status }: Reply): boolean => status >= 400;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const expectTraceIds = (replies: readonly Reply[]) => {
  const traces = replies.filter(isError).map((reply) => envelopeOf(reply, 'trace-id').trace_id);
  expect(
    traces.filter((trace) => !UUID.test(trace)),
    because('http-body', 'trace-id', 'each error has a UUID to ask for'),
  ).toEqual([]);
  expect(new Set(traces).size, because('http-body', 'trace-id.distinct', 'the ids are all different')).toBe(
    traces.length,
  );
};

const expectNoInternals = (replies: readonly Reply[], envelopes: readonly Reply[]) => {
  const filled = envelopes
    .filter(isError)
    .map((reply) => envelopeOf(reply, 'internals.fields'))
    .flatMap((body) => INTERNAL_FIELDS.filter((field) => body[field] !== null));
  expect(filled, because('http-body', 'internals.fields', 'the internal fields are empty')).toEqual([]);
  const shown = replies.flatMap(({ text }) => INTERNALS.filter((trace) => trace.test(text)).map(String));
  expect(shown, because('http-body', 'internals.text', 'no body shows code, its paths or the database')).toEqual([]);
  const echoes = replies.filter(({ text, answer }) => sharesRunWith(text, answer.identity.token ?? '', 16));
  expect(
    echoes.map(({ answer }) => answer.exchange.url),
    because('http-body', 'token.echoed', 'no response repeats the token that was sent'),
  ).toEqual([]);
};

const BREAKER_ASKS = 5;

test(
  ...claim('P1-19', {
    given: async ({ alice, hooks }) => {
      const failing = { type: 'triage', message: sumPrompt().text, force_failure: true } as const;
      return { failed: await hooks.with('force_failure', () => alice.agents.execute.response(failing)) };
    },
    atOnce: true,
    parts: {
      'rejects a missing and a forged token': async (tools) => {
        expect(await mistakes.missingToken(tools)).toBeNotAuthenticated('token.missing');
        expect(await mistakes.forgedToken(tools)).toBeBadToken('token.forged');
      },

      'does not follow a path out of the API': async (tools) => {
        const traversal = await mistakes.traversal(tools);
        expect(
          traversal.text,
          because('foreign-data', 'route.traversal.file', 'no file of the server is shown'),
        ).not.toContain('root:');
        expect(traversal).toBeUnknownRoute('route.traversal');
      },

      'no error shows internals or the token': async (tools) => {
        const asked = await Promise.all(
          Object.entries(mistakes).map(async ([name, mistake]) => ({ name, reply: await mistake(tools) })),
        );
        const traced = asked.filter(({ name }) => WITH_TRACE.some((one) => one === name));
        expectNoInternals(
          asked.map(({ reply }) => reply),
          traced.map(({ reply }) => reply),
        );
      },

      'each error has a trace id of its own': async (tools) => {
        expectTraceIds(await Promise.all(WITH_TRACE.map((name) => mistakes[name](tools))));
      },

      'rejects an unknown path': async (tools) => {
        expect(await mistakes.unknownPath(tools)).toBeUnknownRoute('route.unknown');
        expect(await mistakes.unknownPathWithToken(tools)).toBeUnknownRoute('route.unknown-with-token');
      },

      'rejects a wrong method': async (tools) => {
        expect(await mistakes.wrongMethod(tools)).toBeMethodNotAllowed('method.wrong', 'GET');
      },

      'rejects an unknown conversation': async (tools) => {
        expect(await mistakes.unknownThread(tools)).toBeUnknown('thread.unknown');
      },

      'rejects naming a conversation without messages': async (tools) => {
        expect(await mistakes.renameEmptyThread(tools)).toBeEnvelope('thread.auto-rename', 400);
      },

      'names the missing fields': async (tools) => {
        expect(await mistakes.missingFields(tools)).toBeInvalid('execute.missing', 'type', 'message');
        expect(await mistakes.missingToolName(tools)).toBeInvalid('tool.missing', 'tool_name');
      },

      'rejects broken JSON': async (tools) => {
        expect(await mistakes.brokenJson(tools)).toBeBrokenJson('json.broken');
      },

      'reports an agent that failed': async ({ alice, secondary }, { failed }) => {
        const failures = failed === undefined ? [] : [failed];
        for (const reply of failures) expect(reply).toBeEnvelope('agent.failure', 500);
        expectTraceIds(failures);
        expectNoInternals(failures, failures);
        // It counts per instance: several new connections find the one that failed.
        const counts = await Promise.all(
          Array.from({ length: BREAKER_ASKS }, async () => {
            const reply = await alice.agents.breaker.response({ name: 'execution' }, { connection: 'fresh' });
            return reply.ok('breaker').failure_count;
          }),
        );
        const most = Math.max(...counts);
        secondary('breaker-count', most >= 1, `failure_count is ${most} after a failure, asked ${BREAKER_ASKS} times`);
      },

      'after an agent failed, everything else works': async ({ alice }, _given) => {
        await expectAgentAnswers('after.agent', alice, 'triage');
        (await alice.threads.list.response()).ok('after.threads');
      },
    },
  }),
);
