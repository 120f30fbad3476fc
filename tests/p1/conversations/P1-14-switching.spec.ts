import { textOf, type Thread } from '../../../src/contract/threads.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { createThread } from '../../../fixtures/conversations.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import type { Reply } from '../../../fixtures/reply.ts';
import { madeOrUnknown, settle, standsOn } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { delicate, messageTexts } from '../../../fixtures/texts.ts';
import type { User } from '../../../fixtures/user.ts';

const post = async (user: User, thread: Thread, message: string) => {
  (await user.threads.post.response(thread, { message })).ok('thread.post');
};

interface Counts {
  readonly first: number;
  readonly second: number;
}

const textsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? delicate(newMarker()) : newMarker()));

/** Two conversations of A with so many messages, written in turns. */
const writeTwo = async (tools: ClaimTools, counts: Counts) => {
  const { alice } = tools;
  const create = () => createThread('thread.create', alice, tools, { title: newMarker() });
  const [first, second] = await Promise.all([create(), create()]);
  const texts = { first: textsOf(counts.first), second: textsOf(counts.second) };
  for (const [index, text] of texts.first.entries()) {
    await post(alice, first, text);
    for (const other of texts.second.slice(index, index + 1)) await post(alice, second, other);
  }
  return { first, second, texts };
};

/** A conversation of B with one message. */
const writeAsB = async (tools: ClaimTools) => {
  const [title, message] = [newMarker(), newMarker()];
  const thread = await createThread('thread.create', tools.bob, tools, { title });
  await post(tools.bob, thread, message);
  // Whether it counts right is another part's: here it must not change.
  const { message_count } = (await tools.bob.threads.read.response(thread)).ok('foreign.unchanged');
  return { thread, left: { title, message_count, metadata: { status: 'active' } }, message };
};

const expectExactly = async (key: string, { threads }: User, { id }: Thread, texts: readonly string[]) => {
  const page = (await threads.messages.response({ id })).ok(key);
  expect(
    page.messages.map(({ role, content }) => ({ role, text: textOf(content) })),
    because('not-persisted', key, 'I see exactly what I wrote into this conversation so far, in order'),
  ).toEqual(texts.map((text) => ({ role: 'user', text })));
  expect(
    { thread: page.thread_id, total: page.total },
    because('pagination', `${key}.total`, 'the page names this conversation and its total'),
  ).toEqual({ thread: id, total: texts.length });
};

const expectUntouched = async ({ threads }: User, { thread, left, message }: Awaited<ReturnType<typeof writeAsB>>) => {
  expect(
    (await threads.read.response(thread)).ok('foreign.unchanged'),
    because('foreign-data', 'foreign.unchanged', "B's conversation is as B left it"),
  ).toMatchObject(left);
  const page = (await threads.messages.response(thread)).ok('foreign.unchanged.messages');
  expect(
    messageTexts(page),
    because('foreign-data', 'foreign.unchanged.messages', 'it has only its own message'),
  ).toEqual([message]);
};

const named = async <Key extends string>(key: Key, response: Promise<Reply>) => [key, await response] as const;

test(
  ...claim('P1-14', {
    given: (tools) => writeTwo(tools, { first: 3, second: 2 }),
    parts: {
      "A cannot read or change B's conversation": async (tools) => {
        const theirs = standsOn(await settle(writeAsB(tools)));
        const { thread } = theirs;
        const { threads } = tools.alice;
        const attempts = await Promise.all([
          named('foreign.get', threads.read.response(thread)),
          named('foreign.messages', threads.messages.response(thread)),
          named('foreign.post', threads.post.response(thread, { message: newMarker() })),
          named('foreign.put', threads.update.response(thread, { title: newMarker() })),
          named('foreign.delete', threads.archive.response(thread)),
          named('foreign.auto-rename', threads.autoRename.response(thread)),
        ]);
        for (const [key, response] of attempts) expect(response).toBeForbidden(key);
        await expectUntouched(tools.bob, theirs);
      },

      'an unknown conversation is not found': async ({ alice: { threads } }) => {
        const missing = { id: `thread_0_${newMarker().slice(3)}` };
        const attempts = await Promise.all([
          named('missing.get', threads.read.response(missing)),
          named('missing.messages', threads.messages.response(missing)),
          named('missing.post', threads.post.response(missing, { message: newMarker() })),
          named('missing.auto-rename', threads.autoRename.response(missing)),
        ]);
        for (const [key, response] of attempts) expect(response).toBeUnknown(key);
      },

      'rejects a missing token': async (tools) => {
        const mine = await settle(createThread('thread.create', tools.alice, tools, { title: newMarker() }));
        expect(await tools.nobody.threads.read.response(madeOrUnknown(mine))).toBeNotAuthenticated('anonymous.get');
      },

      'a new conversation is empty': async (tools) => {
        const thread = standsOn(
          await settle(createThread('thread.create', tools.alice, tools, { title: newMarker() })),
        );
        await expectExactly('switch.empty', tools.alice, thread, []);
      },

      'each shows exactly its own messages, in order': async ({ alice }, { first, second, texts }) => {
        await expectExactly('switch.first', alice, first, texts.first);
        await expectExactly('switch.second', alice, second, texts.second);
      },

      'a message that is written after switching back is there': async (tools) => {
        const { alice } = tools;
        const { first, second, texts } = standsOn(await settle(writeTwo(tools, { first: 1, second: 1 })));
        const added = newMarker();
        await expectExactly('switch.first', alice, first, texts.first);
        await expectExactly('switch.second', alice, second, texts.second);
        await post(alice, first, added);
        await expectExactly('switch.back', alice, first, [...texts.first, added]);
      },

      'each counts its own messages': async ({ alice }, { first, second }) => {
        const counts = await Promise.all(
          [first, second].map(async (one) => (await alice.threads.read.response(one)).ok('switch.count').message_count),
        );
        expect(counts, because('not-persisted', 'switch.count', 'they count three and two messages')).toEqual([3, 2]);
      },
    },
  }),
);
