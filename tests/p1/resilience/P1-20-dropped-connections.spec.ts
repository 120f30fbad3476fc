import http from 'node:http';
import { pathOf } from '../../../src/contract/endpoint.ts';
import { endpoints } from '../../../src/contract/endpoints.ts';
import { agentStreamFrame } from '../../../src/contract/sse.ts';
import { unlisted } from '../../../src/contract/unlisted.ts';
import { because } from '../../../src/evidence/failure.ts';
import { expectAgentAnswers } from '../../../fixtures/agent-answers.ts';
import { claim } from '../../../fixtures/claim.ts';
import { framesOf } from '../../../fixtures/event-stream.ts';
import { CLOCK_TOLERANCE_MS, stampsOf } from '../../../fixtures/health-clock.ts';
import type { HttpClient } from '../../../fixtures/http-client.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import { isKnown } from '../../../fixtures/stream-checks.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const FRESH = { connection: 'fresh' } as const;

/** Sends a request and drops its connection before the response can be read. */
const vanish = (client: HttpClient, user: User) =>
  client.sendAndVanish('api', pathOf(endpoints.threads.list), user.identity);

const leaveAfterFirst = async (key: string, user: User) => {
  const stream = await user.agents.stream.open(key, { message: sumPrompt().text });
  const first = await stream.next(isKnown('event', agentStreamFrame));
  stream.abort();
  const [frame] = framesOf(key, first === undefined ? [] : [first], agentStreamFrame);
  expect(frame?.event, because('events-missing', key, 'the stream begins with agent_started')).toBe('agent_started');
};

const expectAgentsAnswer = async (user: User) => {
  await expectAgentAnswers('after.agent', user, 'triage');
  await expectAgentAnswers('after.data', user, 'data');
};

test(
  ...claim('P1-20', {
    parts: {
      'rejects a missing token after a dropped request': async ({ alice, nobody, http: client }) => {
        await vanish(client, alice);
        expect(await nobody.own.settings.response()).toBeNotAuthenticated('after.anonymous');
      },

      'health is told on every new connection, and not from a cache': async ({ nobody, promised }) => {
        const checks = [await nobody.health.read.response(FRESH)];
        while (checks.length < 5) checks.push(await nobody.health.read.response(FRESH));
        const answered = promised.values(
          'the time of /health',
          checks.map((reply) => reply.ok('health').timestamp),
        );
        const stamps = await stampsOf('health', answered, () => nobody.health.read.response(FRESH));
        expect(
          new Set(stamps).size,
          because('http-body', 'health.fresh', 'no answer of /health comes from a cache'),
        ).toBe(stamps.length);
        const offsets = answered.map((stamp, index) => Math.abs(stamp * 1_000 - (checks[index]?.endedAt ?? 0)));
        expect(
          Math.max(...offsets),
          because('http-body', 'health.clock', 'the time of /health is the time of the request'),
        ).toBeLessThanOrEqual(CLOCK_TOLERANCE_MS);
      },

      'ready means a connected database': async ({ nobody, promised, secondary, column }) => {
        const [ready, live] = await Promise.all([nobody.health.ready.response(), nobody.health.live.response()]);
        live.ok('health.live');
        const state = ready.ok('health.ready');
        expect(state, because('http-body', 'health.ready.core-db', 'ready means a connected database')).toMatchObject(
          promised.of(endpoints.health.ready, state, { core_db: 'connected' }),
        );
        const { websocket_ready: socketsReady, status } = state.websocket_readiness ?? {};
        secondary('websocket-ready', socketsReady, `websocket_ready is false, ${status}`);
        secondary('slow-ready', ready.ms <= column({ remote: 10_000, standin: 1_000 }), `${Math.round(ready.ms)} ms`);
      },

      'after leaving a stream, the next one begins and agents answer': async ({ alice }) => {
        await leaveAfterFirst('stream.first', alice);
        await leaveAfterFirst('after.stream', alice);
        await expectAgentsAnswer(alice);
      },

      'after dropped requests, agents answer': async ({ alice, nobody, http: client }) => {
        for (let time = 0; time < 5; time++) await vanish(client, alice);
        await expectAgentsAnswer(alice);
        (await nobody.health.read.response()).ok('health.afterwards');
      },

      'an error does not cost the connection': async ({ alice }) => {
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
        // A server may end each connection with its response if it says so; an error then costs nothing.
        const kept = before.keepsConnection;
        expect(
          [missing.reused, invalid.reused, settings.reused],
          because('tcp-reset', 'keep-alive', 'an error keeps the connection that a success keeps'),
        ).toEqual([kept, kept, kept]);
      },
    },
  }),
);
