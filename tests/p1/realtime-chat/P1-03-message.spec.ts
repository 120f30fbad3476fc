import { setTimeout as sleep } from 'node:timers/promises';
import { textOf, type threadMessagePage } from '../../../src/contract/threads.ts';
import { ack, errorMessage, rateLimitError } from '../../../src/contract/websocket.ts';
import { firstLineOf } from '../../../src/evidence/display.ts';
import { because } from '../../../src/evidence/failure.ts';
import { expectWholeRun, foreignEvents, runOf, type AgentRun } from '../../../fixtures/agent-run.ts';
import type { ChatSocket, Received } from '../../../fixtures/chat-socket.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../../fixtures/probes.ts';
import type { Reply } from '../../../fixtures/reply.ts';
import { settle } from '../../../fixtures/settle.ts';
import type { Connection } from '../../../fixtures/sockets.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const SLOW_ANSWER_MS = 5_000;
const BURST = 110;
/** What people write before they come to the point. */
const GREETING = 'Grüß Gott, 你好, здравствуйте 👋\n';

const isReply = ({ type }: Received): boolean => type === 'pong' || type === 'error_message';

/** Work on a socket of the user, which stays open and names nobody else. */
const onSocketOf = ({ sockets, secondary }: ClaimTools, user: User, work: (socket: ChatSocket) => Promise<void>) =>
  sockets.unlessCleanlyRefused(
    secondary,
    [sockets.connect('connect', { identity: user.socketIdentity })],
    async ([connection]) => {
      const { socket } = connection as Connection;
      await work(socket);
      expect(
        socket.userIds.filter((id) => id !== user.id),
        because('ws-wrong-user', 'frames.user', 'no frame names another user'),
      ).toEqual([]);
      expect(socket.isOpen, because('ws-closed-late', 'stay.open', `the socket stays open: ${socket.ending}`)).toBe(
        true,
      );
    },
  );

const replyTo = ({ deadlines }: ClaimTools, key: string, what: string) =>
  ({ within: deadlines.reply, class: 'ws-mute', key, what }) as const;

const expectError = async (tools: ClaimTools, socket: ChatSocket, key: string, code: string) => {
  const isError = ({ type }: Received) => type === 'error_message';
  const frame = await socket.next(isError, replyTo(tools, key, `error_message ${code}`));
  const { error_code } = socket.parse(key, frame, errorMessage);
  expect(error_code, because('ws-frame', key, `the reply is ${code}`)).toBe(code);
};

/** A `ping` whose JSON is exactly so many bytes long, in far fewer characters. */
const paddedPing = (bytes: number): string => {
  const frame = (pad: string) => JSON.stringify({ type: 'ping', payload: { pad } });
  const room = bytes - frame('').length;
  return frame('語'.repeat(Math.floor(room / 3)) + 'x'.repeat(room % 3));
};

interface Asked {
  readonly probe: SumProbe;
  readonly run: AgentRun;
}

const ask = async (socket: ChatSocket, key: string, payload: Record<string, string>, greeting = ''): Promise<Asked> => {
  const plain = sumPrompt();
  const probe = { ...plain, text: greeting + plain.text };
  const messageId = newMarker();
  await socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text, ...payload } });
  const run = await runOf(socket, key, messageId);
  expect(run.answer).toAnswer(`${key}.answer`, probe);
  return { probe, run };
};

/** Two messages of one conversation, each with its answer. */
const converse = async ({ cleanup }: ClaimTools, writer: User, socket: ChatSocket) => {
  const first = await ask(socket, 'run.first', {});
  const thread_id = first.run.threadId;
  cleanup.add(`archive ${thread_id}`, () => writer.threads.archive.response({ id: thread_id }));
  const second = await ask(socket, 'run.second', { thread_id }, GREETING);
  expect(
    second.run.threadId,
    because('events-order', 'run.second.thread', 'the second run stays in the conversation'),
  ).toBe(thread_id);
  return [first, second] as const;
};

type History = Reply<typeof threadMessagePage>;

/** What the conversation's history does not show of these runs; undefined = it shows everything. */
const historyGap = (reply: History, runs: readonly Asked[]): string | undefined => {
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

const gapOf = async (writer: User, asked: readonly [Asked, Asked]): Promise<string | undefined> => {
  const { threadId: id } = asked[0].run;
  const gap = await settle(writer.threads.messages.response({ id }).then((reply) => historyGap(reply, asked)));
  return gap.status === 'fulfilled' ? gap.value : firstLineOf(gap.reason);
};

type Refusals = readonly { limit: number; window_seconds: number; retry_after_seconds: number }[];

/** Pings all at once; each is answered, or refused with its limit. */
const sendBurst = async (tools: ClaimTools, socket: ChatSocket): Promise<Refusals> => {
  const key = 'burst.reply';
  const replies: Received[] = [];
  for (let sent = 0; sent < BURST; sent++) await socket.send({ type: 'ping' });
  for (let count = 1; count <= BURST; count++)
    replies.push(await socket.next(isReply, replyTo(tools, key, `reply ${count} of ${BURST}`)));
  return replies
    .filter(({ type }) => type === 'error_message')
    .map((frame) => socket.parse(key, frame, rateLimitError).details);
};

const sentOn = ({ trace }: ChatSocket): number => trace.frames.filter(({ direction }) => direction === 'sent').length;

test(
  ...claim('P1-03', {
    parts: {
      'without a token a message is not processed, and my connection stays': async (tools) => {
        const { alice, nobody, sockets, secondary } = tools;
        const message = { type: 'chat_message', message_id: newMarker(), payload: { content: sumPrompt().text } };
        const mine = sockets.connect('connect', { identity: alice.socketIdentity });
        const before = await settle(mine);
        const refused = sockets.expectRefused('refused.message', { identity: nobody.identity }, 'NO_TOKEN', message);
        await sockets.refusedUnlessAllAre(secondary, refused, [mine]);
        expect(
          endingsOf(before),
          because('ws-closed-late', 'stay.open', 'a stranger does not end my connection'),
        ).toEqual([]);
      },

      'malformed text gets an error, and the connection goes on': async (tools) => {
        await onSocketOf(tools, tools.alice, async (socket) => {
          const { malformedCode } = tools.release.socket;
          await socket.send('{not json');
          await expectError(tools, socket, 'message.not-json', malformedCode);
          await socket.send('["not","an","object"]');
          await expectError(tools, socket, 'message.not-object', malformedCode);
          await socket.ping('message.after-errors');
        });
      },

      'a message above the advertised size is refused, and the connection goes on': async (tools) => {
        await onSocketOf(tools, tools.alice, async (socket) => {
          await socket.send(paddedPing(tools.release.socket.limits.messageBytes + 1));
          await expectError(tools, socket, 'message.too-large', 'MESSAGE_TOO_LARGE');
          await socket.ping('message.after-errors');
        });
      },

      'a message of the advertised size is served': async (tools) => {
        await onSocketOf(tools, tools.alice, async (socket) => {
          await socket.send(paddedPing(tools.release.socket.limits.messageBytes));
          await socket.nextPong('message.largest');
        });
      },

      'a message of an unknown type is acknowledged, once': async (tools) => {
        const { alice, deadlines } = tools;
        await onSocketOf(tools, alice, async (socket) => {
          const type = `${newMarker()}_type`;
          await socket.send({ type });
          const key = 'message.unknown-type';
          const frame = await socket.next(({ type: of }) => of === 'ack', replyTo(tools, key, 'ack'));
          expect(
            socket.parse(key, frame, ack),
            because('ws-frame', 'message.unknown-type', 'the ack names the type it received, and me'),
          ).toMatchObject({ received_type: type, user_id: alice.id });
          await socket.quiet(deadlines.quietWindow);
        });
      },

      'surplus messages are answered or refused with the time to wait, and the connection goes on': async (tools) => {
        const { ownUsers, release, promised, secondary } = tools;
        await onSocketOf(tools, await ownUsers.user('sender'), async (socket) => {
          const { messagesPerMinute } = release.socket.limits;
          const before = sentOn(socket);
          const refusals = await sendBurst(tools, socket);
          // A rate that is not advertised is the one that a refusal names; without a refusal there is none.
          const rate = messagesPerMinute ?? refusals[0]?.limit ?? Infinity;
          expectWithin(rate, before, refusals);
          await sleep(longestOf(refusals) * 1_000);
          await socket.ping('burst.afterwards');
          secondary(
            'message-rate',
            promised.given(messagesPerMinute, refusals.length > 0),
            `no RATE_LIMIT_EXCEEDED although ${messagesPerMinute} per minute is advertised`,
          );
        });
      },

      'each message gets exactly its answer, the second in the same conversation': async (tools) => {
        const { ownUsers, deadlines, secondary } = tools;
        const writer = await ownUsers.user('writer');
        await onSocketOf(tools, writer, async (socket) => {
          const asked = await converse(tools, writer, socket);
          const [first, second] = asked.map(({ run }) => run) as [AgentRun, AgentRun];
          const gap = await gapOf(writer, asked);
          await socket.quiet(deadlines.quietWindow);
          expectWholeRun(socket, 'run.first.settled', first.runId);
          expectWholeRun(socket, 'run.second.settled', second.runId);
          expect(
            foreignEvents(socket, [first, second]).map(({ text }) => text.slice(0, 200)),
            because('foreign-data', 'run.foreign', 'no event belongs to a run that I did not start'),
          ).toEqual([]);
          secondary('history', gap === undefined, gap ?? '');
          const slowest = Math.max(first.firstEventMs, second.firstEventMs);
          secondary('slow-first-event', slowest <= SLOW_ANSWER_MS, `${Math.round(slowest)} ms`);
        });
      },
    },
  }),
);

const endingsOf = (mine: PromiseSettledResult<Connection>): readonly string[] =>
  mine.status === 'rejected' || mine.value.socket.isOpen ? [] : [mine.value.socket.ending];

const longestOf = (refusals: Refusals): number =>
  Math.max(0, ...refusals.map(({ retry_after_seconds }) => retry_after_seconds));

/** The advertised rate is served, and a refusal names it; `before`: messages already sent as this user. */
const expectWithin = (rate: number, before: number, refusals: Refusals) => {
  expect(
    BURST - refusals.length,
    because('limit', 'burst.served', 'what the advertised rate allows is answered'),
  ).toBeGreaterThanOrEqual(Math.min(BURST, rate - before));
  expect(
    refusals.filter(({ limit, window_seconds }) => limit !== rate || window_seconds !== 60),
    because('limit', 'burst.limit', 'each refusal names the advertised rate'),
  ).toEqual([]);
  expect(
    longestOf(refusals),
    because('limit', 'burst.retry-after', 'the wait is over within the window of 60 s'),
  ).toBeLessThanOrEqual(60);
};
