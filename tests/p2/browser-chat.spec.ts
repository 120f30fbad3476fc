import { containsWholeNumber } from '../../src/contract/testability.ts';
import { because } from '../../src/evidence/failure.ts';
import { without } from '../../fixtures/chat-page.ts';
import { sumPrompt } from '../../fixtures/probes.ts';
import type { Reply } from '../../fixtures/reply.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

// Playwright's own recordings would hold the tokens of the pages; traces are masked and attached by the fixture.
test.use({ trace: 'off', screenshot: 'off', video: 'off' });

/** The page asks in one thread; its id is not on the screen. */
const archiveNewest = async (user: User): Promise<Reply> => {
  const listed = await user.threads.list.response();
  const [newest] = listed.ok('cleanup.threads');
  return newest === undefined ? listed : user.threads.archive.response(newest);
};

test(
  'P2-05 I use the chat page - I sign in, ask, watch the answer arrive, find it after a reload, and survive a lost network',
  { tag: ['@p2', '@browser-chat', '@ws', '@http'] },
  async ({ chatPages, ownUsers, cleanup, deadlines, heartbeatSeconds }) => {
    const [reader, stranger] = await Promise.all([ownUsers.user('reader'), ownUsers.user('stranger')]);
    cleanup.add('archive the thread of the page', () => archiveNewest(reader));
    const chat = await chatPages('reader');
    const soon = { timeout: deadlines.welcome };
    const answered = { timeout: deadlines.runEnd };
    const noticed = { timeout: heartbeatSeconds * 1_000 + deadlines.heartbeatGrace };

    await test.step('sign in', async () => {
      await chat.visit('page');
      await expect(
        chat.tokenField,
        because('http-body', 'page.sign-in', 'the page has a place to sign in'),
      ).toBeVisible(soon);
      await chat.signIn(reader.session.accessToken);
      await expect(
        chat.page.getByText(reader.email),
        because('auth-rejected', 'page.signed-in', 'the page says who I am'),
      ).toBeVisible(soon);
      await expect(
        chat.connection,
        because('ws-silent', 'page.connected', 'the page says that it is connected'),
      ).toHaveText(chat.connected, soon);
    });

    const first = sumPrompt();
    await test.step('ask, and watch the answer arrive', async () => {
      await chat.watchConversation();
      await chat.ask(first.text);
      await expect.poll(() => chat.beside(first.text), answered).toAnswer('page.answer', first);
      const early = (await chat.shown()).filter((text) => !containsWholeNumber(without(text, first.text), first.sum));
      expect(
        early.some((text) => text.includes(first.text)),
        because('not-persisted', 'page.question', 'my question stands there before its answer'),
      ).toBe(true);
      expect(
        early.some((text) => chat.working.test(without(text, first.text))),
        because('events-missing', 'page.working', 'I see that the agent works before its answer is there'),
      ).toBe(true);
    });

    await test.step('reload, and find question and answer again', async () => {
      await chat.page.reload();
      await expect(
        chat.conversation,
        because('not-persisted', 'page.history.question', 'my question is there after a reload'),
      ).toContainText(first.text, soon);
      await expect.poll(() => chat.beside(first.text), soon).toAnswer('page.history.answer', first);
      await expect(
        chat.connection,
        because('ws-silent', 'page.reconnected', 'the reloaded page connects again'),
      ).toHaveText(chat.connected, soon);
    });

    await test.step('lose the network, regain it, and go on', async () => {
      await chat.loseNetwork();
      await expect(
        chat.connection,
        because('ws-frame', 'page.offline', 'the page says that the connection is lost'),
      ).toHaveText(chat.disconnected, noticed);
      await chat.regainNetwork();
      await expect(
        chat.connection,
        because('ws-silent', 'page.recovered', 'the page connects again by itself'),
      ).toHaveText(chat.connected, noticed);
      const second = sumPrompt();
      await chat.ask(second.text);
      await expect.poll(() => chat.beside(second.text), answered).toAnswer('page.answer.after', second);
      await expect(
        chat.conversation.getByText(first.text),
        because('not-persisted', 'page.history.once', 'the first question is still there, once'),
      ).toHaveCount(1);
    });

    await test.step('nobody else sees it, and a forged login is turned away', async () => {
      const other = await chatPages('stranger');
      await other.visit('stranger.page');
      await other.signIn((await reader.forged()).identity.token ?? '');
      await expect(
        other.signInError,
        because('auth-accepted', 'page.forged', 'the page says that a forged login is refused'),
      ).toBeVisible(soon);
      await other.signIn(stranger.session.accessToken);
      await expect(
        other.page.getByText(stranger.email),
        because('auth-rejected', 'stranger.signed-in', 'the page says who the other one is'),
      ).toBeVisible(soon);
      await expect(
        other.connection,
        because('ws-silent', 'stranger.connected', 'the other one is connected'),
      ).toHaveText(other.connected, soon);
      await expect(
        other.conversation,
        because('foreign-data', 'stranger.conversation', 'the other one sees nothing of mine'),
      ).not.toContainText(first.marker);
    });
  },
);
