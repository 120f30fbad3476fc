import http from 'node:http';
import { pathOf } from '../../src/contract/endpoint.ts';
import { endpoints } from '../../src/contract/endpoints.ts';
import { agentStreamFrame } from '../../src/contract/sse.ts';
import { unlisted } from '../../src/contract/unlisted.ts';
import { because } from '../../src/evidence/failure.ts';
import { expectAgentAnswers } from '../../fixtures/agent-answers.ts';
import { closedPort } from '../../fixtures/closed-port.ts';
import { framesOf } from '../../fixtures/event-stream.ts';
import { CLOCK_TOLERANCE_MS, stampsOf } from '../../fixtures/health-clock.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { isKnown } from '../../fixtures/stream-checks.ts';
import { expect, test } from '../../fixtures/test.ts';

const FRESH = { connection: 'fresh' } as const;

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
