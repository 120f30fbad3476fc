import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints } from '../../src/contract/endpoints.ts';
import { CODE_WORD_REQUEST } from '../../src/contract/testability.ts';
import { ack, errorMessage } from '../../src/contract/websocket.ts';
import { because } from '../../src/evidence/failure.ts';
import { runOf } from '../../fixtures/agent-run.ts';
import type { ChatSocket } from '../../fixtures/chat-socket.ts';
import type { Cleanup } from '../../fixtures/cleanup.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import type { CallOptions } from '../../fixtures/resources.ts';
import { settle, unless } from '../../fixtures/settle.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

/** What one user wrote, and every string by which somebody else could recognise it. */
const settleIn = async (user: User, cleanup: Cleanup, label: string) => {
  const [title, text, content, agentId] = [newMarker(), newMarker(), newMarker(), `${newMarker()}-agent`];
  const reply = await user.threads.create.response({ title });
  const created = reply.ok('own.thread');
  cleanup.add(`archive ${created.id}`, () => user.threads.archive.response(created));
  (await user.threads.post.response(created, { message: text })).ok('own.message');
  const { message } = (await user.messages.create.response({ content, thread_id: label })).ok('own.chat');
  cleanup.add(`delete message ${message.id}`, () => user.messages.delete.response(message));
  (await user.agents.start.response({ agent_id: agentId, message: sumPrompt().text })).ok('own.agent');
  cleanup.add(`stop ${agentId}`, () => user.agents.stop.response({ agent_id: agentId }));
  return {
    user,
    created: reply.text,
    content,
    thread: created,
    message,
    agentId,
    traces: [title, text, content, created.id, message.id, agentId],
  };
};

type Settled = Awaited<ReturnType<typeof settleIn>>;

const UP_TO_100 = { query: { limit: '100' } };

/** Every list of a user, and which of the user's ids stands in it. */
const LISTS = (label: string) => [
  { key: 'list.threads', endpoint: endpoints.threads.list, call: UP_TO_100, idOf: (own: Settled) => own.thread.id },
  { key: 'list.chat', endpoint: endpoints.messages.list, call: UP_TO_100, idOf: (own: Settled) => own.message.id },
  {
    key: 'list.label',
    endpoint: endpoints.messages.list,
    call: { query: { thread_id: label } },
    idOf: (own: Settled) => own.message.id,
  },
  { key: 'list.agents', endpoint: endpoints.agents.status, call: {}, idOf: (own: Settled) => own.agentId },
];

/** A works on its socket; until its run has ended and for a while after, B's socket hears nothing of it. */
const expectSilenceAt = async (
  bobs: ChatSocket | undefined,
  mine: ChatSocket | undefined,
  alice: User,
  foreignThread: string,
  cleanup: Cleanup,
) => {
  if (bobs === undefined || mine === undefined) throw new Error('both sockets are open here');
  const type = `${newMarker()}_type`;
  const probe = sumPrompt();
  const messageId = newMarker();
  await mine.send({ type });
  await mine.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
  const wait = { within: mine.deadlines.reply, class: 'ws-mute', key: 'socket.ack', what: 'ack' } as const;
  const frame = await mine.next((received) => received.type === 'ack', wait);
  expect(
    mine.parse('socket.ack', frame, ack),
    because('ws-wrong-user', 'socket.ack', 'the ack names my type, and me'),
  ).toMatchObject({
    received_type: type,
    user_id: alice.id,
  });
  // Whether the run succeeds is P1-03's business.
  const run = await settle(runOf(mine, 'socket.run', messageId));
  const ids = run.status === 'fulfilled' ? [run.value.runId, run.value.threadId] : [];
  if (run.status === 'fulfilled')
    cleanup.add(`archive ${run.value.threadId}`, () => alice.threads.archive.response({ id: run.value.threadId }));
  const intrusion = newMarker();
  await mine.send({ type: 'chat_message', payload: { content: intrusion, thread_id: foreignThread } });
  await sleep(mine.deadlines.quietWindow);
  // Whether messages are answered at all is P1-03's business; that nothing was written is looked at by the caller.
  const refusals = mine.received.filter((received) => received.type === 'error_message');
  expect(
    refusals.map((one) => mine.parse('socket.foreign-thread', one, errorMessage).error_code),
    because('ws-frame', 'socket.foreign-thread', 'what is refused is refused as not mine'),
  ).toEqual(refusals.map(() => 'ACCESS_DENIED'));
  const traces = [type, probe.marker, messageId, intrusion, alice.id, ...ids];
  const heard = bobs.received.filter(({ text }) => traces.some((trace) => text.includes(trace)));
  expect(
    heard.map(({ text }) => text.slice(0, 200)),
    because('foreign-data', 'socket.silence', "B's socket hears nothing of what I do"),
  ).toEqual([]);
  await bobs.ping('socket.other-alive');
  return intrusion;
};

test(
  'P1-16 B and I work side by side - nothing of mine reaches B, and nobody acts in my name',
  { tag: ['@p1', '@tenant-isolation', '@http', '@ws'] },
  async ({ alice, bob, nobody, sockets, cleanup, note }) => {
    const label = newMarker();
    const [ofA, ofB] = await test.step('both write a conversation, a message and start an agent', () =>
      Promise.all([settleIn(alice, cleanup, label), settleIn(bob, cleanup, label)]));

    await test.step('each sees the own and nothing of the other', async () => {
      for (const [own, other] of [
        [ofA, ofB],
        [ofB, ofA],
      ] as const) {
        expect(
          other.traces.filter((trace) => own.created.includes(trace)),
          because('foreign-data', 'own.thread.other', 'my new conversation has nothing of the other'),
        ).toEqual([]);
        const lists = await Promise.all(
          LISTS(label).map(async ({ endpoint, call, ...list }) => ({
            ...list,
            reply: await own.user.send(endpoint, call),
          })),
        );
        const bodies = lists.map(({ key, reply }) => reply.ok(key));
        for (const { key, reply, idOf } of lists) {
          expect(reply.text, because('not-persisted', `${key}.own`, 'the list has what I wrote')).toContain(idOf(own));
          expect(
            other.traces.filter((trace) => reply.text.includes(trace)),
            because('foreign-data', `${key}.other`, 'the list has nothing of the other'),
          ).toEqual([]);
        }
        expect(
          bodies[2],
          because('foreign-data', 'list.label.total', 'the shared label counts only my own message'),
        ).toMatchObject({ total_count: 1 });
      }
    });

    await test.step('the same question has a different answer for each', async () => {
      const words = [newMarker(), newMarker()] as const;
      const ask = (user: User, code_word: string) =>
        user.agents.triage.response({ message: CODE_WORD_REQUEST, context: { code_word } });
      const replies = await Promise.all([ask(alice, words[0]), ask(bob, words[1])]);
      for (const [index, reply] of replies.entries()) {
        const { status, response } = reply.ok('code-word');
        expect(status, because('answer-failure', 'code-word.status', 'the 200 means a successful run')).toBe('success');
        const answer = response?.toLowerCase();
        expect(answer, because('answer-wrong', 'code-word.own', 'the answer has my code word')).toContain(words[index]);
        expect(
          answer,
          because('foreign-data', 'code-word.other', "the answer has not the other's code word"),
        ).not.toContain(words[1 - index]);
      }
    });

    await test.step('nobody reads, deletes or lists in my name', async () => {
      const tampered = alice.tampered(bob);
      const asBob = { headers: { 'X-User-ID': bob.id, 'X-Session-ID': bob.id } };
      const listedAsBob = { ...UP_TO_100, ...asBob };
      const [read, remove, foreignThread, threads, chats, threadAsBob, chatAsBob, rejected, unserved] =
        await Promise.all([
          alice.messages.read.response(ofB.message),
          alice.messages.delete.response(ofB.message),
          alice.threads.read.response(ofB.thread),
          alice.threads.list.response(listedAsBob),
          alice.messages.list.response(listedAsBob),
          alice.threads.create.response({ title: newMarker() }, asBob),
          alice.messages.create.response({ content: newMarker(), thread_id: label }, asBob),
          tampered.threads.list.response(),
          nobody.messages.delete.response(ofB.message),
        ]);
      const closed = (options: CallOptions = {}) => [
        ...LISTS(label).map(({ endpoint, call }) => nobody.send(endpoint, call, options)),
        nobody.own.profile.response(options),
        nobody.messages.read.response(ofB.message, options),
      ];
      const anonymous = [...(await Promise.all(closed())), ...(await Promise.all(closed({ detection: false })))];
      expect(read).toBeForbidden('foreign.message.get');
      // The contract leaves the wording open; that the message survives is looked at below.
      expect(remove).toBeForbidden('foreign.message.delete');
      expect(foreignThread).toBeForbidden('foreign.thread');
      for (const { reply, theirs, mine } of [
        { reply: threads, theirs: ofB.thread.id, mine: ofA.thread.id },
        { reply: chats, theirs: ofB.message.id, mine: ofA.message.id },
      ]) {
        reply.ok('header-identity');
        expect(reply.text, because('foreign-data', 'header-identity', 'a header does not make me B')).not.toContain(
          theirs,
        );
        expect(reply.text, because('not-persisted', 'header-identity.own', 'I still see my own')).toContain(mine);
      }
      const made = threadAsBob.ok('header-identity.thread');
      cleanup.add(`archive ${made.id}`, () => alice.threads.archive.response(made));
      const { message } = chatAsBob.ok('header-identity.chat');
      cleanup.add(`delete message ${message.id}`, () => alice.messages.delete.response(message));
      expect(
        [made.metadata?.['user_id'], message.user_id],
        because('foreign-data', 'header-identity.written', 'what I write is mine'),
      ).toEqual([alice.id, alice.id]);
      expect(rejected).toBeBadToken('tampered');
      for (const reply of [unserved, ...anonymous]) expect(reply).toBeNotAuthenticated('list.anonymous');
      const kept = (await bob.messages.read.response(ofB.message)).ok('foreign.message.kept');
      expect(kept.content, because('foreign-data', 'foreign.message.kept', 'B still has the message')).toBe(
        ofB.content,
      );
    });

    await test.step('what happens on my socket stays on my socket', async () => {
      const connects = [alice, bob].map((user) => sockets.connect('socket.connect', { identity: user.socketIdentity }));
      // A refused socket shows nothing to anybody, and the socket tests report it.
      const refused = await sockets.refusalOfAll(connects);
      note('socket leg not run, both sockets were cleanly refused', refused);
      await unless(refused, async () => {
        const [mine, bobs] = await Promise.all(connects);
        const intrusion = await expectSilenceAt(bobs?.socket, mine?.socket, alice, ofB.thread.id, cleanup);
        const kept = await bob.threads.messages.response(ofB.thread);
        kept.ok('socket.foreign-thread.kept');
        expect(
          kept.text,
          because('foreign-data', 'socket.foreign-thread.kept', "B's conversation has nothing of mine"),
        ).not.toContain(intrusion);
        await sockets.expectRefused('socket.no-token', { identity: nobody.identity }, 'NO_TOKEN');
        await sockets.expectRefused('socket.tampered', { identity: alice.tampered(bob).identity }, 'VALIDATION_FAILED');
      });
    });
  },
);
