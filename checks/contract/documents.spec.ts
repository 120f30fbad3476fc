/** The documents of the contract: current, complete, and valid by the rules of their own formats. */
import { readFileSync } from 'node:fs';
import specifications from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from '@playwright/test';
import { Ajv } from 'ajv';
import { z } from 'zod';
import { DOCUMENTS } from '../../src/contract/documents/documents.ts';
import { ENDPOINTS } from '../../src/contract/endpoints.ts';
import { frames } from '../../src/contract/frames.ts';
import { agentEvents, REFUSAL_CODES } from '../../src/contract/websocket.ts';

type Json = Record<string, unknown>;
const published = (name: string): Json =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(`docs/${name}`, 'utf8')));

/** What is wrong with an OpenAPI document, by the schemas of the OpenAPI initiative. */
const wrongOpenApi = async (document: Json): Promise<unknown[]> => {
  const { valid, errors = [] } = await new Validator().validate(structuredClone(document));
  return valid ? [] : [errors].flat();
};

/** The same by the schema of the AsyncAPI initiative, which is draft-07 throughout. */
const asyncSchema = new Ajv({ strict: false, validateFormats: false }).compile(
  z.record(z.string(), z.unknown()).parse(specifications.schemasWithoutId['3.0.0']),
);
const wrongAsyncApi = (document: Json): unknown[] => (asyncSchema(document) ? [] : (asyncSchema.errors ?? []));

/** References of a document that lead nowhere in it. */
const dangling = (document: Json): string[] => {
  const at = (ref: string) =>
    ref
      .slice('#/'.length)
      .split('/')
      .reduce<unknown>((inner, name) => z.record(z.string(), z.unknown()).safeParse(inner).data?.[name], document);
  return [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)]
    .map(([, ref = '']) => ref)
    .filter((ref) => !ref.startsWith('#/') || at(ref) === undefined);
};

for (const [name, content] of Object.entries(DOCUMENTS)) {
  test(`${name} - as published (npm run schemas)`, () => {
    expect(published(name)).toEqual(JSON.parse(JSON.stringify(content())));
  });
  test(`${name} - every reference leads somewhere, every component is used`, () => {
    const document = published(name);
    expect(dangling(document)).toEqual([]);
    const { components } = z.object({ components: z.object({ schemas: z.looseObject({}) }) }).parse(document);
    const text = JSON.stringify(document);
    const unused = Object.keys(components.schemas).filter(
      (schema) => !text.includes(`"#/components/schemas/${schema}"`),
    );
    expect(unused).toEqual([]);
  });
}

const OPEN_APIS = ['openapi.json', 'openapi-auth.json'];
for (const name of OPEN_APIS) {
  test(`${name} - valid OpenAPI 3.1`, async () => {
    const document = published(name);
    expect(document['openapi']).toMatch(/^3\.1\./);
    expect(await wrongOpenApi(document)).toEqual([]);
  });
  test(`${name} - an operation without responses, or a parameter without a place, is not valid`, async () => {
    const text = JSON.stringify(published(name));
    for (const [from, to] of [
      ['"responses":', '"replies":'],
      ['"requestBody":', '"requestBody":7,"was":'],
      ['"type":"http"', '"type":"magic"'],
    ] as const) {
      expect(text).toContain(from);
      expect(await wrongOpenApi(JSON.parse(text.replace(from, to)) as Json), to).not.toEqual([]);
    }
  });
}

test('asyncapi.json - valid AsyncAPI 3', () => {
  expect(published('asyncapi.json')['asyncapi']).toBe('3.0.0');
  expect(wrongAsyncApi(published('asyncapi.json'))).toEqual([]);
});
test('asyncapi.json - an unknown action, or a channel that is no reference, is not valid', () => {
  const text = JSON.stringify(published('asyncapi.json'));
  for (const [from, to] of [
    ['"action":"send"', '"action":"shout"'],
    ['"channel":{"$ref":', '"channel":{"to":'],
    ['"host":', '"hosts":'],
  ] as const) {
    expect(text).toContain(from);
    expect(wrongAsyncApi(JSON.parse(text.replace(from, to)) as Json), to).not.toEqual([]);
  }
});

const operations = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({ operationId: z.string(), 'x-access': z.string(), responses: z.looseObject({}) }),
    ),
  ),
});

test('the table - each endpoint is one operation, with its access, its 200 and its refusals', () => {
  const described = OPEN_APIS.flatMap((name) =>
    Object.entries(operations.parse(published(name)).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, 'x-access': access, responses }]) => [
        operationId,
        `${method.toUpperCase()} ${path}`,
        access,
        '200' in responses,
        '401' in responses,
      ]),
    ),
  );
  const expected = ENDPOINTS.map(({ id, method, path, access, bypassKey }) => [
    id,
    `${method} ${path}`,
    access,
    true,
    !['public', 'optional'].includes(access) || bypassKey === true,
  ]);
  expect(described.toSorted()).toEqual(expected.toSorted());
});

test('the frames - every agent event, every refusal, and every reply to a frame that there is', () => {
  const schemas = Object.values(frames.server).map(({ schema }) => schema);
  expect(schemas).toEqual(expect.arrayContaining(Object.values(agentEvents)));
  const { channels } = z
    .object({
      channels: z.object({ socket: z.looseObject({ 'x-refusals': z.looseObject({}), messages: z.looseObject({}) }) }),
    })
    .parse(published('asyncapi.json'));
  expect(Object.keys(channels.socket['x-refusals']).toSorted()).toEqual(REFUSAL_CODES.toSorted());
  expect(Object.keys(channels.socket.messages)).toHaveLength(
    Object.keys(frames.client).length + Object.keys(frames.server).length,
  );
});
