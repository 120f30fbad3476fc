import { randomUUID } from 'node:crypto';
import { MAX_CONTENT_CODE_POINTS } from '../../../src/contract/chat-messages.ts';
import { unlisted } from '../../../src/contract/unlisted.ts';
import { because } from '../../../src/evidence/failure.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import { deleteChat, writeChat } from '../../../fixtures/conversations.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import type { CallOptions } from '../../../fixtures/resources.ts';
import { madeOrUnknown, settle, standsOn } from '../../../fixtures/settle.ts';
import type { ClaimTools } from '../../../fixtures/stage.ts';
import { expect, test } from '../../../fixtures/test.ts';
import { delicate } from '../../../fixtures/texts.ts';
import type { User } from '../../../fixtures/user.ts';

const FRESH = { connection: 'fresh' } as const;
const AS_CUSTOMER = { detection: false } as const;

/** What a client may send and the server sets itself. */
const IGNORED = { id: randomUUID(), timestamp: '2001-01-01T00:00:00Z', user_id: 'somebody' };

/** Characters are code points: each of these is two units and four bytes. */
const longest = (marker: string): string => marker + '🚀'.repeat(MAX_CONTENT_CODE_POINTS - marker.length);

/** Two messages of A under one label: one that a careless store changes, and one of the greatest length. */
const writeTwo = async (tools: ClaimTools) => {
  const { alice } = tools;
  const label = newMarker();
  const metadata = { marker: newMarker(), float: 2.5, yes: true, none: null, nested: { list: [1, 'two', null] } };
  const [delicateText, longestText] = [` \t${delicate(label)}\r\n `, longest(newMarker())];
  const sent = { ...IGNORED, thread_id: label };
  const first = await writeChat('message.create', alice, tools, { ...sent, content: delicateText, metadata });
  const draft = { ...sent, content: longestText };
  const second = await writeChat('message.create.longest', alice, tools, draft, AS_CUSTOMER);
  return {
    label,
    written: [
      { message: first, fields: { content: delicateText, metadata }, options: FRESH },
      { message: second, fields: { content: longestText }, options: { ...FRESH, ...AS_CUSTOMER } },
    ],
  } as const;
};

const listOf = async ({ messages }: User, key: string, query: Record<string, string | number>) =>
  (await messages.list.response({ query })).ok(key);

/** Without a message that is there, a list shows nothing about those that were refused. */
const writeAndFind = async (tools: ClaimTools, draft: { content: string; thread_id: string }) => {
  const message = await writeChat('message.create', tools.alice, tools, draft);
  return (await tools.alice.messages.read.response(message)).ok('message.read');
};

const expectOnlyMine = async (alice: User, label: string) => {
  expect(
    (await listOf(alice, 'message.refused.list', { thread_id: label })).total_count,
    because('not-persisted', 'message.refused.list', 'only the message that was accepted is there'),
  ).toBe(1);
};

const attempts = (
  { messages }: Caller,
  message: { readonly id: string },
  draft: { content: string; thread_id: string },
  options: CallOptions = {},
) => [
  messages.create.response(draft, options),
  messages.read.response(message, options),
  messages.delete.response(message, options),
];

test(
  ...claim('P1-12', {
    given: writeTwo,
    parts: {
      'without a valid token nobody writes, reads or deletes one': async (tools) => {
        const { alice, nobody } = tools;
        const draft = { content: newMarker(), thread_id: newMarker() };
        const mine = await settle(writeAndFind(tools, draft));
        const message = madeOrUnknown(mine);
        const anonymous = [...attempts(nobody, message, draft), ...attempts(nobody, message, draft, AS_CUSTOMER)];
        for (const response of await Promise.all(anonymous)) expect(response).toBeNotAuthenticated('message.anonymous');
        for (const response of await Promise.all(attempts(await alice.forged(), message, draft)))
          expect(response).toBeBadToken('message.forged');
        standsOn(mine);
        await expectOnlyMine(alice, draft.thread_id);
      },

      'a message that is empty, too long or without label is refused, and not stored': async (tools) => {
        const { alice } = tools;
        const draft = { content: newMarker(), thread_id: newMarker() };
        const { messages } = alice;
        const [empty, tooLong, noLabel] = await Promise.all([
          messages.create.malformed({ ...draft, content: '' }),
          messages.create.malformed({ ...draft, content: 'x'.repeat(MAX_CONTENT_CODE_POINTS + 1) }),
          messages.create.malformed({ content: draft.content }),
        ]);
        expect(empty).toBeUnprocessable('message.empty');
        expect(tooLong).toBeUnprocessable('message.too-long');
        expect(noLabel).toBeUnprocessable('message.no-thread');
        standsOn(await settle(writeAndFind(tools, draft)));
        await expectOnlyMine(alice, draft.thread_id);
      },

      'a new message is mine and of now, with an id of its own': async (tools) => {
        const { written } = await writeTwo(tools);
        const messages = written.map(({ message }) => message);
        expect(
          messages.map(({ user_id, timestamp }) => ({ user_id, claimed: timestamp.startsWith('2001') })),
          because('http-body', 'message.create.owner', 'owner and time are set by the server, whatever the body says'),
        ).toEqual(messages.map(() => ({ user_id: tools.alice.id, claimed: false })));
        expect(
          new Set([IGNORED.id, ...messages.map(({ id }) => id)]).size,
          because('http-body', 'message.create.ids', 'each has an id of its own, made by the server'),
        ).toBe(3);
      },

      'every read returns it unchanged, on any connection': async ({ alice }, { label, written }) => {
        const reads = written.flatMap((one) =>
          [1, 2, 3, 4, 5].map(async () => ({
            ...one,
            response: await alice.messages.read.response(one.message, one.options),
          })),
        );
        for (const { message, fields, response } of await Promise.all(reads)) {
          expect(
            response.is('unknown'),
            because('not-persisted', 'message.read.found', 'the message is there on every request'),
          ).toBe(false);
          const { id, timestamp } = message;
          expect(
            response.ok('message.read'),
            because('not-persisted', 'message.read', 'every read shows what I wrote, character by character'),
          ).toMatchObject({ ...fields, id, timestamp, user_id: alice.id, thread_id: label });
        }
      },

      'the list has both, oldest first': async ({ alice }, { label, written }) => {
        const both = await listOf(alice, 'message.list', { thread_id: label });
        expect(
          both.messages.map(({ id }) => id),
          because('not-persisted', 'message.list', 'the list has both, oldest first'),
        ).toEqual(written.map(({ message }) => message.id));
        expect(
          { total: both.total_count, more: both.has_more },
          because('pagination', 'message.list.total', 'the total is two'),
        ).toEqual({ total: 2, more: false });
      },

      'a deleted message is gone, and the other one stays': async (tools) => {
        const { alice } = tools;
        const { label, written } = standsOn(await settle(writeTwo(tools)));
        const [first, second] = [written[0].message, written[1].message];
        const deleted = (await deleteChat(alice, first)).ok('message.delete');
        expect(deleted.message_id, because('http-body', 'message.delete', 'the response names the message')).toBe(
          first.id,
        );
        expect(await alice.messages.read.response(first)).toBeUnknown('message.deleted');
        const left = await listOf(alice, 'message.deleted.list', { thread_id: label });
        expect(
          left.messages.map(({ id }) => id),
          because('not-persisted', 'message.deleted.list', 'only the other one is listed'),
        ).toEqual([second.id]);
        expect(left.total_count, because('pagination', 'message.deleted.total', 'the total is one')).toBe(1);
        const whole = await listOf(alice, 'message.deleted.whole', { limit: 100 });
        expect(
          whole.messages.filter(({ thread_id }) => thread_id === label).map(({ id }) => id),
          because('not-persisted', 'message.deleted.whole', 'the list without label does not have it either'),
        ).toEqual([second.id]);
      },

      'the service card knows who asks': async ({ alice, bob, nobody }) => {
        for (const { messages, id } of [alice, bob])
          expect(
            (await messages.card.response()).ok('messages.card').authentication,
            because('auth-rejected', 'messages.card', 'the card knows who asks'),
          ).toMatchObject({ required: false, user_id: id, status: 'authenticated' });
        for (const { messages } of [nobody, await alice.forged()])
          expect(
            (await messages.card.response()).ok('messages.card.stranger').authentication,
            because('auth-accepted', 'messages.card.stranger', 'the card knows who is not signed in'),
          ).toMatchObject({ required: true, user_id: 'anonymous', status: 'anonymous' });
      },

      'the path of the card without slash redirects': async ({ alice, target, secondary }) => {
        const redirect = await alice.outside(unlisted.cardWithoutSlash);
        const location = redirect.headers['location'] ?? '';
        expect(redirect.status, because('http-status', 'messages.redirect', 'the path without slash redirects')).toBe(
          307,
        );
        const resolved = new URL(location, target.api);
        expect(
          resolved.pathname,
          because('http-body', 'messages.redirect.path', 'it redirects to the path with slash'),
        ).toMatch(/\/api\/messages\/$/);
        secondary('redirect-scheme', resolved.protocol === new URL(target.api).protocol, location);
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
