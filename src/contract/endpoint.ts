/** What an endpoint is: one operation of the platform, and all that follows from it. */
import type { z } from 'zod';
import type { Access, Host } from './access.ts';
import type { Deadlines } from './limits.ts';
import { MEANINGS, type Meaning } from './refusals.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** `'id'` of `/api/threads/{id}/messages`. */
export type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;
export type Parameters<Path extends string> = Readonly<Record<ParameterOf<Path>, string>>;

/** What a user has made on the way through the table; later endpoints are called with it. */
export interface Own {
  /** New for every walk through the table. */
  readonly marker: string;
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  thread: string;
  message: string;
  agent: string;
  run: string;
}
export type Resource = 'thread' | 'message' | 'agent' | 'run';

/** How an endpoint is called: values of its path's parameters, of its query, its body. */
export interface AnyCall {
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
/** The same, with exactly what this endpoint needs. */
export type Call<Path extends string, Body extends z.ZodType | undefined> = Pick<AnyCall, 'query'> &
  ([ParameterOf<Path>] extends [never] ? { readonly path?: undefined } : { readonly path: Parameters<Path> }) &
  (Body extends z.ZodType ? { readonly body: z.input<Body> } : { readonly body?: undefined });

/** A refusal that an endpoint has beside those of its access. */
export interface DocumentedError {
  /** What it says; undefined = nobody promises a wording. */
  readonly message?: string;
  /** A call of the rightful user that meets it, where {@link callFor} cannot tell. */
  readonly sample?: (own: Own) => AnyCall;
}

interface Described {
  /** One sentence for the reference documents. */
  readonly summary: string;
  readonly access: Access;
  /** What of its response later endpoints are called with: where it stands in the body, such as `message.id`. */
  readonly makes?: Readonly<Partial<Record<Resource, string>>>;
  /** Id of the endpoint that takes back what this one did. */
  readonly undo?: string;
  /** Members that its response has for whoever is not authenticated: without a token, or with a bad one. */
  readonly anonymous?: Readonly<Record<string, string | boolean>>;
  /** Errors beside those that follow from access and body. */
  readonly errors?: Readonly<Partial<Record<Meaning, DocumentedError>>>;
  /** Takes a body of any shape: what does not fit counts as missing. */
  readonly anyBody?: true;
  /** Needs the bypass key in its header. */
  readonly bypassKey?: true;
  /** Its event stream ends only when the caller leaves. */
  readonly endless?: true;
  /** Names of the query parameters that it reads. */
  readonly query?: readonly string[];
  /** Which deadline holds for it; default: that of one HTTP request. */
  readonly deadline?: Extract<keyof Deadlines, 'agentHttp' | 'ready' | 'runEnd'>;
}

export interface Definition<
  Path extends string,
  Body extends z.ZodType | undefined,
  Success extends z.ZodType | undefined,
  Frame extends z.ZodType | undefined,
> extends Described {
  readonly host?: Host;
  readonly body?: Body;
  /** Body of its 200. */
  readonly success?: Success;
  /** One frame of its event stream, which is its 200. */
  readonly frame?: Frame;
  /** How its rightful user calls it. */
  readonly sample: (own: Own) => Call<Path, Body>;
}

export interface Endpoint<
  Path extends string = string,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Success extends z.ZodType | undefined = z.ZodType | undefined,
  Frame extends z.ZodType | undefined = z.ZodType | undefined,
> extends Described {
  /** Its place in the table, such as `threads.create`. */
  readonly id: string;
  readonly method: Method;
  readonly path: Path;
  readonly host: Host;
  readonly body: Body;
  readonly success: Success;
  readonly frame: Frame;
  readonly sample: (own: Own) => AnyCall;
}

type Unnamed<Named extends Endpoint> = Omit<Named, 'id'>;
type Signature = `${Method} /${string}`;
type PathOf<Text extends Signature> = Text extends `${string} ${infer Path}` ? Path : never;

/** `endpoint('POST /api/threads', { ... })`; {@link tableOf} gives it its id. */
export const endpoint = <
  const Text extends Signature,
  Body extends z.ZodType | undefined = undefined,
  Success extends z.ZodType | undefined = undefined,
  Frame extends z.ZodType | undefined = undefined,
>(
  signature: Text,
  definition: Definition<PathOf<Text>, Body, Success, Frame>,
): Unnamed<Endpoint<PathOf<Text>, Body, Success, Frame>> => {
  const [method, path] = signature.split(' ') as [Method, PathOf<Text>];
  const { body, success, frame, host = 'api', ...described } = definition;
  return { ...described, method, path, host, body: body as Body, success: success as Success, frame: frame as Frame };
};

type Groups = Readonly<Record<string, Readonly<Record<string, Unnamed<Endpoint>>>>>;
type Named<Table extends Groups> = {
  readonly [Group in keyof Table]: {
    readonly [Name in keyof Table[Group]]: Table[Group][Name] & { readonly id: string };
  };
};

/** The table, each endpoint with its id. */
export const tableOf = <const Table extends Groups>(groups: Table): Named<Table> =>
  Object.fromEntries(
    Object.entries(groups).map(([group, members]) => [
      group,
      Object.fromEntries(
        Object.entries(members).map(([name, member]) => [name, { ...member, id: `${group}.${name}` }]),
      ),
    ]),
  ) as Named<Table>;

/** The path of a call: parameters filled in and encoded, the query behind it. */
export const pathOf = ({ path }: Pick<Endpoint, 'path'>, call: AnyCall = {}): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_found, name: string) => {
    const value = call.path?.[name];
    if (value === undefined) throw new Error(`${path} needs a value for {${name}}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(call.query).toString();
  return query === '' ? filled : `${filled}?${query}`;
};

/** An id that nothing has. */
const NO_ID = '00000000-0000-4000-8000-000000000000';
const TOO_LARGE = 1024 * 1024;

/** Refusals that the rightful user can meet. */
const errorsOf = ({ errors = {}, body, anyBody }: Endpoint): Readonly<Partial<Record<Meaning, DocumentedError>>> =>
  body === undefined || anyBody === true ? errors : { invalid: {}, ...errors };

export const meaningsOf = (endpoint: Endpoint): readonly Meaning[] => {
  const documented = errorsOf(endpoint);
  return MEANINGS.filter((meaning) => documented[meaning] !== undefined);
};

/** A call of the rightful user that meets this error; undefined = one call alone does not meet it. */
export const callFor = (endpoint: Endpoint, meaning: Meaning, own: Own): AnyCall | undefined => {
  const sample = errorsOf(endpoint)[meaning]?.sample;
  if (sample !== undefined) return sample(own);
  const call = endpoint.sample(own);
  if (meaning === 'unknown' && call.path !== undefined)
    return { ...call, path: Object.fromEntries(Object.keys(call.path).map((name) => [name, NO_ID])) };
  if (meaning === 'invalid') return { ...call, body: [] };
  if (meaning === 'tooLarge') return { ...call, body: { filler: 'x'.repeat(TOO_LARGE) } };
  return undefined;
};
