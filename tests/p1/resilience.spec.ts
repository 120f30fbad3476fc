import http from 'node:http';
import type { AgentType } from '../../src/contract/agents.ts';
import { pathOf } from '../../src/contract/endpoint.ts';
import { endpoints } from '../../src/contract/endpoints.ts';
import { envelope, INTERNAL_FIELDS, INTERNALS } from '../../src/contract/errors.ts';
import { agentStreamFrame } from '../../src/contract/sse.ts';
import { unlisted } from '../../src/contract/unlisted.ts';
import { because } from '../../src/evidence/failure.ts';
import { sharesRunWith } from '../../src/evidence/redaction.ts';
import { closedPort } from '../../fixtures/closed-port.ts';
import { framesOf } from '../../fixtures/event-stream.ts';
import { CLOCK_TOLERANCE_MS, stampsOf } from '../../fixtures/health-clock.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { isKnown } from '../../fixtures/stream-checks.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

const FRESH = { connection: 'fresh' } as const;

const expectAgentAnswers = async (key: string, user: User, agent: AgentType) => {
  const probe = sumPrompt();
  const reply = await user.agents[agent].response({ message: probe.text }, FRESH);
  const { status, response } = reply.ok(key);
  expect(status, because('answer-failure', `${key}.status`, 'the 200 means a successful run')).toBe('success');
  expect(response ?? '').toAnswer(`${key}.answer`, probe);
};

const BREAKER_ASKS = 5;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

test(
  'P1-19 I make mistakes - each gets its own clear error, and none shows internals',
  { tag: ['@p1', '@resilience', '@http'] },
  async ({ alice, nobody, cleanup, hooks, secondary }) => {
    const unknown = unlisted.unknown(newMarker());
    const empty = (await alice.threads.create.response({ title: newMarker() })).ok('thread.create');
    cleanup.add(`archive ${empty.id}`, () => alice.threads.archive.response(empty));
    const forged = await alice.forged();

    const [failed, replies] = await Promise.all([
      hooks.with('force_failure', () =>
        alice.agents.execute.response({ type: 'triage', message: sumPrompt().text, force_failure: true }),
      ),
      Promise.all([
        nobody.outside(unknown),
        alice.outside(unknown),
        nobody.outside(unlisted.traversal),
        alice.withMethod('PUT', endpoints.messages.card),
        alice.threads.read.response({ id: `thread_0_${newMarker().slice(3)}` }),
        alice.threads.autoRename.response(empty),
        alice.agents.execute.malformed({ invalid: 'data' }),
        alice.tools.execute.malformed({}),
        alice.threads.create.malformed('{"title":'),
        nobody.threads.list.response(),
        forged.threads.list.response(),
      ]),
    ]);
    const [
      noRoute,
      noRouteMine,
      traversal,
      wrongMethod,
      noThread,
      noMessages,
      twoMissing,
      noTool,
      broken,
      anonymous,
      rejected,
    ] = replies;
    await test.step('right after a failure everything else works', async () => {
      await expectAgentAnswers('after.agent', alice, 'triage');
      (await alice.threads.list.response()).ok('after.threads');
    });

    expect(noRoute).toBeUnknownRoute('route.unknown');
    expect(noRouteMine).toBeUnknownRoute('route.unknown-with-token');
    expect(traversal).toBeUnknownRoute('route.traversal');
    expect(
      traversal.text,
      because('foreign-data', 'route.traversal.file', 'no file of the server is shown'),
    ).not.toContain('root:');
    expect(wrongMethod).toBeMethodNotAllowed('method.wrong', 'GET');
    expect(noThread).toBeUnknown('thread.unknown');
    expect(noMessages).toBeEnvelope('thread.auto-rename', 400);
    expect(twoMissing).toBeInvalid('execute.missing', 'type', 'message');
    expect(noTool).toBeInvalid('tool.missing', 'tool_name');
    expect(broken).toBeBrokenJson('json.broken');
    expect(anonymous).toBeNotAuthenticated('token.missing');
    expect(rejected).toBeBadToken('token.forged');
    const failures = [failed].filter((reply) => reply !== undefined);
    for (const reply of failures) expect(reply).toBeEnvelope('agent.failure', 500);

    const envelopes = [noThread, noMessages, anonymous, rejected, ...failures].map((reply) =>
      envelope.parse(JSON.parse(reply.text)),
    );
    const traces = envelopes.map(({ trace_id }) => trace_id);
    expect(
      traces.filter((trace) => !UUID.test(trace)),
      because('http-body', 'trace-id', 'each error has a UUID to ask for'),
    ).toEqual([]);
    expect(new Set(traces).size, because('http-body', 'trace-id.distinct', 'the ids are all different')).toBe(
      traces.length,
    );
    const filled = envelopes.flatMap((body) => INTERNAL_FIELDS.filter((field) => body[field] !== null));
    expect(filled, because('http-body', 'internals.fields', 'the internal fields are empty')).toEqual([]);
    const shown = [...replies, ...failures].flatMap(({ text }) =>
      INTERNALS.filter((trace) => trace.test(text)).map(String),
    );
    expect(shown, because('http-body', 'internals.text', 'no body shows code, its paths or the database')).toEqual([]);
    const echoes = [...replies, ...failures].filter(({ text, answer }) =>
      sharesRunWith(text, answer.identity.token ?? '', 16),
    );
    expect(
      echoes.map(({ answer }) => answer.exchange.url),
      because('http-body', 'token.echoed', 'no reply repeats the token that was sent'),
    ).toEqual([]);

    // It counts per instance: several new connections find the one that failed.
    const counts = await Promise.all(
      Array.from({ length: BREAKER_ASKS }, async () => {
        const reply = await alice.agents.breaker.response({ name: 'execution' }, FRESH);
        return reply.ok('breaker').failure_count;
      }),
    );
    const most = Math.max(...counts);
    await hooks.with('force_failure', () =>
      secondary('breaker-count', most >= 1, `failure_count is ${most} after a failure, asked ${BREAKER_ASKS} times`),
    );
  },
);

test(
  'P1-20 my connection breaks or I walk away - afterwards I simply go on working',
  { tag: ['@p1', '@resilience', '@http', '@sse'] },
  async ({ alice, nobody, http: client, promised, secondary, column }) => {
    const { checks, ready } = await test.step('the platform is there, on every new connection', async () => {
      const answers = [];
      for (let time = 0; time < 5; time++) answers.push(await nobody.health.read.response(FRESH));
      const [readyAnswer, live] = await Promise.all([nobody.health.ready.response(), nobody.health.live.response()]);
      live.ok('health.live');
      return { checks: answers, ready: readyAnswer };
    });
    const answered = promised.values(
      'the time of /health',
      checks.map((reply) => reply.ok('health').timestamp),
    );
    const stamps = await stampsOf('health', answered, () => nobody.health.read.response(FRESH));
    expect(new Set(stamps).size, because('http-body', 'health.fresh', 'no answer of /health comes from a cache')).toBe(
      stamps.length,
    );
    const offsets = answered.map((stamp, index) => Math.abs(stamp * 1_000 - (checks[index]?.endedAt ?? 0)));
    expect(
      Math.max(...offsets),
      because('http-body', 'health.clock', 'the time of /health is the time of the request'),
    ).toBeLessThanOrEqual(CLOCK_TOLERANCE_MS);
    const state = ready.ok('health.ready');
    expect(state, because('http-body', 'health.ready.core-db', 'ready means a connected database')).toMatchObject(
      promised.of('/health/ready', state, { core_db: 'connected' }),
    );

    const leaveAfterFirst = async (key: string) => {
      const stream = await alice.agents.stream.open(key, { message: sumPrompt().text });
      const first = await stream.next(isKnown('event', agentStreamFrame));
      stream.abort();
      const [frame] = framesOf(key, first === undefined ? [] : [first], agentStreamFrame);
      expect(frame?.event, because('events-missing', key, 'the stream begins with agent_started')).toBe(
        'agent_started',
      );
    };
    await test.step('leave a stream after its first frame, and vanish five times', async () => {
      await leaveAfterFirst('stream.first');
      for (let time = 0; time < 5; time++)
        await client.sendAndVanish('api', pathOf(endpoints.threads.list), alice.identity);
    });

    await test.step('go on working', async () => {
      await leaveAfterFirst('after.stream');
      await expectAgentAnswers('after.agent', alice, 'triage');
      await expectAgentAnswers('after.data', alice, 'data');
      expect(await nobody.own.settings.response()).toBeNotAuthenticated('after.anonymous');
    });

    await test.step('an error does not cost me the connection', async () => {
      const connection = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const before = await alice.own.settings.response({ connection });
      const missing = await alice.outside(unlisted.unknown(newMarker()), { connection });
      const invalid = await alice.tools.execute.malformed({}, { connection });
      const settings = await alice.own.settings.response({ connection });
      connection.destroy();
      before.ok('keep-alive.before');
      expect(missing).toBeUnknownRoute('keep-alive.unknown');
      expect(invalid).toBeInvalid('keep-alive.invalid', 'tool_name');
      settings.ok('keep-alive.settings');
      // A server may end each connection with its reply if it says so; an error then costs nothing.
      const kept = before.keepsConnection;
      expect(
        [missing.reused, invalid.reused, settings.reused],
        because('tcp-reset', 'keep-alive', 'an error keeps the connection that a success keeps'),
      ).toEqual([kept, kept, kept]);
    });

    await test.step('the measuring client reports what fails', async () => {
      const origin = await closedPort();
      await expect(
        client.send('other', pathOf(endpoints.health.read), nobody.identity, { origin }),
        because('unknown', 'control.refused', 'a closed port is an error'),
      ).rejects.toThrow(/^\[tcp-refused\]/);
    });
    (await nobody.health.read.response()).ok('health.afterwards');
    secondary(
      'websocket-ready',
      state.websocket_readiness?.websocket_ready,
      `websocket_ready is false, ${state.websocket_readiness?.status}`,
    );
    secondary('slow-ready', ready.ms <= column({ remote: 10_000, standin: 1_000 }), `${Math.round(ready.ms)} ms`);
  },
);
