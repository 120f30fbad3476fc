import { CLOSE, EVICTED_REASON } from '../../../src/contract/websocket.ts';
import { because } from '../../../src/evidence/failure.ts';
import { runOf } from '../../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../../fixtures/chat-socket.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../../fixtures/probes.ts';
import { settle, unwrap } from '../../../fixtures/settle.ts';
import type { Connection } from '../../../fixtures/sockets.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';
import { SLOW_WELCOME } from './slow-welcome.ts';

type Tab = readonly [user: 'alice' | 'bob', count: number];

const connect = (tools: ClaimTools, user: 'alice' | 'bob', key: string, more: { readonly beyondLimit?: true } = {}) =>
  // B comes without the E2E headers, like everybody outside the tests.
  tools.sockets.connect(key, { identity: tools[user].socketIdentity, detection: user !== 'bob', ...more });

/** Opens these tabs at once. */
const open = (tools: ClaimTools, ...tabs: readonly Tab[]) =>
  tabs.flatMap(([user, count]) => Array.from({ length: count }, () => connect(tools, user, 'burst.connect')));

/** Another tab of A; its connection has an id that none of `ids` is, and is answered. */
const openTab = async (
  tools: ClaimTools,
  key: string,
  ids: Set<string>,
  more: { readonly beyondLimit?: true } = {},
) => {
  const { socket, welcome } = await connect(tools, 'alice', key, more);
  expect(ids.has(welcome.connectionId), because('ws-frame', `${key}.id`, 'a new connection has a new id')).toBe(false);
  ids.add(welcome.connectionId);
  await socket.ping(`${key}.ping`);
  return socket;
};

const idsOf = (connections: readonly Connection[]) => new Set(connections.map(({ welcome }) => welcome.connectionId));

const ask = async ({ cleanup }: ClaimTools, socket: ChatSocket, user: User, probe: SumProbe) => {
  const messageId = newMarker();
  await socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
  const run = await runOf(socket, 'parallel.run', messageId);
  cleanup.add(`archive ${run.threadId}`, () => user.threads.archive.response({ id: run.threadId }));
  expect(run.answer).toAnswer('parallel.answer', probe);
};

const heard = (tabs: readonly ChatSocket[], { marker }: SumProbe) =>
  tabs.some(({ received }) => received.some(({ text }) => text.includes(marker)));

test(
  ...claim('P1-04', {
    parts: {
      'rejects a socket without a token while others connect': async (tools) => {
        const { nobody, sockets, secondary } = tools;
        const others = open(tools, ['alice', 1], ['bob', 1]);
        const refused = sockets.expectRefused('burst.no-token', { identity: nobody.identity }, 'NO_TOKEN');
        await sockets.refusedUnlessAllAre(secondary, refused, others);
      },

      'five tabs that open at once are each greeted and answered, and hold up nobody': async (tools) => {
        const { http, nobody, sockets, secondary, column } = tools;
        await http.reserve('outside', 3);
        const burst = open(tools, ['alice', 3], ['bob', 2]);
        const health = Promise.all([1, 2, 3].map(() => settle(nobody.health.read.response({ connection: 'fresh' }))));
        await sockets.unlessCleanlyRefused(secondary, burst, async (connections) => {
          expect(idsOf(connections).size, because('ws-frame', 'burst.ids', 'five connections have five ids')).toBe(5);
          await Promise.all(connections.map(({ socket }) => socket.ping('burst.ping')));
          const slow = (await health).filter((one) => one.status === 'rejected' || !isQuick(one.value));
          const observed = `${slow.length} of 3 answers of /health were not 200 within 2 s`;
          secondary('health-under-load', slow.length === 0, observed);
          const slowest = Math.max(...connections.map(({ welcomeMs }) => welcomeMs));
          secondary('slow-welcome', slowest <= column(SLOW_WELCOME), `${Math.round(slowest)} ms`);
        });
        await health;
      },

      'A and B ask at once: neither hears of the other, and each gets the own answer': async (tools) => {
        const { alice, bob, sockets, secondary } = tools;
        const connects = open(tools, ['alice', 2], ['bob', 2]);
        await sockets.unlessCleanlyRefused(secondary, connects, async (connections) => {
          const [a1, a2, b1, b2] = connections.map(({ socket }) => socket) as [
            ChatSocket,
            ChatSocket,
            ChatSocket,
            ChatSocket,
          ];
          const [ofA, ofB] = [sumPrompt(), sumPrompt()];
          const asked = await Promise.allSettled([ask(tools, a1, alice, ofA), ask(tools, b1, bob, ofB)]);
          expect(
            heard([a1, a2], ofB),
            because('foreign-data', 'parallel.isolation', 'A hears nothing of what B asked'),
          ).toBe(false);
          expect(
            heard([b1, b2], ofA),
            because('foreign-data', 'parallel.isolation', 'B hears nothing of what A asked'),
          ).toBe(false);
          asked.forEach(unwrap);
        });
      },

      'a lost connection frees its place: every reconnect is served': async (tools) => {
        const { sockets, secondary } = tools;
        await sockets.unlessCleanlyRefused(secondary, open(tools, ['alice', 3]), async (connections) => {
          const ids = idsOf(connections);
          connections[0]?.socket.destroy();
          for (let times = 0; times < 4; times++)
            await (await openTab(tools, 'reconnect', ids)).close('reconnect.close');
        });
      },

      'a fourth tab is served; the oldest makes room, and nobody else': async (tools) => {
        const { sockets, secondary, promised, release, deadlines } = tools;
        const connects = open(tools, ['alice', 2], ['bob', 1]);
        await sockets.unlessCleanlyRefused(secondary, connects, async (connections) => {
          const ids = idsOf(connections);
          const [a1, a2, b1] = connections.map(({ socket }) => socket) as [ChatSocket, ChatSocket, ChatSocket];
          const a3 = await openTab(tools, 'fourth.before', ids);
          const a4 = await openTab(tools, 'fourth', ids, { beyondLimit: true });
          // Opened in the same moment: which of the two is the oldest, the server knows.
          const evicted = await Promise.race([a1, a2].map((socket) => socket.end(deadlines.reply)));
          await a3.ping('stay.ping');
          await a3.close('stay.close');
          await a4.quiet(deadlines.quietWindow);
          await Promise.all([a4, b1].map((socket) => socket.ping('stay.ping')));
          secondary(
            'connection-limit',
            promised.given(
              release.socket.limits.connectionsPerUser,
              evicted?.code === CLOSE.policy && evicted.reason === EVICTED_REASON,
            ),
            `the two oldest of four connections: ${a1.ending}; ${a2.ending}`,
          );
        });
      },
    },
  }),
);

const isQuick = ({ status, ms }: { readonly status: number; readonly ms: number }) => status === 200 && ms <= 2_000;
