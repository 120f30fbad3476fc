/** `/ws` of a target, read without expectations, beside what a release says of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { z } from 'zod';
import { clientHeaders } from '../contract/headers.ts';
import type { Release } from '../contract/release.ts';
import { sumRequest } from '../contract/testability.ts';
import { SUBPROTOCOL } from '../contract/websocket.ts';
import type { Trust } from '../../fixtures/trust.ts';
import type { Difference } from './difference.ts';
import { shapeOf } from './shape.ts';

export interface SocketTarget {
  readonly url: string;
  readonly environment: string;
  readonly trust: Trust;
  /** How long anything may take, in milliseconds. */
  readonly withinMs: number;
}

type Json = Readonly<Record<string, unknown>>;
const object = z.looseObject({});

/** Everything that a socket said until it closed, or until nobody waits for more. */
class Line {
  readonly frames: Json[] = [];
  readonly ws: WebSocket;
  opened = false;
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #withinMs: number;

  constructor({ url, environment, trust, withinMs }: SocketTarget, token: string | undefined, path?: string) {
    this.#withinMs = withinMs;
    const at = path === undefined ? url : new URL(path, url).href;
    const headers = {
      ...clientHeaders(true, environment),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const options = {
      headers,
      followRedirects: false,
      handshakeTimeout: withinMs,
      ...(at.startsWith('wss') ? trust : {}),
    };
    this.ws = new WebSocket(at, [SUBPROTOCOL], options);
    this.ws.on('open', () => (this.opened = true));
    this.ws.on('message', (data: Buffer) => {
      const frame = object.safeParse(jsonOf(data.toString()));
      if (frame.success) this.frames.push(frame.data);
    });
    this.ws.on('close', (code, reason) => (this.closed ??= { code, reason: reason.toString() }));
    // A refused upgrade is a close of its own kind.
    this.ws.on('error', () => (this.closed ??= { code: 0, reason: 'the upgrade was refused' }));
  }

  async until(holds: () => boolean): Promise<boolean> {
    const end = Date.now() + this.#withinMs;
    while (!holds() && this.closed === undefined && Date.now() < end) await sleep(20);
    return holds();
  }
  async frame(matches: (frame: Json) => boolean): Promise<Json | undefined> {
    await this.until(() => this.frames.some(matches));
    return this.frames.find(matches);
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 300));
const codeOf = (frame: Json | undefined): string | undefined => z.string().safeParse(frame?.['error_code']).data;

/** The first of these that carries what an agent's event says. */
const BODIES = ['payload', 'data'];

export const socketDifferences = async (
  target: SocketTarget,
  { socket: expected }: Release,
  { token, userId }: { readonly token: string; readonly userId: string },
): Promise<readonly Difference[]> => {
  const found: Difference[] = [];
  const compare = (at: string, was: unknown, is: unknown, draft: string): void => {
    if (shown(was) !== shown(is)) found.push({ at: `socket.${at}`, was: shown(was), is: shown(is), draft });
  };

  const line = new Line(target, token);
  // Other frames may come before it.
  const isWelcome = (frame: Json): boolean => expected.welcome.safeParse(frame).success;
  const frame =
    (await line.frame(isWelcome)) ??
    line.frames.find((one) => shown(one).includes('"connection_id"')) ??
    line.frames[0];
  const welcome = expected.welcome.safeParse(frame);
  const user = welcome.data?.user.id;
  if (user === undefined) {
    const draft = `welcome: ${shapeOf(frame)} /* .transform((frame) => ({ its WelcomeFacts })) */`;
    compare('welcome', 'the welcome of the release', frame ?? line.closed, draft);
  } else if (!userId.startsWith(user)) compare('welcome', userId, user, '/* the welcome names another user */');
  if (line.opened) {
    const atOnce = await line.frame(({ type }) => type === expected.signOfLife.type);
    const promised = expected.signOfLife.when === 'at once and every interval';
    compare(
      'signOfLife',
      promised,
      atOnce !== undefined,
      `signOfLife: { type: 'heartbeat', when: 'idle', intervals: 1 } /* nothing came at once: look how long it takes */`,
    );
    line.ws.send('{bad');
    const malformed = codeOf(await line.frame(({ type }) => type === 'error_message'));
    compare('malformedCode', expected.malformedCode, malformed, `malformedCode: '${malformed ?? ''}'`);
    line.ws.send(JSON.stringify({ type: 'chat_message', payload: { content: sumRequest(48_213, 7_719, 'gp-diff') } }));
    const started = (await line.frame(({ type }) => type === 'agent_started')) ?? {};
    const body = BODIES.find((name) => name in started);
    compare('eventBody', expected.eventBody, body, `eventBody: '${body ?? ''}'`);
  }
  line.ws.close();

  const refusals = [
    ['noToken', undefined],
    ['invalidFormat', 'garbage'],
    ['invalidToken', `${token.slice(0, -8)}AAAAAAAA`],
  ] as const;
  const codes: Record<string, string | undefined> = {};
  let reason: string | undefined;
  for (const [kind, presented] of refusals) {
    const refused = new Line(target, presented);
    codes[kind] = codeOf(await refused.frame(({ type }) => type === 'error_message'));
    await refused.until(() => refused.closed !== undefined);
    reason ??= refused.closed?.reason;
    refused.ws.terminate();
  }
  compare('refusalCodes', expected.refusalCodes, codes, `refusalCodes: ${shown(codes)}`);
  compare('refusalReason', expected.refusalReason, reason, `refusalReason: ${shown(reason)}`);

  const opens = async (path: string): Promise<boolean> => {
    const other = new Line(target, token, path);
    const open = await other.until(() => other.opened);
    other.ws.terminate();
    return open;
  };
  for (const alias of ['/websocket'])
    compare(
      'aliases',
      expected.aliases.includes(alias),
      await opens(alias),
      `aliases: ${expected.aliases.includes(alias) ? '[]' : `['${alias}']`}`,
    );
  const control = expected.transportTest ?? '/ws/test';
  compare(
    'transportTest',
    expected.transportTest !== undefined,
    await opens(control),
    `transportTest: ${expected.transportTest === undefined ? `'${control}'` : 'undefined'}`,
  );
  return found;
};
