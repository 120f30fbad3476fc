import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints } from '../../../src/contract/endpoints.ts';
import { chatMessageCreated } from '../../../src/contract/chat-messages.ts';
import { isWithinWindow, retryAfterOf, type RetryAfter } from '../../../src/contract/http.ts';
import { LIMITS } from '../../../src/contract/limits.ts';
import { because, ClassifiedError } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import type { Cleanup } from '../../../fixtures/cleanup.ts';
import { NotApplicableError, UnverifiedError } from '../../../fixtures/part.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { parseBody, type Reply } from '../../../fixtures/reply.ts';
import { settle, unwrap } from '../../../fixtures/settle.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const BATCH = 10;
/** Sent where the route promises no limit. */
const UNLIMITED_COUNT = 130;
/** Seconds that an ordinary client waits before each further try where no Retry-After tells: together the window of a minute. */
const BACKOFF = [1, 2, 4, 8, 16, 29];

type Posted = Reply<typeof chatMessageCreated>;

interface Flood {
  /** The route promises a limit. */
  readonly advertised: boolean;
  readonly accepted: readonly Posted[];
  readonly refused: readonly Posted[];
  /** Neither accepted nor refused. */
  readonly failed: readonly Posted[];
  readonly seconds: number;
}

/** Messages of a user under a label of their own. */
class Author {
  readonly user: User;
  readonly #label = newMarker();
  readonly #cleanup: Cleanup;

  constructor(user: User, cleanup: Cleanup) {
    this.user = user;
    this.#cleanup = cleanup;
  }

  async post(): Promise<Posted> {
    const reply = await this.user.messages.create.response({ content: newMarker(), thread_id: this.#label });
    const created = parseBody(reply.answer, chatMessageCreated);
    if (reply.status === 200 && 'value' in created) {
      const { id } = created.value.message;
      const remove = () => this.user.messages.delete.response({ id });
      this.#cleanup.add(`delete message ${id}`, remove, { independent: true });
    }
    return reply;
  }

  read() {
    return this.user.messages.list.response({ query: { thread_id: this.#label, limit: 1 } });
  }
}

const advertises = (reply: Reply): boolean => reply.headers['x-ratelimit-limit'] !== undefined;
/** The most that a bucket of 100, refilled at 100 per minute, can accept in so many seconds. */
const mostAccepted = (seconds: number): number =>
  LIMITS.messagesPerMinute + Math.ceil((seconds * LIMITS.messagesPerMinute) / 60) + 1;

/** Posts in batches until the first that is not accepted, or until more were than the limit allows, or 130 where there is none. */
const flood = async (author: Author): Promise<Flood> => {
  const begun = performance.now();
  const [accepted, refused, failed]: [Posted[], Posted[], Posted[]] = [[], [], []];
  for (;;) {
    const replies = await Promise.all(Array.from({ length: BATCH }, () => author.post()));
    for (const reply of replies) {
      if (reply.is('rateLimited')) refused.push(reply);
      else (reply.status === 200 ? accepted : failed).push(reply);
    }
    const seconds = (performance.now() - begun) / 1_000;
    const advertised = accepted.some(advertises);
    const over = advertised ? accepted.length > mostAccepted(seconds) : accepted.length >= UNLIMITED_COUNT;
    if (refused.length > 0 || failed.length > 0 || over) return { advertised, accepted, refused, failed, seconds };
  }
};

const refusalsOf = ({ advertised, refused }: Flood): readonly Posted[] => {
  if (!advertised) throw new NotApplicableError('no limit is advertised for POST /api/chat/messages');
  if (refused.length === 0) throw new UnverifiedError('no message was refused');
  return refused;
};

const toldWait = (reply: Reply): RetryAfter | undefined => {
  const told = retryAfterOf(reply.headers, reply.endedAt);
  return told !== undefined && isWithinWindow(told) ? told : undefined;
};

/** Milliseconds to wait before each try: as long as the refusals ask for, and where they do not say, with backoff. */
const waitsAfter = (refusals: readonly Reply[]): readonly number[] => {
  const told = refusals.map(toldWait).filter((wait) => wait !== undefined);
  return told.length < refusals.length
    ? BACKOFF.map((seconds) => seconds * 1_000)
    : [Math.max(...told.map(({ waitMs }) => waitMs))];
};

/** The last response: the first that is not refused, if there is one. */
const postAfter = async ([wait = 0, ...later]: readonly number[], author: Author): Promise<Posted> => {
  await sleep(wait);
  const reply = await author.post();
  return reply.is('rateLimited') && later.length > 0 ? postAfter(later, author) : reply;
};

test(
  ...claim('P1-18', {
    given: async ({ ownUsers, nobody, cleanup }) => {
      const [user, other] = await Promise.all([ownUsers.user('u'), ownUsers.user('v')]);
      const author = new Author(user, cleanup);
      const flooded = await flood(author);
      const [posted, listed, threads, alive] = await Promise.all([
        settle(new Author(other, cleanup).post()),
        settle(author.read()),
        settle(user.threads.list.response()),
        settle(nobody.health.read.response()),
      ]);
      return { user, other, author, flooded, meanwhile: { posted, listed, threads, alive } };
    },
    parts: {
      'another user can post meanwhile': async ({ cleanup }, { other, meanwhile }) => {
        unwrap(meanwhile.posted).ok('others.post');
        (await new Author(other, cleanup).post()).ok('others.post');
      },

      'reads and /health are served meanwhile': async ({ nobody }, { meanwhile }) => {
        unwrap(meanwhile.listed).ok('others.read');
        unwrap(meanwhile.threads).ok('others.threads');
        unwrap(meanwhile.alive).ok('others.health');
        (await nobody.health.read.response()).ok('others.health');
      },

      'exactly what was accepted is stored': async (_tools, { author, flooded }) => {
        expect(
          (await author.read()).ok('flood.total').total_count,
          because('not-persisted', 'flood.total', 'exactly what was accepted is stored'),
        ).toBe(flooded.accepted.length);
      },

      'a refusal is the documented 429': async (_tools, { author, flooded }) => {
        for (const reply of refusalsOf(flooded)) expect(reply).toBeRateLimited('limit.refused');
        (await author.read()).ok('others.read');
      },

      'a refusal tells how long to wait': async (_tools, { author, flooded }) => {
        const silent = refusalsOf(flooded).find((reply) => toldWait(reply) === undefined);
        if (silent !== undefined)
          throw new ClassifiedError(
            'limit',
            'limit.retry-after',
            `the refusal has Retry-After ${silent.headers['retry-after'] ?? 'missing'}, expected whole seconds from 1 to 60, or a date within them`,
          );
        (await author.read()).ok('others.read');
      },

      'a hundred messages a minute are accepted, and no more': async (_tools, { author, flooded }) => {
        const { advertised, accepted, refused, failed, seconds } = flooded;
        for (const reply of [...accepted, ...failed]) reply.ok('flood.accepted');
        const [least, most] = advertised ? [LIMITS.messagesPerMinute, mostAccepted(seconds)] : [0, Infinity];
        expect(
          accepted.length,
          because('limit', 'limit.early', 'the first hundred are accepted'),
        ).toBeGreaterThanOrEqual(least);
        const seen = `${accepted.length} were accepted and ${refused.length} refused in ${seconds.toFixed(1)} s`;
        expect(
          accepted.length,
          because('limit', 'limit.enforced', `${seen}, at most ${most} may be accepted`),
        ).toBeLessThanOrEqual(most);
        (await author.read()).ok('others.read');
      },

      'each accepted message states the limit and what remains': async ({ cleanup, secondary }, { other, flooded }) => {
        const accepted = [...flooded.accepted, await new Author(other, cleanup).post()];
        const limited = accepted.filter(advertises);
        if (limited.length > 0 && limited.length < accepted.length)
          throw new ClassifiedError(
            'limit',
            'flood.headers',
            `${limited.length} of ${accepted.length} accepted messages carry X-RateLimit-Limit: all or none must`,
          );
        for (const { headers } of limited) {
          expect(
            headers['x-ratelimit-limit'],
            because('limit', 'limit.advertised', 'the limit is the advertised one'),
          ).toBe(String(LIMITS.messagesPerMinute));
          expect(
            headers['x-ratelimit-remaining'],
            because('limit', 'limit.remaining', 'what remains is a whole number'),
          ).toMatch(/^\d+$/);
        }
        secondary('http-limit', limited.length > 0, 'not advertised');
      },

      'the configuration of sockets advertises the same limit': async ({ nobody, promised }) => {
        const { limits } = (await nobody.sockets.config.response()).ok('ws.config').websocket;
        expect(limits, because('http-body', 'ws.config.rate', '100 per minute are advertised')).toMatchObject(
          promised.of(endpoints.sockets.config, limits, { max_message_rate_per_minute: LIMITS.messagesPerMinute }),
        );
      },

      'after the wait I am served again': async ({ cleanup, moreTime }, { user, flooded }) => {
        const waits = waitsAfter(refusalsOf(flooded));
        moreTime(waits.reduce((sum, wait) => sum + wait, 0));
        (await postAfter(waits, new Author(user, cleanup))).ok('limit.recovered');
      },
    },
  }),
);
