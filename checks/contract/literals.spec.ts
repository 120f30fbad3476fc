/** What the contract knows stands in the contract alone: no paths, statuses of refusals or close reasons in tests, fixtures or diagnosis. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import ts from 'typescript';
import { RELEASES } from '../../src/contract/releases.ts';
import { EVICTED_REASON } from '../../src/contract/websocket.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const STATUSES = new Set(['401', '403', '404', '413', '422', '429']);
const PATH = /^\/(?:api|auth|health|ws|websocket)(?:\/\S*)?$/;
const REASONS = new Set([EVICTED_REASON, ...RELEASES.map(({ socket }) => socket.refusalReason)]);

/** Files that still hold some, each with its reason. They may lose them, never gain some. */
const ALLOWED: Readonly<Record<string, { readonly most: number; readonly why: string }>> = {
  'fixtures/http-client.ts': {
    most: 3,
    why: 'asks whether the edge has banned this runner, before any release is known',
  },
  'fixtures/probing.ts': { most: 3, why: 'probes of paths of sockets, which are no endpoints of the table' },
};

/** Every literal of a source that the contract should hold. */
const literalsIn = (source: string): string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isNumericLiteral(node) && STATUSES.has(node.text)) found.push(node.text);
    if (ts.isStringLiteralLike(node) && (PATH.test(node.text) || REASONS.has(node.text))) found.push(node.text);
    if (ts.isTemplateExpression(node) && PATH.test(node.head.text)) found.push(`${node.head.text}...`);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('one.ts', source, ts.ScriptTarget.Latest, true));
  return found;
};

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

for (const [what, source, expected] of [
  ['a status', 'expect(reply).toBeEnvelope(key, 403);', ['403']],
  ['a path', "await alice.get('/api/threads');", ['/api/threads']],
  ['a path with an id', 'await alice.get(`/api/threads/${id}`);', ['/api/threads/...']],
  ['a close reason', `x.reason === '${EVICTED_REASON}'`, [EVICTED_REASON]],
  ['none of these', "const url = pathOf(endpoints.threads.list); const n = 4_000; import('./api.ts');", []],
] as const)
  test(`${what} - found in the syntax tree`, () => {
    expect(literalsIn(source)).toEqual(expected);
  });

const foundIn = (folder: string) =>
  filesIn(folder).map((file) => ({ file, literals: literalsIn(readFileSync(join(ROOT, file), 'utf8')) }));

for (const folder of ['tests', 'fixtures'])
  test(`${folder} - the contract's knowledge stands in src/contract`, () => {
    for (const { file, literals } of foundIn(folder)) {
      const { most, why } = ALLOWED[file] ?? { most: 0, why: 'name it in src/contract' };
      expect.soft(literals.length, `${file}: ${literals.join(', ')}; ${why}`).toBeLessThanOrEqual(most);
    }
  });

/** Rules that read statuses and URLs: each that reads a fact instead takes some away. */
const LEFT_IN_DIAGNOSIS = 103;

test('src/diagnosis - no more of it than there was', () => {
  const literals = foundIn('src/diagnosis').flatMap((one) => one.literals);
  expect(literals.length).toBeLessThanOrEqual(LEFT_IN_DIAGNOSIS);
});
