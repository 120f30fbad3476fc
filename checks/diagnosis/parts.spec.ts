/** Failed parts of one test as units of their own: each by its own wire, and nothing of the run counted twice. */
import { expect, test } from '@playwright/test';
import { diagnose } from '../../src/diagnosis/classify.ts';
import type { DiagnosedTest } from '../../src/diagnosis/input.ts';
import { sceneOf } from '../../src/diagnosis/scene.ts';
import type { FailureClass } from '../../src/evidence/failure.ts';
import type { Exchange, TestEvidence } from '../../src/evidence/trace.ts';
import { failedTest, http, run } from './wire.ts';

const ID = 'P1-13';
const of = (part: string | null, exchange: Exchange, id: number): Exchange => ({
  ...exchange,
  id,
  part,
  startedAt: exchange.startedAt + id,
});
const thread = { id: 'thread_1_3a87d26c', metadata: { status: 'active' } };

const EXCHANGES = [
  of(null, http('GET /api/users/settings', 200), 1),
  of('given', http('POST /api/threads', 200, { body: thread }), 2),
  of('crashes', http('GET /api/threads', 500, { body: 'Internal Server Error', type: 'text/plain' }), 3),
  of('is lost', http('DELETE /api/threads/thread_1_3a87d26c', 200, { body: thread }), 4),
  of('is lost', http('GET /api/threads/thread_1_3a87d26c', 200, { body: thread }), 5),
  of('works', http('GET /api/threads/thread_1_3a87d26c', 200, { body: thread }), 6),
];
const evidence: TestEvidence = {
  version: 1,
  test: ID,
  attempt: 0,
  startedAt: EXCHANGES[0]?.startedAt ?? 0,
  exchanges: EXCHANGES,
  sockets: [],
  eventLoopLagMs: 5,
};
const part = (name: string, failureClass: FailureClass, key: string): DiagnosedTest => {
  const [attempt] = failedTest(ID, { class: failureClass, key }).attempts;
  return { id: ID, part: name, result: 'failed', attempts: attempt === undefined ? [] : [{ ...attempt, evidence }] };
};
const parts = [
  part('crashes', 'http-status', 'thread.list'),
  part('is lost', 'not-persisted', 'thread.archive.reread'),
];
const healthy = run({});
const input = { ...healthy, tests: [...healthy.tests.filter(({ id }) => id !== ID), ...parts] };

test('two failed parts with two causes - each by its own exchanges', () => {
  const { groups } = diagnose(input);
  expect(
    groups
      .map(({ cause, tests, parts: own }) => ({ cause, tests, own }))
      .toSorted((a, b) => (a.cause < b.cause ? -1 : 1)),
  ).toEqual([
    { cause: 'app-5xx', tests: [ID], own: [{ test: ID, part: 'crashes' }] },
    { cause: 'persistence-lost', tests: [ID], own: [{ test: ID, part: 'is lost' }] },
  ]);
});

test('one failed test as a whole - one cause hides the other', () => {
  const whole = parts.map(({ attempts }) => attempts[0]?.failures ?? []).flat();
  const { groups } = diagnose({
    ...healthy,
    tests: [{ id: ID, result: 'failed', attempts: [{ attempt: 0, failures: whole, evidence }] }],
  });
  expect(groups.map(({ parts: own }) => own)).toEqual([[{ test: ID, part: null }]]);
});

test('what both parts stand on and what a verified part did - in the scene, once', () => {
  const { exchanges, red } = sceneOf(input);
  expect(exchanges.map(({ x }) => x.id)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(red.map((attempt) => attempt.exchanges.map(({ x }) => x.id))).toEqual([
    [1, 2, 3],
    [1, 2, 4, 5],
  ]);
  expect(new Set(red.flatMap((attempt) => attempt.exchanges.map(({ source }) => source.split(' ')[0])))).toEqual(
    new Set([ID]),
  );
});
