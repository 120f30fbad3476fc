/** What the clients record: one shape for HTTP exchanges, one for sockets. Secrets are masked before they get here. */
import { z } from 'zod';

const ms = z.number();

export const clientError = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().nullable(),
  syscall: z.string().nullable(),
  /** Errors of the single addresses, when several were tried. */
  errors: z.array(z.string()),
});
export type ClientError = z.infer<typeof clientError>;

/** Milliseconds after the start of the exchange or of the connect. */
export const phases = z.object({
  dns: ms.nullable(),
  tcp: ms.nullable(),
  tls: ms.nullable(),
  /** Request fully handed to the connection. */
  sent: ms.nullable(),
  /** Status line and headers read; for a socket the 101. */
  head: ms.nullable(),
  end: ms.nullable(),
});
export type Phases = z.infer<typeof phases>;

const headers = z.record(z.string(), z.string());

/** One HTTP request and what came back. */
export const exchange = z.object({
  id: z.int(),
  /** Milliseconds since 1970. */
  startedAt: ms,
  /** `A`, `B`, `none`, an own user's role, or such with `forged`, `tampered`, `refresh` in front. */
  identity: z.string(),
  /** Set when the exchange belongs to the probes and not to the test. */
  probe: z.string().nullable(),
  /** Part of the claim that made it; null for set-up, clean-up, and tests without parts. */
  part: z.string().nullable(),
  surface: z.enum(['api', 'auth', 'other']),
  method: z.string(),
  url: z.string(),
  detection: z.boolean(),
  requestBody: z.string().nullable(),
  connection: z.enum(['fresh', 'reused']),
  phases,
  status: z.int().nullable(),
  headers,
  /** The first 2 KiB. */
  body: z.string(),
  bytes: z.int(),
  /** Arrival times of the network reads of a stream's body. */
  reads: z.array(ms),
  error: clientError.nullable(),
  /** What the suite accepts here: `200`, `403/401`, `tcp-refused`. */
  expected: z.string().nullable(),
  /** The client itself ended the exchange. */
  abortedByClient: z.boolean(),
  /** Other requests of this test in flight when this one started. */
  inFlight: z.int(),
});
export type Exchange = z.infer<typeof exchange>;

export const frame = z.object({
  /** Milliseconds after the start of the connect. */
  at: ms,
  direction: z.enum(['sent', 'received']),
  kind: z.enum(['text', 'binary', 'ping', 'pong']),
  bytes: z.int(),
  /** `type` of the JSON, or `event` of a flat progress frame; null for anything else. */
  type: z.string().nullable(),
  /** The first 2 KiB. */
  text: z.string(),
});
export type Frame = z.infer<typeof frame>;

export const socketClose = z.object({
  code: z.int(),
  reason: z.string(),
  /** Who ended it: a close frame of the server, ours, or neither (the connection broke). */
  by: z.enum(['client', 'server', 'network']),
  wasClean: z.boolean(),
  at: ms,
});
export type SocketClose = z.infer<typeof socketClose>;

/** One attempt to open a socket, and its life. */
export const socketTrace = z.object({
  id: z.int(),
  startedAt: ms,
  identity: z.string(),
  probe: z.string().nullable(),
  part: z.string().nullable(),
  url: z.string(),
  /** How the token went: null = no token was sent. */
  carrier: z.enum(['header', 'subprotocol', 'query']).nullable(),
  /** What the suite expects of this socket. */
  expected: z.enum(['welcome', 'refusal', 'upgrade-refusal', 'transport']),
  /** `sub` of the token that was sent. */
  sub: z.string().nullable(),
  detection: z.boolean(),
  offered: z.array(z.string()),
  selected: z.string().nullable(),
  phases,
  /** A refused upgrade. */
  upgrade: z.object({ status: z.int(), headers, body: z.string() }).nullable(),
  error: clientError.nullable(),
  welcomeAt: ms.nullable(),
  frames: z.array(frame),
  /** Frames that were left out of `frames` to bound its size. */
  framesDropped: z.int(),
  close: socketClose.nullable(),
});
export type SocketTrace = z.infer<typeof socketTrace>;

/** Everything one attempt of one test left behind. */
export const testEvidence = z.object({
  version: z.literal(1),
  test: z.string(),
  attempt: z.int(),
  startedAt: ms,
  exchanges: z.array(exchange),
  sockets: z.array(socketTrace),
  /** Clock of the process stood still for so long at most: our own doing, not the target's. */
  eventLoopLagMs: ms,
});
export type TestEvidence = z.infer<typeof testEvidence>;
