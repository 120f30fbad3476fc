/** Every form in which a test asserts what came back is found, under its key. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { inventory } from './inventory.ts';

const idsOf = (root: string, body: string): string[] => {
  const folder = join(root, 'tests/p1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'one.spec.ts'), `test('P1-01 one', async ({ alice }) => {\n${body}\n});\n`);
  return inventory(root).map(({ id }) => id);
};

for (const [form, source, id] of [
  ['a body of the endpoint', "(await alice.threads.create.response({ title })).ok('create');", 'create reply'],
  [
    'a body of another shape',
    "(await alice.mcp.server.response({ name })).ok('server', unknownServer);",
    'server reply',
  ],
  ['another status', "reply.body('late', 504, envelope);", 'late reply'],
  ['an event stream', "await alice.agents.stream.open('stream', { message });", 'stream client'],
  ['an event stream without a body', "await alice.events.stream.open('events');", 'events client'],
  ['a call that has to succeed', 'await alice.threads.create({ title });', 'threads.create client'],
  ['one without a body', 'await alice.mcp.servers();', 'mcp.servers client'],
] as const)
  test(`${form} - an assertion`, ({}, info) => {
    expect(idsOf(info.outputPath(), source)).toEqual([`P1-01 ${id}`]);
  });

for (const [form, source] of [
  ['a response that nobody has looked at', 'await alice.threads.create.response({ title });'],
  ['a malformed body', 'await alice.agents.stream.malformed({});'],
] as const)
  test(`${form} - no assertion`, ({}, info) => {
    expect(idsOf(info.outputPath(), source)).toEqual([]);
  });
