/** Tests that fail in every way, each with a token in what it fails on: they are run by secrets.spec.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ClassifiedError } from '../../../src/evidence/failure.ts';
import { expect, test } from '../../../fixtures/test.ts';

test('a value of another text', async ({ alice }) => {
  const { text } = await alice.own.profile.response();
  expect(`${text} ${alice.session.accessToken}`).toBe('');
});
test('an object of another shape', async ({ alice }) => {
  await alice.own.profile.response();
  expect({ session: { list: [alice.session.accessToken] } }).toMatchObject({ session: { list: [] } });
});
test('two tokens that differ', async ({ alice }) => {
  await alice.own.profile.response();
  expect.soft([alice.session.refreshToken]).toEqual([alice.session.accessToken]);
  expect(() => {
    throw new Error(alice.session.accessToken);
  }).not.toThrow();
});
test('a message with the token', async ({ alice }) => {
  await alice.own.profile.response();
  expect(1, `as ${alice.session.accessToken}`).toBe(2);
});
test('a poll that never holds', async ({ alice }) => {
  await alice.own.profile.response();
  await expect.poll(() => alice.session.accessToken, { timeout: 300 }).toBe('');
});
test('a rejection', async ({ alice }) => {
  await alice.own.profile.response();
  await expect(Promise.reject<number>(new Error(alice.session.accessToken))).resolves.toBe(1);
});
test('an error with the token and a cause', async ({ alice }) => {
  await test.step('inside a step', () => {
    throw new ClassifiedError('unknown', 'case.cause', `as ${alice.session.accessToken}`, {
      cause: new Error(`because of ${alice.session.accessToken}`, { cause: new Error(alice.session.accessToken) }),
    });
  });
});
test('an answer that is no JSON of the shape', async ({ alice, environment }) => {
  const reply = await alice.threads.create.response({ title: environment.bypassKey ?? '' });
  reply.ok('case.shape', z.strictObject({ never: z.string() }));
});
test('a socket that says something else', async ({ alice, sockets }) => {
  const { socket } = await sockets.connect('case.socket', { identity: alice.socketIdentity, via: 'subprotocol' });
  await socket.send({ type: 'jsonrpc_request', jsonrpc: '2.0', id: 1, method: alice.session.accessToken });
  const frame = await socket.next(({ json }) => json?.['jsonrpc'] !== undefined, {
    within: 2_000,
    class: 'ws-mute',
    key: 'case.rpc',
    what: 'result',
  });
  socket.parse('case.rpc', frame, z.strictObject({ type: z.literal('pong') }));
});
test('a query that holds the token', async ({ alice, sockets }) => {
  const { socket } = await sockets.connect('case.query', { identity: alice.socketIdentity, via: 'query' });
  await socket.next(() => false, { within: 300, class: 'ws-mute', key: 'case.query', what: 'never' });
});
test('a test that runs out of time', async ({ alice }, info) => {
  info.setTimeout(1_500);
  await alice.own.profile.response();
  await test.step(`waiting`, () => sleep(60_000));
});
test('an error that nobody catches', async ({ alice }) => {
  await alice.own.profile.response();
  void Promise.reject(new Error(`uncaught ${alice.session.accessToken}`));
  await sleep(200);
});
test('a worker that dies', async ({ alice }) => {
  await alice.own.profile.response();
  process.kill(process.pid, 'SIGKILL');
});
test('an annotation, a secondary promise and a clean-up with the token', async ({
  alice,
  secondary,
  note,
  cleanup,
}) => {
  secondary('case', false, alice.session.accessToken);
  note('case', alice.session.accessToken);
  cleanup.add('case', () => Promise.reject(new Error(alice.session.accessToken)));
  await alice.own.profile.response();
  expect(1).toBe(2);
});
