import { pathOf } from '../../src/contract/endpoint.ts';
import { endpoints } from '../../src/contract/endpoints.ts';
import { containsWholeNumber } from '../../src/contract/testability.ts';
import { threadList } from '../../src/contract/threads.ts';
import { because } from '../../src/evidence/failure.ts';
import { runOf } from '../../fixtures/agent-run.ts';
import { without } from '../../fixtures/chat-page.ts';
import { isLoopback } from '../../fixtures/environment.ts';
import { PageSocketFactory } from '../../fixtures/page-socket.ts';
import { fetchInPage, type PageAnswer } from '../../fixtures/pages.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { redact } from '../../src/evidence/redaction.ts';
import { retargeted } from '../../fixtures/tokens.ts';
import type { Reply } from '../../fixtures/reply.ts';
import type { User } from '../../fixtures/user.ts';
import { expect, test } from '../../fixtures/test.ts';

// Playwright's own recordings would hold the tokens of the pages; traces are masked and attached by the fixture.
test.use({ trace: 'off', screenshot: 'off', video: 'off' });

/** An origin that the platform has never heard of. */
const foreignOrigin = (api: string): string =>
  isLoopback(new URL(api).hostname) ? 'http://localhost:3999' : 'https://gp-foreign.example';

/** The page asks in one thread; its id is not on the screen. */
const archiveNewest = async (user: User): Promise<Reply> => {
  const listed = await user.threads.list.response();
  const [newest] = listed.ok('cleanup.threads');
  return newest === undefined ? listed : user.threads.archive.response(newest);
};

const bodyOf = (answer: PageAnswer): unknown => ('text' in answer ? JSON.parse(answer.text) : undefined);

/** What a browser says when it keeps a page from the platform. */
const BLOCKED = /CORS policy|mixed content|insecure/i;

test(
  'P2-04 I open the chat in a browser - the page connects with my token, gets its answer, and nobody else gets in',
  { tag: ['@p2', '@browser-chat', '@ws', '@http'] },
  async ({ alice, nobody, http, pages, socketsOf, target, environment, cleanup, secondary }) => {
    const { page, problems } = await pages.blank('app', new URL(target.frontend).origin);
    const sockets = socketsOf((await PageSocketFactory.of(page)).open);
    const threadsUrl = new URL(pathOf(endpoints.threads.list), target.api).href;
    const token = alice.session.accessToken;

    const { socket } = await test.step('connect with the token as subprotocol', () =>
      sockets.connect('page.connect', { identity: alice.socketIdentity }));
    expect(
      socket.trace.selected,
      because('ws-subprotocol', 'page.subprotocol', 'the page is told that jwt-auth was selected'),
    ).toBe('jwt-auth');
    await socket.ping('page.ping');

    await test.step('ask, and read the answer', async () => {
      const probe = sumPrompt();
      const messageId = newMarker();
      await socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
      const run = await runOf(socket, 'page.run', messageId);
      cleanup.add(`archive ${run.threadId}`, () => alice.threads.archive.response({ id: run.threadId }));
      expect(run.answer).toAnswer('page.run.answer', probe);
      secondary('slow-first-event', run.firstEventMs <= 5_000, `${Math.round(run.firstEventMs)} ms`);
    });

    await test.step('read my threads with fetch', async () => {
      const fetched = await fetchInPage(page, threadsUrl, token);
      expect(fetched, because('http-status', 'page.fetch', 'the page may read its answer: CORS lets it')).toMatchObject(
        { status: 200 },
      );
      expect(
        threadList.safeParse(bodyOf(fetched)).error,
        because('http-body', 'page.fetch.shape', 'the page reads a list of threads'),
      ).toBe(undefined);
    });

    const close = await socket.close('page.close');
    expect(close, because('ws-closed-late', 'page.close', "the page's close is answered")).toMatchObject({
      code: 1000,
      wasClean: true,
    });

    await test.step('without a valid token the page is turned away, and told so', async () => {
      const past = Math.floor(Date.now() / 1_000) - 60;
      const expired = await retargeted(token, { iat: past - 900, exp: past }, environment.jwtSecret);
      await Promise.all([
        sockets.expectRefused('page.forged', { identity: (await alice.forged()).identity }, 'VALIDATION_FAILED'),
        sockets.expectRefused(
          'page.expired',
          { identity: alice.presenting('expired', expired).identity },
          'VALIDATION_FAILED',
        ),
        sockets.expectRefused('page.none', { identity: nobody.identity }, 'NO_TOKEN'),
      ]);
    });

    expect(
      problems.filter((problem) => BLOCKED.test(problem)),
      because('http-status', 'page.console', 'the browser blocks nothing of the app'),
    ).toEqual([]);

    await test.step('a page of another origin cannot read my data', async () => {
      const foreign = foreignOrigin(target.api);
      const { page: elsewhere } = await pages.blank('foreign', foreign);
      const fetched = await fetchInPage(elsewhere, threadsUrl, token);
      expect(
        'blocked' in fetched ? 'blocked' : redact(fetched.text.slice(0, 200)),
        because('foreign-data', 'foreign.fetch', 'the browser keeps the answer from a foreign page'),
      ).toBe('blocked');
      const preflight = await http.send('api', pathOf(endpoints.threads.list), nobody.identity, {
        method: 'OPTIONS',
        detection: false,
        headers: {
          origin: foreign,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
      expect(
        preflight.status,
        because('http-status', 'foreign.preflight', 'the preflight of a foreign origin is turned down'),
      ).toBe(400);
      expect(
        preflight.headers['access-control-allow-origin'],
        because('foreign-data', 'foreign.preflight.allow', 'no foreign origin is allowed'),
      ).toBe(undefined);
    });
  },
);

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
