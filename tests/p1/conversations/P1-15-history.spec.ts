import { textOf, type Thread } from '../../../src/contract/threads.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import { createThread, writeChat } from '../../../fixtures/conversations.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { madeOrUnknown, settle } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const LENGTH = 25;
const OFFSETS = [0, 10, 20, 30];

const numbered = (label: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${label} message ${index + 1}`);

const startHistory = (tools: ClaimTools) => createThread('thread.create', tools.alice, tools, { title: newMarker() });

/** A conversation of A with 25 messages, written one after another. */
const writeHistory = async (tools: ClaimTools) => {
  const thread = await startHistory(tools);
  const posted: { id: string; text: string }[] = [];
  for (const text of numbered(newMarker(), LENGTH)) {
    const { id } = (await tools.alice.threads.post.response(thread, { message: text })).ok('history.post');
    posted.push({ id, text });
  }
  return { thread, posted };
};

const pagesOf = ({ threads }: User, thread: Thread) =>
  Promise.all(
    OFFSETS.map(async (offset) =>
      (await threads.messages.response(thread, { query: { limit: 10, offset } })).ok('history.page'),
    ),
  );

/** So many chat messages of A under one label, and one of B. */
const writeChats = async (tools: ClaimTools, count: number) => {
  const label = newMarker();
  const texts = numbered(label, count);
  for (const content of texts) await writeChat('chat.post', tools.alice, tools, { content, thread_id: label });
  await writeChat('chat.post', tools.bob, tools, { content: newMarker(), thread_id: newMarker() });
  return { label, texts };
};

const chatPage = async ({ messages }: User, key: string, query: Record<string, string | number>) =>
  (await messages.list.response({ query })).ok(key);

/** Pages of one size hold everything once, oldest first, and say where they stand. */
const expectChatPages = async (alice: User, size: number, label: string, texts: readonly string[]) => {
  const offsets = Array.from({ length: Math.ceil(texts.length / size) }, (_, index) => index * size);
  const pages = await Promise.all(
    offsets.map((offset) => chatPage(alice, 'chat.page', { thread_id: label, limit: size, offset })),
  );
  const listed = pages.flatMap(({ messages }) => messages.map(({ content }) => content));
  expect(
    texts.filter((content) => !listed.includes(content)),
    because('not-persisted', 'chat.page.complete', 'every message that was accepted is listed'),
  ).toEqual([]);
  expect(
    pages.map(({ messages, ...said }) => ({ ...said, size: messages.length })),
    because('pagination', 'chat.page.totals', 'each page names its number, its size and the total'),
  ).toMatchObject(
    offsets.map((offset, index) => ({
      size: Math.min(size, texts.length - offset),
      total_count: texts.length,
      page: index + 1,
      page_size: size,
      has_more: offset + size < texts.length,
    })),
  );
  expect(listed, because('pagination', 'chat.order', 'oldest first, nothing missing')).toEqual(texts);
};

test(
  ...claim('P1-15', {
    given: writeHistory,
    parts: {
      'rejects a missing token': async (tools) => {
        const thread = madeOrUnknown(await settle(startHistory(tools)));
        expect(await tools.nobody.threads.messages.response(thread)).toBeNotAuthenticated('history.anonymous');
      },

      'more than 100 messages of a conversation at once are refused': async (tools) => {
        const thread = madeOrUnknown(await settle(startHistory(tools)));
        const tooMany = await tools.alice.threads.messages.response(thread, { query: { limit: 101 } });
        expect(tooMany).toBeUnprocessable('history.limit-101');
      },

      'a chat page of no or 101 messages, or before the first, is refused': async ({ alice: { messages } }) => {
        const [none, tooMany, negative] = await Promise.all([
          messages.list.response({ query: { limit: 0 } }),
          messages.list.response({ query: { limit: 101 } }),
          messages.list.response({ query: { offset: -1 } }),
        ]);
        expect(none).toBeUnprocessable('chat.limit-0');
        expect(tooMany).toBeUnprocessable('chat.limit-101');
        expect(negative).toBeUnprocessable('chat.offset-negative');
      },

      'the pages add up to what I wrote, in order': async ({ alice }, { thread, posted }) => {
        const all = (await pagesOf(alice, thread)).flatMap(({ messages }) => messages);
        expect(
          new Set(all.map(({ content }) => textOf(content))).size,
          because('not-persisted', 'history.page.some', 'what was accepted is in the history'),
        ).toBeGreaterThan(0);
        expect(
          new Set(posted.map(({ id }) => id)).size,
          because('http-body', 'history.ids', 'each message has an id of its own'),
        ).toBe(LENGTH);
        expect(
          all.map(({ id, content }) => ({ id, text: textOf(content) })),
          because('pagination', 'history.order', 'the pages add up to what I wrote, in order'),
        ).toEqual(posted);
      },

      'each page has its size, and names the total and its place': async ({ alice }, { thread }) => {
        const pages = await pagesOf(alice, thread);
        expect(
          pages.map(({ messages }) => messages.length),
          because('pagination', 'history.page.sizes', 'the pages have 10, 10, 5 and no messages'),
        ).toEqual([10, 10, 5, 0]);
        expect(
          pages.map(({ total, limit, offset }) => ({ total, limit, offset })),
          because('pagination', 'history.page.total', 'each page names the total and its own place'),
        ).toEqual(OFFSETS.map((offset) => ({ total: LENGTH, limit: 10, offset })));
      },

      'the times never fall from page to page': async ({ alice }, { thread }) => {
        const pages = await pagesOf(alice, thread);
        const times = pages.flatMap(({ messages }) => messages.map(({ created_at }) => created_at));
        expect(times, because('pagination', 'history.times', 'the times never fall')).toEqual(
          [...times].sort((left, right) => left - right),
        );
      },

      'without parameters all 25 messages come': async ({ alice }, { thread, posted }) => {
        const whole = (await alice.threads.messages.response(thread)).ok('history.default');
        expect(
          whole.messages.map(({ content }) => textOf(content)),
          because('pagination', 'history.default', 'without parameters all 25 come'),
        ).toEqual(posted.map(({ text }) => text));
      },

      'pages of chat messages add up, oldest first, and name their number and the total': async (tools) => {
        const { label, texts } = await writeChats(tools, 12);
        // Of pages of five the last is not full; of six and of twelve it is.
        for (const size of [5, 6, 12]) await expectChatPages(tools.alice, size, label, texts);
      },

      'without a label the newest chat message comes first, and only my own count': async (tools) => {
        const { alice } = tools;
        const { label, texts } = await writeChats(tools, 3);
        const newest = await chatPage(alice, 'chat.newest', { limit: 100 });
        const full = await chatPage(alice, 'chat.newest', { limit: texts.length });
        expect(
          newest.messages.filter(({ thread_id }) => thread_id === label).map(({ content }) => content),
          because('pagination', 'chat.newest', 'without a label the newest comes first'),
        ).toEqual([...texts].reverse());
        expect(
          newest.messages,
          because('pagination', 'chat.newest.total', 'without a label the total counts my own messages'),
        ).toHaveLength(Math.min(newest.total_count, 100));
        expect(full.messages, because('pagination', 'chat.newest.full', 'a full page has three')).toHaveLength(
          texts.length,
        );
      },
    },
  }),
);
