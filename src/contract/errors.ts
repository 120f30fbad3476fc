/** Error bodies of the backend. */
import { z } from 'zod';
import { iso, nonEmpty } from './primitives.ts';

export const ERROR_CODES = {
  400: 'BAD_REQUEST',
  401: 'AUTH_FAILED',
  403: 'AUTH_UNAUTHORIZED',
  404: 'DB_RECORD_NOT_FOUND',
  409: 'DB_RECORD_EXISTS',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'VALIDATION_ERROR',
  429: 'RATE_LIMIT_EXCEEDED',
  500: 'INTERNAL_ERROR',
  503: 'SERVICE_UNAVAILABLE',
} as const;
export type EnvelopeStatus = keyof typeof ERROR_CODES;

/** The four fields that are always null to a client. */
export const INTERNAL_FIELDS = ['line_number', 'source_file', 'stack_trace', 'debug_info'] as const;

/** Code and its paths, statements and drivers of a database, addresses with a login; a reply may repeat what was asked. */
export const INTERNALS: readonly RegExp[] = [
  /Traceback/,
  / File \\?"/,
  /\.pyc?\b/,
  /\/app\//,
  /\.[cm]?[jt]sx?:\d+:\d+/,
  /node:internal|node_modules|file:\/\//,
  /psycopg|asyncpg|sqlalchemy/i,
  /\b(?:SELECT (?:(?!SELECT ).){1,500}FROM|INSERT INTO|UPDATE \S+ SET|DELETE FROM) /,
  /\w:\/\/[^\s/?#"@]+@/,
];

/** An error raised by the application. That the internal fields are null is P1-19's claim, not the shape's. */
export const envelope = z.looseObject({
  error: z.literal(true),
  error_code: nonEmpty,
  message: z.string(),
  user_message: z.string().nullable(),
  details: z.looseObject({ status_code: z.int() }),
  trace_id: nonEmpty,
  timestamp: iso,
  request_id: z.string().nullable(),
  line_number: z.unknown(),
  source_file: z.unknown(),
  stack_trace: z.unknown(),
  debug_info: z.unknown(),
});
export type Envelope = z.infer<typeof envelope>;

/** No such path or method: the same in every release, and never the envelope. */
export const ROUTER = { unknown: [404], method: [405] } as const;
export const routerNotFound = z.looseObject({ detail: z.literal('Not Found') });
export const routerMethodNotAllowed = z.looseObject({ detail: z.literal('Method Not Allowed') });

/** 422 of request validation; one item a problem, `loc` names the field. */
export const validationError = z.looseObject({
  detail: z
    .array(
      z.looseObject({
        type: nonEmpty,
        loc: z.array(z.union([z.string(), z.int()])).min(1),
        msg: z.string(),
      }),
    )
    .min(1),
});
