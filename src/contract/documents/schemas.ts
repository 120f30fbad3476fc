/** JSON Schemas of the contract under the names of its modules. */
import { z } from 'zod';
import * as agents from '../agents.ts';
import * as auth from '../auth.ts';
import * as chatMessages from '../chat-messages.ts';
import * as discovery from '../discovery.ts';
import * as errors from '../errors.ts';
import * as health from '../health.ts';
import * as sse from '../sse.ts';
import * as threads from '../threads.ts';
import * as tools from '../tools.ts';
import * as users from '../users.ts';
import * as websocket from '../websocket.ts';

export type Json = Readonly<Record<string, unknown>>;
export type Dialect = 'draft-2020-12' | 'draft-07';

const MODULES = [agents, auth, chatMessages, discovery, errors, health, sse, threads, tools, users, websocket];

/** The schemas that the contract exports, by name. */
const NAMED: ReadonlyMap<z.ZodType, string> = new Map(
  MODULES.flatMap((module) => Object.entries(module)).flatMap(([name, value]: [string, unknown]) =>
    value instanceof z.ZodType ? [[value, `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`]] : [],
  ),
);

/** What zod writes and JSON Schema means anyway: further members, names that are texts, numbers that a double can hold. */
const override = ({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void => {
  const { additionalProperties, maximum, minimum } = jsonSchema;
  if (JSON.stringify(additionalProperties) === '{}') delete jsonSchema['additionalProperties'];
  if (maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
  delete jsonSchema['propertyNames'];
};

const REF = '#/components/schemas/';

/** Schemas as a document refers to them; the named ones among them, and all that those contain, are its components. */
export class Components {
  readonly #schemas: Readonly<Record<string, Json>>;
  readonly #dialect: Dialect;
  readonly #used = new Set<string>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    const registry = z.registry<{ id: string }>();
    for (const [schema, id] of NAMED) registry.add(schema, { id });
    const { schemas } = z.toJSONSchema(registry, {
      uri: (id) => `${REF}${id}`,
      io: 'input',
      target: dialect,
      override,
    });
    this.#schemas = Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _dialect, $id: _place, ...schema }]) => [name, schema]),
    );
  }

  /** A reference to a schema with a name, and the schema itself for others. */
  of(schema: z.ZodType): Json {
    const name = NAMED.get(schema);
    if (name !== undefined) return this.named(name);
    const { $schema: _dialect, ...inline } = z.toJSONSchema(schema, { io: 'input', target: this.#dialect, override });
    return inline;
  }

  named(name: string): Json {
    this.#use(name);
    return { $ref: `${REF}${name}` };
  }

  /** What has been referred to. */
  get used(): Readonly<Record<string, Json>> {
    return Object.fromEntries([...this.#used].toSorted().map((name) => [name, this.#schemas[name] ?? {}]));
  }

  #use(name: string): void {
    const schema = this.#schemas[name];
    if (schema === undefined) throw new Error(`the contract has no schema ${name}`);
    if (this.#used.has(name)) return;
    this.#used.add(name);
    for (const [, inner = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g)) this.#use(inner);
  }
}
