/** Every assertion of the P1 tests, found in their syntax trees. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ENDPOINTS } from '../../../src/contract/endpoints.ts';

export type SiteKind = 'expect' | 'reply' | 'client' | 'helper' | 'secondary' | 'throw';

export interface Site {
  readonly number: number;
  /** Its name in the table of defects: tests, function if it stands in one, key and kind; `#2` = the second such one. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly kind: SiteKind;
  /** Its stable name as a pattern; `*` where it is put together at run time. */
  readonly key: string;
  readonly text: string;
  /** Tests that reach it. */
  readonly tests: readonly string[];
  readonly start: number;
  readonly end: number;
  /** End of the receiver of a `reply` site, which is evaluated outside. */
  readonly receiverEnd: number;
  /** What `parse` is given, in the words of the test. */
  readonly frame: string | undefined;
  readonly hasAwait: boolean;
}

const REPLY = new Set(['ok', 'body', 'refused']);
/** Waits and checks of the clients that fail by a key. */
const CLIENT = new Set([
  'expectRefused',
  'expectUpgradeRefused',
  'connect',
  'ping',
  'signOfLife',
  'next',
  'nextPong',
  'parse',
  'close',
  'open',
]);
const LEAST_ARGUMENTS: Readonly<Record<string, number>> = { connect: 2, next: 2, parse: 3 };
const HELPER = /^(?:expect[A-Z]\w*|runOf|knownFrames|framesOf)$/;

const calleeName = (call: ts.CallExpression): string | undefined =>
  ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : undefined;

const OPERATIONS = new Set(ENDPOINTS.map(({ id }) => id));

/** `alice.threads.create(...)` fails by the endpoint's id. */
const operationOf = ({ expression: callee }: ts.CallExpression): string | undefined => {
  if (!ts.isPropertyAccessExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return undefined;
  const id = `${callee.expression.name.text}.${callee.name.text}`;
  return OPERATIONS.has(id) ? id : undefined;
};

/** The `expect(...)` at the bottom of `expect(...).not.toBe(...)`. */
const isExpectChain = (call: ts.CallExpression): boolean => {
  let at: ts.Expression = call.expression;
  if (!ts.isPropertyAccessExpression(at)) return false;
  while (ts.isPropertyAccessExpression(at)) at = at.expression;
  return ts.isCallExpression(at) && ts.isIdentifier(at.expression) && at.expression.text === 'expect';
};

const importedFrom = (file: ts.SourceFile, folder: string): Set<string> => {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!statement.moduleSpecifier.text.includes(folder) || bindings === undefined || !ts.isNamedImports(bindings))
      continue;
    for (const { name } of bindings.elements) names.add(name.text);
  }
  return names;
};

const kindOf = (call: ts.CallExpression, helpers: ReadonlySet<string>): SiteKind | undefined => {
  if (isExpectChain(call)) return 'expect';
  if (ts.isIdentifier(call.expression)) {
    const { text } = call.expression;
    if (text === 'secondary') return 'secondary';
    return HELPER.test(text) && helpers.has(text) ? 'helper' : undefined;
  }
  if (operationOf(call) !== undefined) return 'client';
  const name = calleeName(call) ?? '';
  if (REPLY.has(name) && call.arguments.length > 0) return 'reply';
  if (!CLIENT.has(name) || call.arguments.length === 0) return undefined;
  // Others of these names, such as `JSON.parse`, take no key.
  return call.arguments.length < (LEAST_ARGUMENTS[name] ?? 1) ? undefined : 'client';
};

/** `await settle(...)` looks at how something ended instead of failing by it. */
const isLookedAt = (call: ts.CallExpression): boolean =>
  ts.isCallExpression(call.parent) &&
  ts.isIdentifier(call.parent.expression) &&
  call.parent.expression.text === 'settle' &&
  call.parent.parent.kind === ts.SyntaxKind.AwaitExpression;

const isThrow = (node: ts.Node): node is ts.ThrowStatement & { expression: ts.NewExpression } =>
  ts.isThrowStatement(node) &&
  ts.isNewExpression(node.expression) &&
  ts.isIdentifier(node.expression.expression) &&
  node.expression.expression.text === 'ClassifiedError';

const patternOf = (node: ts.Expression | undefined): string =>
  node === undefined
    ? '*'
    : ts.isStringLiteralLike(node)
      ? node.text
      : ts.isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map((span) => `*${span.literal.text}`)].join('')
        : '*';

const findCall = (node: ts.Node, name: string): ts.CallExpression | undefined => {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name) return node;
  return ts.forEachChild(node, (child) => findCall(child, name));
};

/** Of `{ ...wait, key: 'x' }` or of a constant in the same function that spells it. */
const keyIn = (node: ts.Expression | undefined): string | undefined => {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  for (const property of node.properties)
    if (ts.isPropertyAssignment(property) && property.name.getText() === 'key') return patternOf(property.initializer);
  return undefined;
};

const keyOf = (call: ts.CallExpression, kind: SiteKind): string => {
  if (kind === 'client' && calleeName(call) === 'next') return keyIn(call.arguments[1]) ?? 'next';
  if (kind === 'expect') {
    const because = findCall(call, 'because');
    // Matchers of the suite (toAnswer, toBeEnvelope) take their key first.
    return patternOf(because === undefined ? call.arguments[0] : because.arguments[1]);
  }
  if (kind === 'helper') return patternOf(call.arguments.find((argument) => patternOf(argument) !== '*'));
  return operationOf(call) ?? patternOf(call.arguments[0]);
};

const isFunction = (node: ts.Node): boolean =>
  ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node);

const hasAwait = (node: ts.Node): boolean =>
  ts.forEachChild(node, (child) =>
    isFunction(child) ? undefined : ts.isAwaitExpression(child) || hasAwait(child) || undefined,
  ) ?? false;

const awaits = (node: ts.Node): boolean => ts.isAwaitExpression(node) || hasAwait(node);

/** The name of the nearest function that has one. */
const functionAround = (node: ts.Node): string[] => {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent)
    if (isFunction(at) && ts.isVariableDeclaration(at.parent)) return [at.parent.name.getText()];
  return [];
};

const idOfTest = (statement: ts.Statement): string | undefined => {
  if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return undefined;
  const [first] = statement.expression.arguments;
  // `test(...claim('P1-13', {...}))`, or the title itself.
  const declared = first !== undefined && ts.isSpreadElement(first) ? first.expression : undefined;
  const named = declared !== undefined && ts.isCallExpression(declared) ? declared.arguments[0] : first;
  return named === undefined ? undefined : /^P1-\d\d/.exec(patternOf(named))?.[0];
};

const identifiersIn = (node: ts.Node, into = new Set<string>()): Set<string> => {
  if (ts.isIdentifier(node)) into.add(node.text);
  ts.forEachChild(node, (child) => {
    identifiersIn(child, into);
  });
  return into;
};

const namesOf = (statement: ts.Statement): string[] => {
  if (ts.isFunctionDeclaration(statement)) return statement.name === undefined ? [] : [statement.name.text];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
};

/** Tests of the file that reach each top-level statement, through helpers of helpers too. */
const reach = (file: ts.SourceFile): Map<ts.Statement, Set<string>> => {
  const reached = new Map(file.statements.map((statement) => [statement, new Set<string>()]));
  const declared = new Map(file.statements.flatMap((statement) => namesOf(statement).map((name) => [name, statement])));
  const visit = (statement: ts.Statement, id: string): void => {
    const ids = reached.get(statement);
    if (ids === undefined || ids.has(id)) return;
    ids.add(id);
    for (const name of identifiersIn(statement)) {
      const target = declared.get(name);
      if (target !== undefined) visit(target, id);
    }
  };
  for (const statement of file.statements) {
    const id = idOfTest(statement);
    if (id !== undefined) visit(statement, id);
  }
  return reached;
};

const sitesOf = (root: string, name: string, firstNumber: number): Site[] => {
  const file = ts.createSourceFile(name, readFileSync(join(root, name), 'utf8'), ts.ScriptTarget.Latest, true);
  const helpers = importedFrom(file, '/fixtures/');
  const found: Site[] = [];
  const add = (
    node: ts.Node,
    tests: ReadonlySet<string>,
    more: Pick<Site, 'kind' | 'key' | 'receiverEnd' | 'frame' | 'hasAwait'>,
  ): void => {
    const start = node.getStart(file);
    found.push({
      number: firstNumber + found.length,
      id: [[...tests].sort().join('+'), ...functionAround(node), more.key, more.kind].join(' '),
      file: name,
      line: file.getLineAndCharacterOfPosition(start).line + 1,
      text: node.getText(file).replace(/\s+/g, ' ').slice(0, 160),
      tests: [...tests].sort(),
      start,
      end: node.getEnd(),
      ...more,
    });
  };
  for (const [statement, ids] of reach(file)) {
    const walk = (node: ts.Node): void => {
      if (isThrow(node)) {
        const key = patternOf(node.expression.arguments?.[1]);
        add(node, ids, { kind: 'throw', key, receiverEnd: node.getEnd(), frame: undefined, hasAwait: false });
      }
      const kind = ts.isCallExpression(node) && !isLookedAt(node) ? kindOf(node, helpers) : undefined;
      if (ts.isCallExpression(node) && kind !== undefined) {
        const receiver = ts.isPropertyAccessExpression(node.expression) ? node.expression.expression : node;
        add(node, ids, {
          kind,
          key: keyOf(node, kind),
          receiverEnd: receiver.getEnd(),
          frame: calleeName(node) === 'parse' && kind === 'client' ? node.arguments[1]?.getText(file) : undefined,
          hasAwait: kind === 'reply' ? node.arguments.some(awaits) : hasAwait(node),
        });
      }
      ts.forEachChild(node, walk);
    };
    walk(statement);
  }
  return found;
};

const FOLDER = 'tests/p1';

export const inventory = (root: string): Site[] => {
  const sites: Site[] = [];
  for (const name of readdirSync(join(root, FOLDER), { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.spec.ts')) sites.push(...sitesOf(root, `${FOLDER}/${name}`, sites.length));
  const count = new Map<string, number>();
  // What no test reaches is no assertion of a test.
  return sites
    .filter(({ tests }) => tests.length > 0)
    .map((site) => {
      const times = (count.get(site.id) ?? 0) + 1;
      count.set(site.id, times);
      return times === 1 ? site : { ...site, id: `${site.id} #${times}` };
    });
};
