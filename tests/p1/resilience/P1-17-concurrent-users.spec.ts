import { CONCURRENT_USERS } from '../../../src/contract/catalogue.ts';
import { because } from '../../../src/evidence/failure.ts';
import { claim } from '../../../fixtures/claim.ts';
import type { Cleanup } from '../../../fixtures/cleanup.ts';
import { everyOne, isBottleneck, isLate, loadText, ownFault, type ClientLoad } from '../../../fixtures/client-load.ts';
import { UnverifiedError } from '../../../fixtures/part.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { settle, unwrap } from '../../../fixtures/settle.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const FRESH = { connection: 'fresh' } as const;
const LOGINS_AT_ONCE = 8;

const createAndList = async (user: User, title: string, cleanup: Cleanup) => {
  const created = await user.threads.create.response({ title });
  const own = created.ok('thread.create');
  cleanup.add(`archive ${own.id}`, () => user.threads.archive.response(own), { independent: true });
  const list = await user.threads.list.response();
  return { user, title, id: own.id, list, replies: [created, list] };
};

const writeAndRead = async (user: User, label: string, cleanup: Cleanup) => {
  const content = newMarker();
  const posted = await user.messages.create.response({ content, thread_id: label });
  const { message } = posted.ok('message.create');
  const remove = () => user.messages.delete.response(message);
  cleanup.add(`delete message ${message.id}`, remove, { independent: true });
  const read = await user.messages.read.response(message);
  return { user, content, message, read, replies: [posted, read] };
};

const readServers = async (user: User) => {
  const servers = await user.mcp.servers.response();
  return { user, servers, replies: [servers] };
};

/** What one person does, step by step. A failed step does not stop the others: each is judged by a part of its own. */
const work = async (user: User, cleanup: Cleanup) => {
  const title = newMarker();
  const conversation = await settle(createAndList(user, title, cleanup));
  const message = await settle(writeAndRead(user, title, cleanup));
  return { conversation, message, servers: await settle(readServers(user)) };
};

const logIn = async (count: number, login: (role: string) => Promise<User>): Promise<User[]> => {
  const users: User[] = [];
  while (users.length < count) {
    const roles = Array.from({ length: Math.min(LOGINS_AT_ONCE, count - users.length) }, (_, index) => index);
    users.push(...(await Promise.all(roles.map((index) => login(`u${users.length + index}-`)))));
  }
  return users;
};

const fiveTimes = <Result>(send: () => Promise<Result>) => Promise.allSettled(Array.from({ length: 5 }, () => send()));

interface Burst {
  readonly load: ClientLoad;
  readonly allowedMs: number;
}

/** What came, of everybody; a failure that may be this process's own ends the part without a verdict. */
const outcomes = async <Outcome>(
  { load, allowedMs }: Burst,
  settled: readonly PromiseSettledResult<Outcome>[],
): Promise<readonly Outcome[]> => {
  const done = await settle(everyOne(settled.map((outcome) => Promise.resolve().then(() => unwrap(outcome)))));
  const ours = done.status === 'rejected' ? ownFault(done.reason, load, allowedMs) : undefined;
  if (ours !== undefined) throw new UnverifiedError(ours);
  return unwrap(done);
};

test(
  ...claim('P1-17', {
    given: async ({ ownUsers, nobody, environment, http, cleanup, column, moreTime, underLoad }) => {
      const { concurrentUsers: count } = environment;
      moreTime(Math.max(0, count - CONCURRENT_USERS) * column({ remote: 1_000, standin: 100 }));
      const users = await logIn(count, (role) => ownUsers.user(role));
      await http.reserve('outside', 5);
      const allowedMs = nobody.deadlines.http;
      const { result, load } = await underLoad(allowedMs, () =>
        Promise.all([
          Promise.all(users.map((user) => work(user, cleanup))),
          fiveTimes(() => nobody.health.read.response(FRESH)),
          fiveTimes(() => nobody.threads.list.response(FRESH)),
        ]),
      );
      const [people, checks, refusals] = result;
      return { people, checks, refusals, load, allowedMs };
    },
    parts: {
      'rejects a missing token meanwhile': async ({ nobody }, { refusals, ...burst }) => {
        const again = await nobody.threads.list.response();
        for (const refusal of [...(await outcomes(burst, refusals)), again])
          expect(refusal).toBeNotAuthenticated('burst.anonymous');
      },

      'everybody lists their own conversation, and no other': async (_tools, { people, ...burst }) => {
        const done = await outcomes(
          burst,
          people.map(({ conversation }) => conversation),
        );
        const again = await Promise.all(
          done.slice(0, 1).map(async (own) => ({ ...own, list: await own.user.threads.list.response() })),
        );
        const titles = done.map(({ title }) => title);
        for (const { user, title, list } of [...done, ...again]) {
          list.ok('thread.list');
          const seen = titles.filter((other) => list.text.includes(other));
          const whose = `the list of ${user.identity.label} has the own conversation and no other`;
          expect(seen, because('foreign-data', 'thread.list', whose)).toEqual([title]);
        }
        expect(
          new Set(done.map(({ id }) => id)).size,
          because('foreign-data', 'thread.ids', 'all conversations have different ids'),
        ).toBe(done.length);
      },

      'everybody reads their own message, as it was written': async (_tools, { people, ...burst }) => {
        const done = await outcomes(
          burst,
          people.map(({ message }) => message),
        );
        const again = await Promise.all(
          done.slice(0, 1).map(async (own) => ({ ...own, read: await own.user.messages.read.response(own.message) })),
        );
        for (const { user, content, message, read } of [...done, ...again]) {
          const expected = { content, user_id: user.id };
          expect(message, because('not-persisted', 'message.create', 'the message is stored as mine')).toMatchObject(
            expected,
          );
          expect(
            read.is('unknown'),
            because('not-persisted', 'message.read.found', 'the message that was created is there'),
          ).toBe(false);
          expect(
            read.ok('message.read'),
            because('not-persisted', 'message.read', 'the message is read as written'),
          ).toMatchObject(expected);
        }
        expect(
          new Set(done.map(({ message }) => message.id)).size,
          because('foreign-data', 'message.ids', 'all messages have different ids'),
        ).toBe(done.length);
      },

      'everybody can list the tool servers': async (_tools, { people, ...burst }) => {
        const done = await outcomes(
          burst,
          people.map(({ servers }) => servers),
        );
        const again = await Promise.all(done.slice(0, 1).map(({ user }) => readServers(user)));
        for (const { servers } of [...done, ...again]) servers.ok('mcp.servers');
      },

      'health is told meanwhile': async ({ nobody }, { checks, ...burst }) => {
        const again = await nobody.health.read.response(FRESH);
        for (const check of [...(await outcomes(burst, checks)), again]) check.ok('health');
      },

      'everybody is answered in time': async (tools, { people, load, allowedMs }) => {
        const { nobody, secondary, note, column } = tools;
        const count = tools.people();
        const again = await nobody.health.read.response(FRESH);
        const settled = people.flatMap((person) => Object.values(person));
        const times = settled.flatMap((outcome) => {
          if (outcome.status === 'fulfilled') return outcome.value.replies.map(({ ms }) => ms);
          return isLate(outcome.reason) ? [allowedMs] : [];
        });
        const slowest = Math.max(again.ms, ...times);
        const allowed = column({ remote: 5_000, standin: 1_000 });
        const ours = slowest > allowed && isBottleneck(load, allowed);
        const seen = `slowest answer ${Math.round(slowest)} ms; ${loadText(load)}`;
        secondary('slow-request', slowest <= allowed || ours, seen);
        note('load', ours || count > CONCURRENT_USERS ? seen : undefined);
      },
    },
  }),
);
