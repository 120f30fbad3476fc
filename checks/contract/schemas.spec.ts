import { expect, test } from '@playwright/test';
import { EXAMPLES, type Example } from './examples.ts';
import { missing, misspelt, mistyped, withExtras, type Mutation } from './mutations.ts';

const accepted = ({ schema }: Example, mutations: readonly Mutation[]): string[] =>
  mutations.filter(({ body }) => schema.safeParse(body).success).map(({ what }) => what);

for (const example of EXAMPLES)
  test(`${example.name} - the example is accepted, with extra fields too, and no field missing, mistyped or misspelt`, () => {
    expect(example.schema.safeParse(example.body)).toMatchObject({ success: true, data: example.body });
    const extended = withExtras(example.body);
    // `features` are a map of switches: every value of it has to be one.
    const tolerated = JSON.parse(
      JSON.stringify(extended).replace('"error_recovery":true,"gp_extra":"gp-extra"', '"error_recovery":true'),
    ) as unknown;
    expect(example.schema.safeParse(tolerated)).toMatchObject({ success: true, data: tolerated });
    expect(accepted(example, missing(example)), 'a required field is missing').toEqual([]);
    expect(accepted(example, mistyped(example)), 'a field is mistyped').toEqual([]);
    expect(accepted(example, misspelt(example)), 'a fixed text is another one').toEqual([]);
  });

test('the mutations of an example - every place of it, several hundred in all', () => {
  const [first] = EXAMPLES;
  expect(missing(first as Example)).toHaveLength(12);
  expect(EXAMPLES.flatMap(missing).length).toBeGreaterThan(250);
  expect(EXAMPLES.flatMap(mistyped).length).toBeGreaterThan(1_200);
});

for (const [name, body] of [
  ['null', null],
  ['an empty object', {}],
  ['a text', 'healthy'],
  ['HTML', '<html></html>'],
] as const)
  test(`${name} as an answer - no schema accepts it`, () => {
    const empty = EXAMPLES.filter(({ schema }) => schema.safeParse(body).success).map((example) => example.name);
    expect(empty).toEqual([]);
  });
