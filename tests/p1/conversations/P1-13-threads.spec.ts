import type { z } from 'zod';
import type { Thread, threadDraft } from '../../../src/contract/threads.ts';
import { because } from '../../../src/evidence/failure.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import type { Cleanup } from '../../../fixtures/cleanup.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { manyScripts, messageTexts } from '../../../fixtures/texts.ts';
import type { User } from '../../../fixtures/user.ts';

const FRESH = { connection: 'fresh' } as const;

const createThread = async (user: User, cleanup: Cleanup, draft: z.input<typeof threadDraft>): Promise<Thread> => {
  const created = (await user.threads.create.response(draft)).ok('thread.create');
  cleanup.add(`archive ${created.id}`, () => user.threads.archive.response(created));
  return created;
};

/** A conversation of A with one message. */
const written = async (alice: User, cleanup: Cleanup) => {
  const [title, note, text] = [newMarker(), newMarker(), newMarker()];
  const thread = await createThread(alice, cleanup, { title, metadata: { note } });
  (await alice.threads.post.response(thread, { message: text })).ok('thread.message');
  return { thread, title, note, text };
};

const listOf = async (user: User, key: string) => (await user.threads.list.response({ query: { limit: 100 } })).ok(key);

/** The conversation stands in the list as it is now, and its message in it. */
const expectWhole = async (user: User, key: string, { id }: Thread, expected: object, text: string) => {
  const [threads, page] = await Promise.all([listOf(user, key), user.threads.messages.response({ id })]);
  expect(
    threads.filter((thread) => thread.id === id),
    because('not-persisted', `${key}.list`, 'the list shows it once, as it is now'),
  ).toMatchObject([expected]);
  expect(messageTexts(page.ok(key)), because('not-persisted', `${key}.messages`, 'its message is still in it')).toEqual(
    [text],
  );
};

const changes = ({ threads }: Caller, thread: Thread) =>
  Promise.all([
    threads.create.response({ title: newMarker() }),
    threads.update.response(thread, { title: newMarker() }),
    threads.archive.response(thread),
    threads.messages.response(thread),
    threads.post.response(thread, { message: newMarker() }),
    threads.autoRename.response(thread),
  ]);

test(
  ...claim('P1-13', {
    given: ({ alice, cleanup }) => written(alice, cleanup),
    parts: {
      'a new conversation has my title and metadata, and is listed': async ({ alice, bob, cleanup }) => {
        const note = newMarker();
        const drafts = [
          { title: newMarker(), metadata: { note } },
          { title: newMarker(), metadata: { note, user_id: bob.id } },
        ];
        const created = await Promise.all(drafts.map((draft) => createThread(alice, cleanup, draft)));
        const ids = created.map(({ id }) => id);
        expect(new Set(ids).size, because('http-body', 'thread.create.ids', 'each has an id of its own')).toBe(2);
        for (const [index, thread] of created.entries()) {
          const metadata = { note, user_id: alice.id, status: 'active' };
          const expected = { title: drafts[index]?.title, message_count: 0, metadata };
          expect(
            thread,
            because('http-body', 'thread.create.kept', 'title and metadata are kept, the owner is me'),
          ).toMatchObject(expected);
          expect(
            (await alice.threads.read.response(thread)).ok('thread.read'),
            because('not-persisted', 'thread.read', 'a new request shows the conversation'),
          ).toMatchObject(expected);
        }
        const listed = (await listOf(alice, 'thread.list')).map(({ id }) => id);
        expect(listed, because('not-persisted', 'thread.list', 'both are listed')).toEqual(expect.arrayContaining(ids));
      },

      'a message raises the count': async ({ alice }, { thread }) => {
        expect(
          (await alice.threads.read.response(thread)).ok('thread.count').message_count,
          because('not-persisted', 'thread.count', 'the count is one'),
        ).toBe(1);
      },

      'a new title and merged metadata survive a reload': async ({ alice, bob }, { thread, note, text }) => {
        const [added, later, interim] = [newMarker(), newMarker(), newMarker()];
        const title = manyScripts(newMarker());
        const kept = { created_at: thread.created_at, message_count: 1 };
        const merged = { note, added, user_id: alice.id };
        const expected = { ...kept, title, metadata: { ...merged, later } };
        for (const { change, shown } of [
          {
            change: { title: interim, metadata: { added, user_id: bob.id } },
            shown: { ...kept, title: interim, metadata: merged },
          },
          { change: { title }, shown: { ...kept, title, metadata: merged } },
          { change: { metadata: { later } }, shown: expected },
        ])
          expect(
            (await alice.threads.update.response(thread, change)).ok('thread.rename'),
            because('not-persisted', 'thread.rename', 'the response shows the change, and the rest as it was'),
          ).toMatchObject(shown);
        for (const key of ['thread.rename.reread', 'thread.rename.reread-again']) {
          const again = (await alice.threads.read.response(thread, FRESH)).ok(key);
          expect(
            again,
            because('not-persisted', key, 'every later read shows the new title and the merged metadata'),
          ).toMatchObject(expected);
          expect(
            again.updated_at,
            because('not-persisted', `${key}.updated`, 'the time of the change is kept'),
          ).not.toBeNull();
        }
        await expectWhole(alice, 'thread.renamed', thread, expected, text);
      },

      'a malformed title is refused': async ({ alice }) => {
        expect(await alice.threads.create.malformed({ title: 7 })).toBeInvalid('thread.bad-title', 'title');
      },

      'without a valid token nobody creates, reads or changes one': async ({ alice, nobody, cleanup }) => {
        const { thread, title, note } = await written(alice, cleanup);
        for (const response of await changes(nobody, thread)) expect(response).toBeNotAuthenticated('thread.anonymous');
        for (const response of await changes(await alice.forged(), thread))
          expect(response).toBeBadToken('thread.forged');
        await expectUnchanged(alice, thread, title, note);
      },

      'B cannot change or archive it': async ({ alice, bob, cleanup }) => {
        const { thread, title, note } = await written(alice, cleanup);
        const [put, archive] = await Promise.all([
          bob.threads.update.response(thread, { title: newMarker() }),
          bob.threads.archive.response(thread),
        ]);
        expect(put).toBeForbidden('thread.put.foreign');
        expect(archive).toBeForbidden('thread.delete.foreign');
        await expectUnchanged(alice, thread, title, note);
      },

      'an archived conversation stays archived, with its messages': async ({ alice, cleanup }) => {
        const { thread, title, note, text } = await written(alice, cleanup);
        (await alice.threads.archive.response(thread)).ok('thread.archive');
        const metadata = { note, user_id: alice.id, status: 'archived' };
        const expected = { title, message_count: 1, metadata };
        expect(
          (await alice.threads.read.response(thread)).ok('thread.archive.reread'),
          because('not-persisted', 'thread.archive.reread', 'a later read shows it as archived, and else as it was'),
        ).toMatchObject(expected);
        await expectWhole(alice, 'thread.archived', thread, expected, text);
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);

const expectUnchanged = async (alice: User, thread: Thread, title: string, note: string) => {
  expect(
    (await alice.threads.read.response(thread)).ok('thread.foreign.unchanged'),
    because('foreign-data', 'thread.foreign.unchanged', 'it is as I left it'),
  ).toMatchObject({ title, message_count: 1, metadata: { note, status: 'active' } });
};
