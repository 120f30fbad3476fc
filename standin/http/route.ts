/** Routes as data: what they are called, who may call them, how their input is judged, what they answer. */
import { z } from 'zod';
import type { Access } from '../switchboard/seams.ts';
import type { Caller } from '../tokens.ts';
import type { HttpCall, JsonObject } from '../unit.ts';
import type { Reply } from './reply.ts';
import { bodyOf } from './validation.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  /** Judges the input at once, and gives back the work that is left to do. */
  readonly prepare: (call: HttpCall, caller: Caller | undefined) => () => Reply | Promise<Reply>;
}

export class RouteFault extends Error {}

type Open = (call: HttpCall, caller: Caller | undefined) => Reply | Promise<Reply>;
type Personal<Input> = (call: HttpCall, caller: Caller, input: Input) => Reply | Promise<Reply>;

export const open = (access: 'public' | 'optional', method: Method, path: string, work: Open): Route => ({
  method,
  path,
  access,
  prepare: (call, caller) => () => work(call, caller),
});

/** A required route; `judge` turns the request into its input or throws. */
export const personal = <Input>(
  method: Method,
  path: string,
  judge: (call: HttpCall) => Input,
  work: Personal<Input>,
  access: 'required' | 'administrator' = 'required',
): Route => ({
  method,
  path,
  access,
  prepare: (call, caller) => {
    if (caller === undefined) throw new RouteFault(`${method} ${path} needs a caller`);
    const input = judge(call);
    return () => work(call, caller, input);
  },
});

export const nothing = (): undefined => undefined;

/** A body of this shape. */
export const body =
  <Schema extends z.ZodType>(schema: Schema) =>
  (call: HttpCall): z.output<Schema> =>
    bodyOf(call, schema);

export const record = z.record(z.string(), z.unknown());
export const optionalRecord = record.nullish().transform((value): JsonObject | undefined => value ?? undefined);
export const param = (call: HttpCall, name: string): string => call.params[name] ?? '';
