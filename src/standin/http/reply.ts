/** Replies as values, so that a seam can change them before they become bytes. */
import { randomUUID } from 'node:crypto';
import { ERROR_CODES, type EnvelopeStatus } from '../../contract/errors.ts';
import { isoNow } from '../clock.ts';
import { isObject, type JsonObject } from '../unit.ts';

export type ReplyBody =
  | { kind: 'json'; value: unknown }
  | { kind: 'text'; text: string; type: string }
  | { kind: 'events'; stream: StreamName; frames: AsyncIterable<JsonObject> }
  | { kind: 'empty' };

export type StreamName = 'agents' | 'chat' | 'events';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: ReplyBody;
}

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: { kind: 'json', value },
});

export const text = (status: number, content: string, type = 'text/plain; charset=utf-8'): Reply => ({
  status,
  headers: {},
  body: { kind: 'text', text: content, type },
});

export const eventStream = (stream: StreamName, frames: AsyncIterable<JsonObject>): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
  body: { kind: 'events', stream, frames },
});

/** An error that the application raises on purpose: it becomes an envelope. */
export class Problem extends Error {
  readonly status: EnvelopeStatus;
  readonly headers: Record<string, string>;
  readonly details: JsonObject;

  constructor(
    status: EnvelopeStatus,
    message: string,
    more: { headers?: Record<string, string>; details?: JsonObject } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = more.headers ?? {};
    this.details = more.details ?? {};
  }
}

export interface ValidationItem {
  type: string;
  loc: (string | number)[];
  msg: string;
  input?: unknown;
}

/** A request whose shape is wrong: it becomes a 422 with one item a problem. */
export class Invalid extends Error {
  readonly items: ValidationItem[];

  constructor(items: ValidationItem[]) {
    super('request validation failed');
    this.items = items;
  }
}

export const envelopeOf = (problem: Problem, status = problem.status): Reply =>
  json(
    {
      error: true,
      error_code: ERROR_CODES[status],
      message: problem.message,
      user_message: null,
      details: { status_code: status, ...problem.details },
      trace_id: randomUUID(),
      timestamp: isoNow(),
      request_id: null,
      line_number: null,
      source_file: null,
      stack_trace: null,
      debug_info: null,
    },
    status,
    problem.headers,
  );

/** The reply with another JSON body; one that is no JSON object stays as it is. */
export const changedJson = (reply: Reply, change: (body: JsonObject) => JsonObject): Reply =>
  reply.body.kind === 'json' && isObject(reply.body.value)
    ? { ...reply, body: { kind: 'json', value: change(reply.body.value) } }
    : reply;

export const invalidOf = (invalid: Invalid): Reply => json({ detail: invalid.items }, 422);
export const notFound = (): Reply => json({ detail: 'Not Found' }, 404);
export const methodNotAllowed = (allow: string): Reply => json({ detail: 'Method Not Allowed' }, 405, { allow });
