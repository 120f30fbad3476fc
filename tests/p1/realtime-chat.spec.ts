import { setTimeout as sleep } from 'node:timers/promises';
import { e2eTestingExpected } from '../../src/contract/health.ts';
import { advertisedLimits } from '../../src/contract/limits.ts';
import { textOf, type threadMessagePage } from '../../src/contract/threads.ts';
import { ack, CLOSE, errorMessage, EVICTED_REASON, rateLimitError } from '../../src/contract/websocket.ts';
import { NO_SOCKET_STATUS } from '../../src/contract/frames.ts';
import { because } from '../../src/evidence/failure.ts';
import { expectWholeRun, foreignEvents, runOf, type AgentRun } from '../../fixtures/agent-run.ts';
import type { ChatSocket, Received } from '../../fixtures/chat-socket.ts';
import type { Identity } from '../../fixtures/http-client.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../fixtures/probes.ts';
import { sharesRunWith } from '../../src/evidence/redaction.ts';
import type { Reply } from '../../fixtures/reply.ts';
import { settle, unwrap } from '../../fixtures/settle.ts';
import { expect, test } from '../../fixtures/test.ts';

/** The first welcome of a socket may take this long before it counts as slow. */
const SLOW_WELCOME = { remote: 5_000, standin: 1_000 };
const SLOW_ANSWER_MS = 5_000;

const isReply = (frame: Received): boolean => frame.type === 'pong' || frame.type === 'error_message';
const isOfType = (type: string) => (frame: Received) => frame.type === type;

type History = Reply<typeof threadMessagePage>;

/** What the thread's history does not show of these runs; undefined = it shows everything. */
const historyGap = (reply: History, runs: readonly { probe: SumProbe; run: AgentRun }[]): string | undefined => {
  if (reply.status !== 200) return `status ${reply.status}`;
  const { messages } = reply.ok('history');
  const shows = (role: string, text: string) =>
    messages.some((message) => message.role === role && textOf(message.content) === text);
  const missing = runs.flatMap(({ probe, run }) => [
    ...(shows('user', probe.text) ? [] : [`the prompt ${probe.marker}`]),
    ...(shows('assistant', run.answer) ? [] : [`the answer to ${probe.marker}`]),
  ]);
  return missing.length === 0 ? undefined : `${missing.join(', ')} not in the thread`;
};

const settledGap = async (
  reply: Promise<History>,
  runs: Parameters<typeof historyGap>[1],
): Promise<string | undefined> => {
  const result = await settle(reply);
  if (result.status === 'rejected') return (result.reason as Error).message.split('\n', 1)[0];
  const gap = await settle(Promise.resolve().then(() => historyGap(result.value, runs)));
  return gap.status === 'fulfilled' ? gap.value : (gap.reason as Error).message.split('\n', 1)[0];
};

/** A `ping` whose JSON is exactly so many bytes long, in far fewer characters. */
const paddedPing = (bytes: number): string => {
  const frame = (pad: string) => JSON.stringify({ type: 'ping', payload: { pad } });
  const room = bytes - frame('').length;
  return frame('語'.repeat(Math.floor(room / 3)) + 'x'.repeat(room % 3));
};

/** What people write before they come to the point. */
const GREETING = 'Grüß Gott, 你好, здравствуйте 👋\n';

test(
  'P1-04 I use several tabs while others work too - every connection is served and answers never mix',
  { tag: ['@p1', '@realtime-chat', '@ws', '@http'] },
  async ({ alice, bob, nobody, http, sockets, cleanup, deadlines, release, promised, secondary, column }, info) => {
    await http.reserve('outside', 3);
    const connect = (user: typeof alice, key: string, more: { readonly beyondLimit?: true } = {}) =>
      // B comes without the E2E headers, like everybody outside the tests.
      sockets.connect(key, { identity: user.socketIdentity, detection: user !== bob, ...more });
    const burst = [alice, alice, alice, bob, bob].map((user) => connect(user, 'burst.connect'));
    const anonymous = settle(sockets.expectRefused('burst.no-token', { identity: nobody.identity }, 'NO_TOKEN'));
    const health = Promise.all([1, 2, 3].map(() => settle(nobody.health.read.response({ connection: 'fresh' }))));

    await Promise.allSettled([...burst, anonymous]);
    await sockets.unlessCleanlyRefused(info, burst, async (connections) => {
      const [a1, a2, a3, b1, b2] = connections.map(({ socket }) => socket) as [
        ChatSocket,
        ChatSocket,
        ChatSocket,
        ChatSocket,
        ChatSocket,
      ];
      const ids = new Set(connections.map(({ welcome }) => welcome.connectionId));
      expect(ids.size, because('ws-frame', 'burst.ids', 'five sockets have five connection ids')).toBe(5);
      unwrap(await anonymous);

      await test.step('each of the five gets its own pong', async () => {
        await Promise.all([a1, a2, a3, b1, b2].map((socket) => socket.ping('burst.ping')));
      });

      await test.step('A and B ask at the same time - each gets the own answer, and only that', async () => {
        const ask = async (socket: ChatSocket, user: typeof alice) => {
          const probe = sumPrompt();
          const messageId = newMarker();
          await socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
          const run = await runOf(socket, 'parallel.run', messageId);
          cleanup.add(`archive ${run.threadId}`, () => user.threads.archive.response({ id: run.threadId }));
          expect(run.answer).toAnswer('parallel.answer', probe);
          return { probe, run };
        };
        const [ofA, ofB] = await Promise.all([ask(a1, alice), ask(b1, bob)]);
        const heard = (own: readonly ChatSocket[], marker: string) =>
          own.some(({ received }) => received.some(({ text }) => text.includes(marker)));
        expect(
          heard([a1, a2, a3], ofB.probe.marker),
          because('foreign-data', 'parallel.isolation', 'A sees nothing of what B asked'),
        ).toBe(false);
        expect(
          heard([b1, b2], ofA.probe.marker),
          because('foreign-data', 'parallel.isolation', 'B sees nothing of what A asked'),
        ).toBe(false);
      });

      await test.step('a lost connection frees its place - four reconnects are served', async () => {
        a1.destroy();
        for (let times = 0; times < 4; times++) {
          const { socket, welcome } = await connect(alice, 'reconnect');
          expect(ids.has(welcome.connectionId), because('ws-frame', 'reconnect.id', 'a new socket has a new id')).toBe(
            false,
          );
          ids.add(welcome.connectionId);
          await socket.ping('reconnect.ping');
          await socket.close('reconnect.close');
        }
      });

      const newest: ChatSocket[] = [];
      await test.step('a fourth socket of A is welcomed', async () => {
        for (const key of ['fourth.before', 'fourth']) {
          const { socket, welcome } = await connect(alice, key, { beyondLimit: true });
          expect(ids.has(welcome.connectionId), because('ws-frame', `${key}.id`, 'a new socket has a new id')).toBe(
            false,
          );
          ids.add(welcome.connectionId);
          await socket.ping(`${key}.ping`);
          newest.push(socket);
        }
      });

      // Opened in the same moment: which of the two is the oldest, the server knows.
      const evicted = await Promise.race([a2, a3].map((socket) => socket.end(deadlines.reply)));
      await test.step('the newest of A and all of B stay, also when another tab is closed', async () => {
        const [a4, a5] = newest as [ChatSocket, ChatSocket];
        await a4.ping('stay.ping');
        await a4.close('stay.close');
        await a5.quiet(deadlines.quietWindow);
        await Promise.all([a5, b1, b2].map((socket) => socket.ping('stay.ping')));
      });

      const answers = (await health).map((result) => (result.status === 'fulfilled' ? result.value : undefined));
      const slow = answers.filter((reply) => reply?.status !== 200 || reply.ms > 2_000);
      const slowest = Math.max(...connections.map(({ welcomeMs }) => welcomeMs));
      secondary(
        'health-under-load',
        slow.length === 0,
        `${slow.length} of 3 answers of /health were not 200 within 2 s`,
      );
      secondary('slow-welcome', slowest <= column(SLOW_WELCOME), `${Math.round(slowest)} ms`);
      secondary(
        'connection-limit',
        promised.given(
          release.socket.limits.connectionsPerUser,
          evicted?.code === CLOSE.policy && evicted.reason === EVICTED_REASON,
        ),
        `the two oldest of four sockets: ${a2.ending}; ${a3.ending}`,
      );
    });
    await health;
  },
);
