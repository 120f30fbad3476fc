/** Every way in which an example can be wrong in one place: a field missing, or of another JSON type. */
import type { Example, Json, Kind } from './examples.ts';

type Path = readonly string[];

const kindOf = (value: Json): Kind =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : (typeof value as 'boolean' | 'number' | 'string' | 'object');

const OTHERS: Readonly<Record<Kind, Json>> = {
  null: null,
  boolean: true,
  number: 7,
  string: 'gp-other',
  array: [],
  object: {},
};
const KINDS = Object.keys(OTHERS) as Kind[];

const childrenOf = (value: Json): readonly (readonly [string, Json])[] =>
  Array.isArray(value)
    ? value.slice(0, 2).map((item: Json, index) => [String(index), item] as const)
    : value !== null && typeof value === 'object'
      ? Object.entries(value as { readonly [name: string]: Json })
      : [];

/** Every place inside a value, each with the value found there; the insides of `free` places are left out. */
export const placesIn = (value: Json, free: readonly string[] = [], path: Path = []): (readonly [Path, Json])[] =>
  childrenOf(value).flatMap(([name, inner]) => {
    const here = [...path, name];
    return [[here, inner] as const, ...(free.includes(here.join('.')) ? [] : placesIn(inner, free, here))];
  });

/** The value with one place replaced; `undefined` removes it. */
export const withPlace = (value: Json, [name, ...rest]: Path, replacement: Json | undefined): Json => {
  if (name === undefined) throw new Error('a place has a path');
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return items.map((item, index) =>
      String(index) !== name ? item : rest.length > 0 ? withPlace(item, rest, replacement) : (replacement ?? null),
    );
  }
  const fields = value as { readonly [name: string]: Json };
  if (rest.length > 0) return { ...fields, [name]: withPlace(fields[name] ?? null, rest, replacement) };
  const { [name]: _removed, ...others } = fields;
  return replacement === undefined ? others : { ...fields, [name]: replacement };
};

export interface Mutation {
  readonly what: string;
  readonly body: Json;
}

const inArray = (body: Json, path: Path): boolean => {
  let parent: Json = body;
  for (const name of path.slice(0, -1)) parent = (parent as { readonly [name: string]: Json })[name] ?? null;
  return Array.isArray(parent);
};

/** One mutation for every required field: it is missing. */
export const missing = ({ body, free, optional = [] }: Example): Mutation[] =>
  placesIn(body, free)
    .filter(([path]) => !optional.includes(path.join('.')) && !inArray(body, path))
    .map(([path]) => ({ what: `${path.join('.')} is missing`, body: withPlace(body, path, undefined) }));

/** One mutation for every place and every JSON type that it must not have. */
export const mistyped = ({ body, free, anything = [], also = {} }: Example): Mutation[] =>
  placesIn(body, free)
    .filter(([path]) => !anything.includes(path.join('.')))
    .flatMap(([path, value]) => {
      const place = path.join('.');
      return KINDS.filter((kind) => kind !== kindOf(value) && !(also[place] ?? []).includes(kind)).map((kind) => ({
        what: `${place} is of type ${kind}`,
        body: withPlace(body, path, OTHERS[kind]),
      }));
    });

/** One mutation for every text that is fixed by the contract: it is another text. */
export const misspelt = ({ body, exact = [] }: Example): Mutation[] =>
  exact.map((place) => ({ what: `${place} is another text`, body: withPlace(body, place.split('.'), 'gp-other') }));

/** The value with an unknown field in every object. */
export const withExtras = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => withExtras(item));
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value as { readonly [name: string]: Json });
  return { ...Object.fromEntries(fields.map(([name, inner]) => [name, withExtras(inner)])), gp_extra: 'gp-extra' };
};
