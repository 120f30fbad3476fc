import { randomInt } from 'node:crypto';
import { CALCULATOR } from '../../../src/contract/testability.ts';
import { because } from '../../../src/evidence/failure.ts';
import type { Caller } from '../../../fixtures/caller.ts';
import { claim } from '../../../fixtures/claim.ts';
import { newMarker } from '../../../fixtures/probes.ts';
import { expect, test } from '../../../fixtures/test.ts';
import type { User } from '../../../fixtures/user.ts';

const newOperands = () => ({ a: randomInt(10_000, 100_000), b: randomInt(10_000, 100_000) });

const calculate = ({ tools }: Caller, operation: 'add' | 'multiply', operands: object = newOperands()) =>
  tools.execute.response({ tool_name: CALCULATOR, arguments: { operation, ...operands } });

const expectResult = async (
  key: string,
  alice: User,
  operation: 'add' | 'multiply',
  compute: (a: number, b: number) => number,
) => {
  const { a, b } = newOperands();
  const execution = (await calculate(alice, operation, { a, b })).ok(key);
  expect(execution.status, because('answer-failure', `${key}.status`, 'the 200 means a successful execution')).toBe(
    'success',
  );
  expect(execution, because('answer-wrong', key, 'the result is computed from my numbers')).toMatchObject({
    tool_name: CALCULATOR,
    result: { value: compute(a, b) },
  });
};

const isCalculator = ({ tool_name }: { tool_name: string }) => tool_name === CALCULATOR;

test(
  ...claim('P1-10', {
    parts: {
      'without a token nobody lists or runs a tool': async ({ nobody }) => {
        expect(await nobody.tools.list.response()).toBeNotAuthenticated('tools.anonymous');
        expect(await calculate(nobody, 'add')).toBeNotAuthenticated('tool.anonymous');
      },

      'a forged token lists and runs no tool': async ({ alice }) => {
        const forged = await alice.forged();
        expect(await forged.tools.list.response()).toBeBadToken('tools.forged');
        expect(await calculate(forged, 'add')).toBeBadToken('tool.forged');
      },

      'a request without a tool is invalid': async ({ alice }) => {
        expect(await alice.tools.execute.malformed({})).toBeInvalid('tool.no-name', 'tool_name');
      },

      'an unknown tool is not found': async ({ alice }) => {
        expect(await alice.tools.execute.response({ tool_name: newMarker() })).toBeUnknown('tool.unknown');
      },

      'an operand that is no number is rejected': async ({ alice }) => {
        const response = await calculate(alice, 'add', { ...newOperands(), b: 'many' });
        expect(response).toBeRejected('tool.bad-operand');
      },

      'the list has the calculator, and totals that are true': async ({ alice }) => {
        const { tools, total_tools, available_tools } = (await alice.tools.list.response()).ok('tools');
        expect(
          { total: total_tools, available: available_tools },
          because('http-body', 'tools.totals', 'the totals are those of the list'),
        ).toEqual({ total: tools.length, available: tools.filter(({ available }) => available).length });
        expect(
          tools.find(isCalculator)?.available,
          because('http-body', 'tools.calculator', 'the calculator is listed and available'),
        ).toBe(true);
      },

      "the calculator's category is listed with its tools": async ({ alice, nobody }) => {
        const { tools } = (await alice.tools.list.response()).ok('tools');
        const category = tools.find(isCalculator)?.category;
        const categories = (await nobody.tools.categories.response()).ok('tools.categories');
        expect(
          categories.find(({ name }) => name === category)?.count ?? 0,
          because('http-body', 'tools.categories', "the calculator's category has a tool"),
        ).toBeGreaterThanOrEqual(1);
      },

      'a sum is computed from my numbers': ({ alice }) => expectResult('tool.add', alice, 'add', (a, b) => a + b),

      'a product is computed from my numbers': ({ alice }) =>
        expectResult('tool.multiply', alice, 'multiply', (a, b) => a * b),

      'every available MCP tool is listed': async ({ alice }) => {
        const [listed, status] = await Promise.all([alice.mcp.tools.response(), alice.mcp.status.response()]);
        const { tools, count } = listed.ok('mcp.tools');
        const names = tools.map(({ name }) => name);
        expect(count, because('http-body', 'mcp.tools.count', 'the count is that of the list')).toBe(names.length);
        expect(
          status.ok('mcp.status').tools_available.filter((name) => !names.includes(name)),
          because('http-body', 'mcp.tools.complete', 'every available tool is listed'),
        ).toEqual([]);
        expect(
          names.length,
          because('http-body', 'mcp.tools.some', 'there is at least one MCP tool'),
        ).toBeGreaterThanOrEqual(1);
      },

      'an ordinary client is served the same': async ({ alice, servesOrdinaryClient }) => {
        await servesOrdinaryClient(alice);
      },
    },
  }),
);
