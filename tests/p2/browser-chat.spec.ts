import { threadList } from '../../contract/threads.ts';
import { because } from '../../evidence/failure.ts';
import { runOf } from '../../fixtures/agent-run.ts';
import { isLoopback } from '../../fixtures/environment.ts';
import { PageSocketFactory } from '../../fixtures/page-socket.ts';
import { fetchInPage, type PageAnswer } from '../../fixtures/pages.ts';
import { newMarker, sumPrompt } from '../../fixtures/probes.ts';
import { redact } from '../../fixtures/redaction.ts';
import { retargeted } from '../../fixtures/tokens.ts';
import { expect, test } from '../../fixtures/test.ts';

// Playwright's own trace would hold the tokens of the pages; theirs are masked and attached by the fixture.
test.use({ trace: 'off' });

/** An origin that the platform has never heard of. */
const foreignOrigin = (api: string): string =>
  isLoopback(new URL(api).hostname) ? 'http://localhost:3999' : 'https://gp-foreign.example';

const bodyOf = (answer: PageAnswer): unknown => ('text' in answer ? JSON.parse(answer.text) : undefined);

/** What a browser says when it keeps a page from the platform. */
const BLOCKED = /CORS policy|mixed content|insecure/i;

test(
  'P2-04 I open the chat in a browser - the page connects with my token, gets its answer, and nobody else gets in',
  { tag: ['@p2', '@browser-chat', '@ws', '@http'] },
  async ({ alice, nobody, pages, socketsOf, target, environment, cleanup, secondary }) => {
    const { page, problems } = await pages.blank('app', new URL(target.frontend).origin);
    const sockets = socketsOf((await PageSocketFactory.of(page)).open);
    const threadsUrl = new URL('/api/threads', target.api).href;
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
      socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
      const run = await runOf(socket, 'page.run', messageId);
      cleanup.add(`archive ${run.threadId}`, () => alice.api.delete(`/api/threads/${run.threadId}`));
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
      const preflight = await nobody.api.send('/api/threads', {
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
