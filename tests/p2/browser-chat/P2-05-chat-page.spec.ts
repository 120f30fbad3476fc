import { containsWholeNumber } from '../../../src/contract/testability.ts';
import { because } from '../../../src/evidence/failure.ts';
import { without, type ChatPage } from '../../../fixtures/chat-page.ts';
import { browserClaim, type BrowserTools } from '../../../fixtures/claim.ts';
import { UnverifiedError } from '../../../fixtures/part.ts';
import { sumPrompt, type SumProbe } from '../../../fixtures/probes.ts';
import type { Reply } from '../../../fixtures/reply.ts';
import { settle, unwrap } from '../../../fixtures/settle.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

// Playwright's own recordings would hold the tokens of the pages; traces are masked and attached by the fixture.
test.use({ trace: 'off', screenshot: 'off', video: 'off' });

/** The page asks in one thread; its id is not on the screen. */
const archiveNewest = async (user: User): Promise<Reply> => {
  const listed = await user.threads.list.response();
  const [newest] = listed.ok('cleanup.threads');
  return newest === undefined ? listed : user.threads.archive.response(newest);
};

const signIn = async (chat: ChatPage, user: User, key: 'page' | 'stranger', timeout: number) => {
  await chat.visit(key === 'page' ? 'page' : 'stranger.page');
  await expect(chat.tokenField, because('http-body', 'page.sign-in', 'the page has a place to sign in')).toBeVisible({
    timeout,
  });
  await chat.signIn(user.session.accessToken);
  await expect(
    chat.page.getByText(user.email),
    because('auth-rejected', `${key}.signed-in`, 'the page says who I am'),
  ).toBeVisible({ timeout });
  await expect(
    chat.connection,
    because('ws-silent', `${key}.connected`, 'the page says that it is connected'),
  ).toHaveText(chat.connected, { timeout });
};

const expectAnswer = (chat: ChatPage, key: string, prompt: SumProbe, timeout: number) =>
  expect.poll(() => chat.beside(prompt.text), { timeout }).toAnswer(key, prompt);

/** A page of a user of its own, who has signed in and asked; `answer` settles when it is there, or too late. */
const asked = async ({ chatPages, ownUsers, cleanup, deadlines }: BrowserTools, role: string) => {
  const user = await ownUsers.user(role);
  const chat = await chatPages(role);
  await signIn(chat, user, 'page', deadlines.welcome);
  cleanup.add(`archive the thread of ${role}`, () => archiveNewest(user));
  await chat.watchConversation();
  const first = sumPrompt();
  await chat.ask(first.text);
  const answer = await settle(expectAnswer(chat, 'page.answer', first, deadlines.runEnd));
  return { user, chat, first, answer, shown: await chat.shown(), working: chat.working };
};

test(
  ...browserClaim('P2-05', {
    given: (tools) => asked(tools, 'reader'),
    atOnce: true,
    parts: {
      'rejects a forged token': async ({ alice, chatPages, deadlines }) => {
        const chat = await chatPages('forged');
        await chat.visit('page');
        await chat.signIn((await alice.forged()).identity.token ?? '');
        await expect(
          chat.signInError,
          because('auth-accepted', 'page.forged', 'the page says that a forged login is refused'),
        ).toBeVisible({ timeout: deadlines.welcome });
      },

      'another user sees nothing of my conversation': async ({ bob, chatPages, deadlines }, { first }) => {
        const other = await chatPages('stranger');
        await signIn(other, bob, 'stranger', deadlines.welcome);
        await expect(
          other.conversation,
          because('foreign-data', 'stranger.conversation', 'the other one sees nothing of mine'),
        ).not.toContainText(first.marker);
      },

      'shows the question at once, the agent at work, and its answer': async (
        _tools,
        { user, first, answer, shown, working },
      ) => {
        unwrap(answer);
        const { text, sum } = first;
        const early = shown.filter((seen) => !containsWholeNumber(without(seen, text), sum));
        expect(
          early.some((seen) => seen.includes(text)),
          because('not-persisted', 'page.question', 'my question stands there before its answer'),
        ).toBe(true);
        expect(
          early.some((seen) => working.test(without(seen, text))),
          because('events-missing', 'page.working', 'I see that the agent works before its answer is there'),
        ).toBe(true);
        (await user.threads.list.response()).ok('page.question');
      },

      'shows question and answer again after a reload': async ({ deadlines }, { chat, first, answer }) => {
        if (answer.status === 'rejected') throw new UnverifiedError('no answer was there before the reload');
        const soon = { timeout: deadlines.welcome };
        await chat.reload();
        await expect(
          chat.conversation,
          because('not-persisted', 'page.history.question', 'my question is there after a reload'),
        ).toContainText(first.text, soon);
        await expect.poll(() => chat.beside(first.text), soon).toAnswer('page.history.answer', first);
        await expect(
          chat.connection,
          because('ws-silent', 'page.reconnected', 'the reloaded page connects again'),
        ).toHaveText(chat.connected, soon);
      },

      'reconnects after a lost network, and goes on': async (tools) => {
        const { deadlines, heartbeatSeconds } = tools;
        const { chat, first, answer } = await asked(tools, 'traveller');
        unwrap(answer);
        const noticed = { timeout: heartbeatSeconds * 1_000 + deadlines.heartbeatGrace };
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
        await expectAnswer(chat, 'page.answer.after', second, deadlines.runEnd);
        await expect(
          chat.conversation.getByText(first.text),
          because('not-persisted', 'page.history.once', 'the first question is still there, once'),
        ).toHaveCount(1);
      },
    },
  }),
);
