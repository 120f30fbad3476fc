/** Routes as data: an endpoint of the contract, and the work behind it. */
import type { z } from 'zod';
import type { Access } from '../../contract/access.ts';
import type { Endpoint } from '../../contract/endpoint.ts';
import type { Caller } from '../tokens.ts';
import type { HttpCall } from '../unit.ts';
import type { Reply } from './reply.ts';
import { bodyOf } from './validation.ts';

export type { Method } from '../../contract/endpoint.ts';

export interface Route {
  /** Id of its endpoint. */
  readonly id: string;
  readonly method: Endpoint['method'];
  /** As fastify spells parameters: `/api/threads/:id`. */
  readonly path: string;
  readonly access: Access;
  /** Judges the input at once, and gives back the work that is left to do. */
  readonly prepare: (call: HttpCall, caller: Caller | undefined) => () => Reply | Promise<Reply>;
}

export class RouteFault extends Error {}

type BodyOf<Of extends Endpoint> = Of['body'] extends z.ZodType ? z.output<Of['body']> : undefined;
type Work<Input> = (call: HttpCall, caller: Caller, input: Input) => Reply | Promise<Reply>;

const routeOf = ({ id, method, path, access }: Endpoint, prepare: Route['prepare']): Route => ({
  id,
  method,
  path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
  access,
  prepare,
});

/** For `public` and `optional` endpoints: the caller may be nobody. */
export const serveAnyone = (
  endpoint: Endpoint,
  work: (call: HttpCall, caller: Caller | undefined) => Reply | Promise<Reply>,
): Route => routeOf(endpoint, (call, caller) => () => work(call, caller));

/** For endpoints that need a caller; `judge` turns the request into the input of the work, or throws. */
export const serveJudged = <Input>(endpoint: Endpoint, judge: (call: HttpCall) => Input, work: Work<Input>): Route =>
  routeOf(endpoint, (call, caller) => {
    if (caller === undefined) throw new RouteFault(`${endpoint.id} needs a caller`);
    const input = judge(call);
    return () => work(call, caller, input);
  });

/** The same where the input is the endpoint's body. */
export const serve = <Of extends Endpoint>(endpoint: Of, work: Work<BodyOf<Of>>): Route =>
  serveJudged(
    endpoint,
    (call) => (endpoint.body === undefined ? undefined : bodyOf(call, endpoint.body)) as BodyOf<Of>,
    work,
  );

export const param = (call: HttpCall, name: string): string => call.params[name] ?? '';
