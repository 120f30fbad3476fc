import { pathOf } from '../../../src/contract/endpoint.ts';
import { endpoints } from '../../../src/contract/endpoints.ts';
import { threadList } from '../../../src/contract/threads.ts';
import { because } from '../../../src/evidence/failure.ts';
import { redact } from '../../../src/evidence/redaction.ts';
import { runOf } from '../../../fixtures/agent-run.ts';
import { browserClaim } from '../../../fixtures/claim.ts';
import { isLoopback } from '../../../fixtures/environment.ts';
import { PageSocketFactory } from '../../../fixtures/page-socket.ts';
import { fetchInPage, type PageAnswer } from '../../../fixtures/pages.ts';
import { newMarker, sumPrompt } from '../../../fixtures/probes.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { retargeted } from '../../../fixtures/tokens.ts';

// Playwright's own recordings would hold the tokens of the pages; traces are masked and attached by the fixture.
test.use({ trace: 'off', screenshot: 'off', video: 'off' });

/** An origin that the platform has never heard of. */
const foreignOrigin = (api: string): string =>
  isLoopback(new URL(api).hostname) ? 'http://localhost:3999' : 'https://gp-foreign.example';

const threadsUrl = (api: string): string => new URL(pathOf(endpoints.threads.list), api).href;

const bodyOf = (answer: PageAnswer): unknown => ('text' in answer ? JSON.parse(answer.text) : undefined);

/** What a browser says when it keeps a page from the platform. */
const BLOCKED = /CORS policy|mixed content|insecure/i;
const expectNothingBlocked = (problems: readonly string[]) => {
  expect(
    problems.filter((problem) => BLOCKED.test(problem)),
    because('http-status', 'page.console', 'the browser blocks nothing of the app'),
  ).toEqual([]);
};

test(
  ...browserClaim('P2-04', {
    given: async ({ pages, target }) => {
      const { page, problems } = await pages.blank('app', new URL(target.frontend).origin);
      return { opener: (await PageSocketFactory.of(page)).open, problems };
    },
    parts: {
      'rejects a forged token': async ({ alice, socketsOf }, { opener }) => {
        const { identity } = await alice.forged();
        await socketsOf(opener).expectRefused('page.forged', { identity }, 'VALIDATION_FAILED');
      },

      'rejects an expired token': async ({ alice, environment, socketsOf }, { opener }) => {
        const past = Math.floor(Date.now() / 1_000) - 60;
        const times = { iat: past - 900, exp: past };
        const expired = await retargeted(alice.session.accessToken, times, environment.jwtSecret);
        const { identity } = alice.presenting('expired', expired);
        await socketsOf(opener).expectRefused('page.expired', { identity }, 'VALIDATION_FAILED');
      },

      'rejects a missing token': async ({ nobody, socketsOf }, { opener }) => {
        await socketsOf(opener).expectRefused('page.none', { identity: nobody.identity }, 'NO_TOKEN');
      },

      'a page of another origin cannot read my data': async ({ alice, nobody, http, pages, target }) => {
        const foreign = foreignOrigin(target.api);
        const { page } = await pages.blank('foreign', foreign);
        const fetched = await fetchInPage(page, threadsUrl(target.api), alice.session.accessToken);
        expect(
          'blocked' in fetched ? 'blocked' : redact(fetched.text.slice(0, 200)),
          because('foreign-data', 'foreign.fetch', 'the browser keeps the response from a foreign page'),
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
          preflight.headers['access-control-allow-origin'],
          because('foreign-data', 'foreign.preflight.allow', 'no foreign origin is allowed'),
        ).toBe(undefined);
        expect(
          preflight.status,
          because('http-status', 'foreign.preflight', 'the preflight of a foreign origin is refused'),
        ).toBe(400);
      },

      'connects with the token as subprotocol, and closes cleanly': async (tools, { opener, problems }) => {
        const sockets = tools.socketsOf(opener);
        const { socket } = await sockets.connect('page.connect', { identity: tools.alice.socketIdentity });
        expect(
          socket.trace.selected,
          because('ws-subprotocol', 'page.subprotocol', 'the page is told that jwt-auth was selected'),
        ).toBe('jwt-auth');
        await socket.ping('page.ping');
        const close = await socket.close('page.close');
        expect(close, because('ws-closed-late', 'page.close', "the page's close is answered")).toMatchObject({
          code: 1000,
          wasClean: true,
        });
        expectNothingBlocked(problems);
      },

      'answers a question asked on the page': async ({ alice, socketsOf, cleanup, secondary }, { opener }) => {
        const { socket } = await socketsOf(opener).connect('page.connect', { identity: alice.socketIdentity });
        const probe = sumPrompt();
        const messageId = newMarker();
        await socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
        const run = await runOf(socket, 'page.run', messageId);
        cleanup.add(`archive ${run.threadId}`, () => alice.threads.archive.response({ id: run.threadId }));
        expect(run.answer).toAnswer('page.run.answer', probe);
        secondary('slow-first-event', run.firstEventMs <= 5_000, `${Math.round(run.firstEventMs)} ms`);
      },

      'reads my conversations with fetch': async ({ alice, pages, target }) => {
        const { page, problems } = await pages.blank('fetch', new URL(target.frontend).origin);
        const fetched = await fetchInPage(page, threadsUrl(target.api), alice.session.accessToken);
        expect(
          fetched,
          because('http-status', 'page.fetch', 'the page may read its response: CORS lets it'),
        ).toMatchObject({ status: 200 });
        expect(
          threadList.safeParse(bodyOf(fetched)).error,
          because('http-body', 'page.fetch.shape', 'the page reads a list of conversations'),
        ).toBe(undefined);
        expectNothingBlocked(problems);
      },
    },
  }),
);
