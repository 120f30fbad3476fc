import { textOf, type Thread } from '../../src/contract/threads.ts';
import { because } from '../../src/evidence/failure.ts';
import type { Cleanup } from '../../fixtures/cleanup.ts';
import { newMarker } from '../../fixtures/probes.ts';
import { delicate, messageTexts } from '../../fixtures/texts.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

const createThread = async (
  key: string,
  user: User,
  cleanup: Cleanup,
  draft: { title: string; metadata?: Record<string, unknown> },
) => {
  const created = (await user.threads.create.response(draft)).ok(key);
  cleanup.add(`archive ${created.id}`, () => user.threads.archive.response(created));
  return created;
};

test(
  'P1-14 I switch between conversations - I see exactly the messages of the one I chose',
  { tag: ['@p1', '@conversations', '@http'] },
  async ({ alice, bob, nobody, cleanup }) => {
    const bobsTitle = newMarker();
    const [t1, t2, t3] = await Promise.all([
      createThread('thread.create', alice, cleanup, { title: newMarker() }),
      createThread('thread.create', alice, cleanup, { title: newMarker() }),
      createThread('thread.create', bob, cleanup, { title: bobsTitle }),
    ]);
    const bobsMessage = newMarker();
    (await bob.threads.post.response(t3, { message: bobsMessage })).ok('thread.post');
    const written: Record<string, { role: string; text: string }[]> = { [t1.id]: [], [t2.id]: [] };
    const write = async ({ id }: Thread, message = newMarker()) => {
      (await alice.threads.post.response({ id }, { message })).ok('thread.post');
      written[id]?.push({ role: 'user', text: message });
    };
    const look = async (key: string, { id }: Thread) => {
      const page = (await alice.threads.messages.response({ id })).ok(key);
      expect(
        page.messages.map(({ role, content }) => ({ role, text: textOf(content) })),
        because('not-persisted', key, 'I see exactly what I wrote into this conversation so far, in order'),
      ).toEqual(written[id]);
      expect(
        { thread: page.thread_id, total: page.total },
        because('pagination', `${key}.total`, 'the page names this conversation and its total'),
      ).toEqual({ thread: id, total: written[id]?.length });
    };
    await test.step('write three messages into each, alternating', async () => {
      await look('switch.empty', t1);
      for (const one of [t1, t2]) await write(one, delicate(newMarker()));
      for (const one of [t1, t2, t1, t2]) await write(one);
    });

    await test.step('switch to the first, the second, and back', async () => {
      await look('switch.first', t1);
      await look('switch.second', t2);
      await write(t1);
      await look('switch.back', t1);
      const counts = await Promise.all(
        [t1, t2].map(async (one) => (await alice.threads.read.response(one)).ok('switch.count').message_count),
      );
      expect(counts, because('not-persisted', 'switch.count', 'they count four and three messages')).toEqual([4, 3]);
    });

    await test.step('what is not mine, or not there, stays closed', async () => {
      const missing = { id: `thread_0_${newMarker().slice(3)}` };
      const message = { message: newMarker() };
      const [get, messages, post, put, remove, rename, noThread, noMessages, noPost, noRename, anonymous] =
        await Promise.all([
          alice.threads.read.response(t3),
          alice.threads.messages.response(t3),
          alice.threads.post.response(t3, message),
          alice.threads.update.response(t3, { title: newMarker() }),
          alice.threads.archive.response(t3),
          alice.threads.autoRename.response(t3),
          alice.threads.read.response(missing),
          alice.threads.messages.response(missing),
          alice.threads.post.response(missing, message),
          alice.threads.autoRename.response(missing),
          nobody.threads.read.response(t1),
        ]);
      for (const [key, reply] of [
        ['foreign.get', get],
        ['foreign.messages', messages],
        ['foreign.post', post],
        ['foreign.put', put],
        ['foreign.delete', remove],
        ['foreign.auto-rename', rename],
      ] as const)
        expect(reply).toBeForbidden(key);
      for (const [key, reply] of [
        ['missing.get', noThread],
        ['missing.messages', noMessages],
        ['missing.post', noPost],
        ['missing.auto-rename', noRename],
      ] as const)
        expect(reply).toBeUnknown(key);
      expect(anonymous).toBeNotAuthenticated('anonymous.get');

      const untouched = (await bob.threads.read.response(t3)).ok('foreign.unchanged');
      expect(untouched, because('foreign-data', 'foreign.unchanged', "B's conversation is as B left it")).toMatchObject(
        {
          title: bobsTitle,
          message_count: 1,
          metadata: { status: 'active' },
        },
      );
      const page = (await bob.threads.messages.response(t3)).ok('foreign.unchanged.messages');
      expect(
        messageTexts(page),
        because('foreign-data', 'foreign.unchanged.messages', 'it has only its own message'),
      ).toEqual([bobsMessage]);
    });
  },
);

test(
  'P1-15 I page through my history - nothing missing, nothing twice, in the right order',
  { tag: ['@p1', '@conversations', '@http'] },
  async ({ alice, bob, nobody, cleanup }) => {
    const label = newMarker();
    const history = await createThread('thread.create', alice, cleanup, { title: label });
    const texts = Array.from({ length: 25 }, (_, index) => `${label} message ${index + 1}`);
    const posted: { id: string; text: string }[] = [];
    await test.step('write 25 messages, one after another', async () => {
      for (const text of texts) {
        const { id } = (await alice.threads.post.response(history, { message: text })).ok('history.post');
        posted.push({ id, text });
      }
      expect(
        new Set(posted.map((message) => message.id)).size,
        because('http-body', 'history.ids', 'each has an id of its own'),
      ).toBe(25);
    });

    await test.step('read them page by page', async () => {
      const offsets = [0, 10, 20, 30];
      const pages = await Promise.all(
        offsets.map(async (offset) =>
          (await alice.threads.messages.response(history, { query: { limit: 10, offset } })).ok('history.page'),
        ),
      );
      const found = pages.flatMap(({ messages }) => messages.map(({ content }) => textOf(content)));
      expect(
        new Set(found).size,
        because('not-persisted', 'history.page.some', 'what was accepted is in the history'),
      ).toBeGreaterThan(0);
      expect(
        pages.map(({ messages }) => messages.length),
        because('pagination', 'history.page.sizes', 'the pages have 10, 10, 5 and no messages'),
      ).toEqual([10, 10, 5, 0]);
      expect(
        pages.map(({ total, limit, offset }) => ({ total, limit, offset })),
        because('pagination', 'history.page.total', 'each page names the total and its own place'),
      ).toEqual(offsets.map((offset) => ({ total: 25, limit: 10, offset })));
      const all = pages.flatMap(({ messages }) => messages);
      expect(
        all.map((message) => ({ id: message.id, text: textOf(message.content) })),
        because('pagination', 'history.order', 'the pages add up to what I wrote, in order'),
      ).toEqual(posted);
      const times = all.map(({ created_at }) => created_at);
      expect(times, because('pagination', 'history.times', 'the times never fall')).toEqual(
        [...times].sort((left, right) => left - right),
      );
      const whole = (await alice.threads.messages.response(history)).ok('history.default');
      expect(
        whole.messages.map(({ content }) => textOf(content)),
        because('pagination', 'history.default', 'without parameters all 25 come'),
      ).toEqual(texts);
    });

    const chat = Array.from({ length: 12 }, (_, index) => `${label} chat ${index + 1}`);
    const write = async (user: User, content: string, thread_id: string) => {
      const { message } = (await user.messages.create.response({ content, thread_id })).ok('chat.post');
      cleanup.add(`delete message ${message.id}`, () => user.messages.delete.response(message));
    };
    await test.step('write 12 chat messages under one label, and B another', async () => {
      for (const content of chat) await write(alice, content, label);
      await write(bob, newMarker(), newMarker());
    });

    await test.step('read them page by page', async () => {
      const page = async (key: string, query: Record<string, string | number>) =>
        (await alice.messages.list.response({ query })).ok(key);
      // Of pages of five the last is not full; of six and of twelve it is.
      for (const size of [5, 6, 12]) {
        const offsets = Array.from({ length: Math.ceil(chat.length / size) }, (_, index) => index * size);
        const pages = await Promise.all(
          offsets.map((offset) => page('chat.page', { thread_id: label, limit: size, offset })),
        );
        const listed = pages.flatMap(({ messages }) => messages.map(({ content }) => content));
        expect(
          chat.filter((content) => !listed.includes(content)),
          because('not-persisted', 'chat.page.complete', 'every message that was accepted is listed'),
        ).toEqual([]);
        expect(
          pages.map(({ messages, total_count, page: number, page_size, has_more }) => ({
            size: messages.length,
            total_count,
            number,
            page_size,
            has_more,
          })),
          because('pagination', 'chat.page.totals', 'each page names its number, its size and the total'),
        ).toEqual(
          offsets.map((offset, index) => ({
            size: Math.min(size, 12 - offset),
            total_count: 12,
            number: index + 1,
            page_size: size,
            has_more: offset + size < 12,
          })),
        );
        expect(listed, because('pagination', 'chat.order', 'oldest first, nothing missing')).toEqual(chat);
      }
      const [newest, full] = await Promise.all([100, 12].map((limit) => page('chat.newest', { limit })));
      const mine = newest?.messages.filter(({ thread_id }) => thread_id === label).map(({ content }) => content);
      expect(mine, because('pagination', 'chat.newest', 'without a label the newest comes first')).toEqual(
        [...chat].reverse(),
      );
      expect(
        newest?.messages.length,
        because('pagination', 'chat.newest.total', 'without a label the total counts my own messages'),
      ).toBe(Math.min(newest?.total_count ?? 0, 100));
      expect(full?.messages.length, because('pagination', 'chat.newest.full', 'a full page has twelve')).toBe(12);
    });

    await test.step('what is out of range is refused', async () => {
      const [tooMany, none, tooManyChat, negative, anonymous] = await Promise.all([
        alice.threads.messages.response(history, { query: { limit: 101 } }),
        alice.messages.list.response({ query: { limit: 0 } }),
        alice.messages.list.response({ query: { limit: 101 } }),
        alice.messages.list.response({ query: { offset: -1 } }),
        nobody.threads.messages.response(history),
      ]);
      expect(tooMany).toBeUnprocessable('history.limit-101');
      expect(none).toBeUnprocessable('chat.limit-0');
      expect(tooManyChat).toBeUnprocessable('chat.limit-101');
      expect(negative).toBeUnprocessable('chat.offset-negative');
      expect(anonymous).toBeNotAuthenticated('history.anonymous');
    });
  },
);
