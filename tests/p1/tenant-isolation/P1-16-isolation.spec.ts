import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints } from '../../../src/contract/endpoints.ts';
import { CODE_WORD_REQUEST } from '../../../src/contract/testability.ts';
import { ack, errorMessage, type RefusalCode } from '../../../src/contract/websocket.ts';
import { because } from '../../../src/evidence/failure.ts';
import { runOf } from '../../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../../fixtures/chat-socket.ts';
import { claim } from '../../../fixtures/claim.ts';
import { createThread, writeChat } from '../../../fixtures/conversations.ts';
import type { Identity } from '../../../fixtures/http-client.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import type { CallOptions } from '../../../fixtures/resources.ts';
import { madeOrUnknown, settle, standsOn, unless } from '../../../fixtures/settle.ts';
import { isCleanRefusal } from '../../../fixtures/sockets.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const UP_TO_100 = { query: { limit: '100' } };

/** What was made, as the server shows it, and every string by which somebody else could recognise it. */
interface Made {
  readonly id: string;
  readonly shown: string;
  readonly traces: readonly string[];
}

const makeConversation = async (user: User, { cleanup }: ClaimTools): Promise<Made> => {
  const [title, text] = [newMarker(), newMarker()];
  const response = await user.threads.create.response({ title });
  const thread = response.ok('own.thread');
  cleanup.add(`archive ${thread.id}`, () => user.threads.archive.response(thread));
  (await user.threads.post.response(thread, { message: text })).ok('own.message');
  return { id: thread.id, shown: response.text, traces: [title, text, thread.id] };
};

const makeMessage = async (user: User, tools: ClaimTools, label: string): Promise<Made> => {
  const content = newMarker();
  const { id } = await writeChat('own.chat', user, tools, { content, thread_id: label });
  return { id, shown: content, traces: [content, id] };
};

const startAgent = async (user: User, { cleanup }: ClaimTools): Promise<Made> => {
  const id = `${newMarker()}-agent`;
  const response = await user.agents.start.response({ agent_id: id, message: sumPrompt().text });
  response.ok('own.agent');
  cleanup.add(`stop ${id}`, () => user.agents.stop.response({ agent_id: id }));
  return { id, shown: response.text, traces: [id] };
};

/** Whatever of it could not be made is missed by the parts that stand on it. */
const settleIn = async (user: User, tools: ClaimTools, label: string) => {
  const [thread, message, agent] = await Promise.all([
    settle(makeConversation(user, tools)),
    settle(makeMessage(user, tools, label)),
    settle(startAgent(user, tools)),
  ]);
  const traces = [thread, message, agent].flatMap((made) => (made.status === 'fulfilled' ? made.value.traces : []));
  return { user, thread, message, agent, traces };
};

type Settled = Awaited<ReturnType<typeof settleIn>>;

const settleBoth = async (tools: ClaimTools) => {
  const label = newMarker();
  const { alice, bob } = tools;
  const [ofA, ofB] = await Promise.all([settleIn(alice, tools, label), settleIn(bob, tools, label)]);
  return { label, ofA, ofB, both: [[ofA, ofB] as const, [ofB, ofA] as const] as const };
};

const LISTS = {
  threads: { key: 'list.threads', endpoint: endpoints.threads.list, call: UP_TO_100 },
  chat: { key: 'list.chat', endpoint: endpoints.messages.list, call: UP_TO_100 },
  agents: { key: 'list.agents', endpoint: endpoints.agents.status, call: {} },
} as const;
const listOfLabel = (label: string) =>
  ({ key: 'list.label', endpoint: endpoints.messages.list, call: { query: { thread_id: label } } }) as const;
type List = (typeof LISTS)[keyof typeof LISTS] | ReturnType<typeof listOfLabel>;

/** The list has what the user made, and nothing of the other. */
const expectOwnOnly = async ({ key, endpoint, call }: List, { user }: Settled, mine: Made, other: Settled) => {
  const response = await user.send(endpoint, call);
  const body = response.ok(key);
  expect(response.text, because('not-persisted', `${key}.own`, 'the list has what I made')).toContain(mine.id);
  expect(
    other.traces.filter((trace) => response.text.includes(trace)),
    because('foreign-data', `${key}.other`, 'the list has nothing of the other user'),
  ).toEqual([]);
  return body;
};

const expectKept = async (user: User, { id, shown }: Made) => {
  const kept = (await user.messages.read.response({ id })).ok('foreign.message.kept');
  expect(kept.content, because('foreign-data', 'foreign.message.kept', 'B still has the message')).toBe(shown);
};

/** Where every socket is cleanly refused, nobody gets in; the socket tests report it. */
const expectSocketRefused = async (tools: ClaimTools, key: string, identity: Identity, code: RefusalCode) => {
  const { sockets, alice, note } = tools;
  const refused = await settle(sockets.expectRefused(key, { identity }, code));
  if (refused.status === 'fulfilled') return;
  if (!isCleanRefusal(refused.reason)) throw refused.reason;
  const refusal = await sockets.refusalOfAll([sockets.connect('socket.connect', { identity: alice.socketIdentity })]);
  if (refusal === undefined) throw refused.reason;
  note('socket leg not run, sockets are cleanly refused', refusal);
};

/** Does the work on a socket each, unless all of them were cleanly refused: that shows nothing to anybody. */
const onSockets = async (
  { sockets, note }: ClaimTools,
  users: readonly User[],
  work: (...opened: ChatSocket[]) => Promise<void>,
) => {
  const connects = users.map((user) => sockets.connect('socket.connect', { identity: user.socketIdentity }));
  const refused = await sockets.refusalOfAll(connects);
  note('socket leg not run, sockets are cleanly refused', refused);
  await unless(refused, async () => work(...(await Promise.all(connects)).map(({ socket }) => socket)));
};

/** A message of A with an ack and a run; returns every string by which B could recognise it. */
const workOnSocket = async (mine: ChatSocket, { alice, cleanup }: ClaimTools): Promise<readonly string[]> => {
  const [type, probe, messageId] = [`${newMarker()}_type`, sumPrompt(), newMarker()];
  await mine.send({ type });
  await mine.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
  const wait = { within: mine.deadlines.reply, class: 'ws-mute', key: 'socket.ack', what: 'ack' } as const;
  const frame = await mine.next((received) => received.type === 'ack', wait);
  expect(
    mine.parse('socket.ack', frame, ack),
    because('ws-wrong-user', 'socket.ack', 'the ack names my type, and me'),
  ).toMatchObject({ received_type: type, user_id: alice.id });
  // Whether the run succeeds is P1-03's business.
  const run = await settle(runOf(mine, 'socket.run', messageId));
  const runs = run.status === 'fulfilled' ? [run.value] : [];
  for (const { threadId: id } of runs) cleanup.add(`archive ${id}`, () => alice.threads.archive.response({ id }));
  return [type, probe.marker, messageId, alice.id, ...runs.flatMap(({ runId, threadId }) => [runId, threadId])];
};

/** Writes into a conversation of somebody else. */
const intrude = async (mine: ChatSocket, { id }: { readonly id: string }): Promise<string> => {
  const content = newMarker();
  await mine.send({ type: 'chat_message', payload: { content, thread_id: id } });
  await sleep(mine.deadlines.quietWindow);
  return content;
};

/** Whether it is answered at all is P1-03's business. */
const expectRefusals = (mine: ChatSocket) => {
  const refusals = mine.received.filter((received) => received.type === 'error_message');
  expect(
    refusals.map((one) => mine.parse('socket.foreign-thread', one, errorMessage).error_code),
    because('ws-frame', 'socket.foreign-thread', 'what is refused is refused as not mine'),
  ).toEqual(refusals.map(() => 'ACCESS_DENIED'));
};

const anonymousReads = ({ nobody }: ClaimTools, message: { readonly id: string }, options: CallOptions = {}) => [
  ...[...Object.values(LISTS), listOfLabel(newMarker())].map(({ endpoint, call }) =>
    nobody.send(endpoint, call, options),
  ),
  nobody.own.profile.response(options),
  nobody.messages.read.response(message, options),
];

test(
  ...claim('P1-16', {
    given: settleBoth,
    atOnce: true,
    parts: {
      'without a token nobody reads a list, my profile or a message, or deletes one': async (tools) => {
        const { bob, nobody } = tools;
        const theirs = await settle(makeMessage(bob, tools, newMarker()));
        const message = madeOrUnknown(theirs);
        const responses = await Promise.all([
          ...anonymousReads(tools, message),
          ...anonymousReads(tools, message, { detection: false }),
        ]);
        for (const response of responses) expect(response).toBeNotAuthenticated('list.anonymous');
        // In which words a DELETE is refused is left open (P1-12 looks at them).
        const removal = await nobody.messages.delete.response(message);
        expect(removal).toBeNotAuthenticated('list.anonymous', 'in any words');
        await expectKept(bob, standsOn(theirs));
      },

      "my token with B's id in it is refused": async ({ alice, bob }) => {
        expect(await alice.tampered(bob).threads.list.response()).toBeBadToken('tampered');
      },

      'a socket without a token is refused': async (tools) => {
        await expectSocketRefused(tools, 'socket.no-token', tools.nobody.identity, 'NO_TOKEN');
      },

      "a socket with B's id in my token is refused": async (tools) => {
        const { identity } = tools.alice.tampered(tools.bob);
        await expectSocketRefused(tools, 'socket.tampered', identity, 'VALIDATION_FAILED');
      },

      "A cannot read or delete B's message": async (tools) => {
        const { alice, bob } = tools;
        const theirs = standsOn(await settle(makeMessage(bob, tools, newMarker())));
        expect(await alice.messages.read.response(theirs)).toBeForbidden('foreign.message.get');
        // The contract leaves the wording open.
        expect(await alice.messages.delete.response(theirs)).toBeForbidden('foreign.message.delete');
        await expectKept(bob, theirs);
      },

      "A cannot read B's conversation": async ({ alice }, { ofB }) => {
        expect(await alice.threads.read.response(standsOn(ofB.thread))).toBeForbidden('foreign.thread');
      },

      "a header that names B does not show me B's lists": async ({ alice, bob }, { ofA, ofB }) => {
        const listed = { ...UP_TO_100, headers: { 'X-User-ID': bob.id, 'X-Session-ID': bob.id } };
        const [threads, chats] = await Promise.all([
          alice.threads.list.response(listed),
          alice.messages.list.response(listed),
        ]);
        for (const { response, theirs, mine } of [
          { response: threads, theirs: standsOn(ofB.thread), mine: standsOn(ofA.thread) },
          { response: chats, theirs: standsOn(ofB.message), mine: standsOn(ofA.message) },
        ]) {
          response.ok('header-identity');
          expect(
            response.text,
            because('foreign-data', 'header-identity', 'a header does not make me B'),
          ).not.toContain(theirs.id);
          expect(response.text, because('not-persisted', 'header-identity.own', 'I still see my own')).toContain(
            mine.id,
          );
        }
      },

      'what I write under a header that names B is mine': async (tools) => {
        const { alice, bob } = tools;
        const asBob = { headers: { 'X-User-ID': bob.id, 'X-Session-ID': bob.id } };
        const draft = { content: newMarker(), thread_id: newMarker() };
        const [thread, message] = await Promise.all([
          createThread('header-identity.thread', alice, tools, { title: newMarker() }, asBob),
          writeChat('header-identity.chat', alice, tools, draft, asBob),
        ]);
        expect(
          [thread.metadata?.['user_id'], message.user_id],
          because('foreign-data', 'header-identity.written', 'what I write is mine'),
        ).toEqual([alice.id, alice.id]);
      },

      'conversations: each sees the own and nothing of the other': async (_tools, { both }) => {
        for (const [own, other] of both) {
          const mine = standsOn(own.thread);
          expect(
            other.traces.filter((trace) => mine.shown.includes(trace)),
            because('foreign-data', 'own.thread.other', 'my new conversation has nothing of the other user'),
          ).toEqual([]);
          await expectOwnOnly(LISTS.threads, own, mine, other);
        }
      },

      'messages: each sees the own and nothing of the other, under a shared label too': async (_tools, given) => {
        for (const [own, other] of given.both) {
          const mine = standsOn(own.message);
          await expectOwnOnly(LISTS.chat, own, mine, other);
          expect(
            await expectOwnOnly(listOfLabel(given.label), own, mine, other),
            because('foreign-data', 'list.label.total', 'the shared label counts only my own message'),
          ).toMatchObject({ total_count: 1 });
        }
      },

      'agents: each sees the own and nothing of the other': async (_tools, { both }) => {
        for (const [own, other] of both) await expectOwnOnly(LISTS.agents, own, standsOn(own.agent), other);
      },

      'the same question has a different answer for each': async ({ alice, bob }) => {
        const words = [newMarker(), newMarker()] as const;
        const ask = (user: User, code_word: string) =>
          user.agents.triage.response({ message: CODE_WORD_REQUEST, context: { code_word } });
        const responses = await Promise.all([ask(alice, words[0]), ask(bob, words[1])]);
        for (const [index, reply] of responses.entries()) {
          const { status, response } = reply.ok('code-word');
          expect(status, because('answer-failure', 'code-word.status', 'the 200 means a successful run')).toBe(
            'success',
          );
          const answer = response?.toLowerCase();
          expect(answer, because('answer-wrong', 'code-word.own', 'the answer has my code word')).toContain(
            words[index],
          );
          expect(
            answer,
            because('foreign-data', 'code-word.other', "the answer does not contain the other's code word"),
          ).not.toContain(words[1 - index]);
        }
      },

      "B's socket hears nothing of what A does": async (tools, { ofB }) => {
        const { alice, bob } = tools;
        await onSockets(tools, [alice, bob], async (mine, bobs) => {
          const traces = await workOnSocket(mine, tools);
          const intrusion = await intrude(mine, madeOrUnknown(ofB.thread));
          const heard = bobs.received.filter(({ text }) =>
            [...traces, intrusion].some((trace) => text.includes(trace)),
          );
          expect(
            heard.map(({ text }) => text.slice(0, 200)),
            because('foreign-data', 'socket.silence', "B's socket hears nothing of what A does"),
          ).toEqual([]);
          await bobs.ping('socket.other-alive');
        });
      },

      "a message on my socket does not get into B's conversation": async (tools, { ofB }) => {
        const { alice, bob } = tools;
        const theirs = standsOn(ofB.thread);
        await onSockets(tools, [alice], async (mine) => {
          const intrusion = await intrude(mine, theirs);
          const kept = await bob.threads.messages.response(theirs);
          kept.ok('socket.foreign-thread.kept');
          expect(
            kept.text,
            because('foreign-data', 'socket.foreign-thread.kept', "B's conversation has nothing of A"),
          ).not.toContain(intrusion);
          expectRefusals(mine);
        });
      },
    },
  }),
);
