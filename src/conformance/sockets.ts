/** `/ws`: the welcome, the reply to each kind of message, and the refusals. */
import { frames, NO_SOCKET_STATUS } from '../contract/frames.ts';
import { sumRequest } from '../contract/testability.ts';
import type { RefusalCode } from '../contract/websocket.ts';
import { ClassifiedError, failureOf } from '../evidence/failure.ts';
import { inTableForm } from '../../fixtures/agent-run.ts';
import type { ChatSocket, Received } from '../../fixtures/chat-socket.ts';
import type { Sockets } from '../../fixtures/sockets.ts';
import type { People } from './endpoints.ts';
import { rowOf, type Row } from './row.ts';

type Message = Readonly<Record<string, unknown>>;

/** How a client sends each kind of message. */
const samplesOf = (marker: string): Readonly<Record<string, Message>> => ({
  ping: { type: 'ping' },
  heartbeat: { type: 'heartbeat' },
  typing: { type: 'typing', payload: {} },
  disconnect: { type: 'disconnect' },
  jsonRpc: { type: 'jsonrpc_request', jsonrpc: '2.0', method: marker, id: marker },
  other: { type: marker },
  startAgent: { type: 'start_agent', payload: { user_request: sumRequest(48_213, 7_719, marker) } },
  chat: { type: 'chat_message', payload: { content: sumRequest(48_213, 7_719, marker) } },
});

/** The frame that says that the message was served: the last event of a run, else the one reply to this kind alone. */
const replyTo = (name: string) => {
  if (name === 'startAgent' || name === 'chat') return frames.server['agentCompleted'];
  return Object.values(frames.server).find(({ repliesTo = [] }) => repliesTo.length === 1 && repliesTo[0] === name);
};

const asks = async (socket: ChatSocket, name: string, message: Message): Promise<void> => {
  const expected = replyTo(name);
  if (expected === undefined) throw new Error(`no frame replies to ${name}`);
  const seen = socket.received.length;
  const { reply, runEnd } = socket.deadlines;
  await socket.send(message);
  const isExpected = (frame: Received) => expected.schema.safeParse(inTableForm(socket, frame).json).success;
  await socket.next((frame) => frame.index >= seen && isExpected(frame), {
    within: expected === frames.server['agentCompleted'] ? runEnd : reply,
    class: 'ws-mute',
    key: `ws.${name}`,
    what: `reply to ${name}`,
  });
};

const REFUSED: readonly (readonly [who: string, RefusalCode, (people: People) => Promise<string | undefined>])[] = [
  ['no token', 'NO_TOKEN', () => Promise.resolve(undefined)],
  ['a token that is none', 'INVALID_FORMAT', () => Promise.resolve('garbage')],
  ['forged token', 'VALIDATION_FAILED', async ({ owner }) => (await owner.forged()).identity.token],
  ['unsigned token', 'VALIDATION_FAILED', ({ owner }) => Promise.resolve(owner.unsigned().identity.token)],
  ['refresh token', 'VALIDATION_FAILED', ({ owner }) => Promise.resolve(owner.session.refreshToken)],
];

export const checkSockets = async (people: People, marker: string, sockets: Sockets): Promise<Row[]> => {
  const rows: Row[] = [];
  const begin = (id: string, what: string): Row => {
    const row = rowOf(id, what);
    rows.push(row);
    return row;
  };
  const check = async (row: Row, who: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      row.checks++;
      await work();
    } catch (error) {
      if (!(error instanceof ClassifiedError)) throw error;
      row.differences.push(`${who}: ${failureOf(error.message).promise}`);
    }
  };
  const identity = people.owner.socketIdentity;
  const welcomed = begin('ws.welcome', '/ws');
  for (const detection of [true, false])
    for (const via of ['header', 'subprotocol', 'query'] as const)
      await check(welcomed, `by ${via}, ${detection ? 'with' : 'without'} the detection headers`, async () => {
        const { socket } = await sockets.connect('ws.welcome', { identity, via, detection });
        await socket.close('ws.welcome');
      });
  const { socket } = await sockets.connect('ws.messages', { identity }).catch((error: unknown) => {
    if (!(error instanceof ClassifiedError)) throw error;
    return { socket: undefined };
  });
  for (const [name, message] of Object.entries(samplesOf(marker))) {
    const row = begin(`ws.${name}`, `/ws, ${name}`);
    if (socket === undefined) row.unchecked.add('no socket was welcomed');
    else await check(row, 'rightful user', () => asks(socket, name, message));
  }
  const refusal = begin('ws.refusal', '/ws');
  for (const [who, code, tokenOf] of REFUSED)
    for (const detection of [true, false]) {
      const token = await tokenOf(people);
      if (token === undefined && code !== 'NO_TOKEN') refusal.unchecked.add(`no ${who}`);
      else
        await check(refusal, `${who}, ${detection ? 'with' : 'without'} the detection headers`, () =>
          sockets.expectRefused('ws.refusal', { identity: { label: who, token }, detection }, code),
        );
    }
  const nowhere = begin('ws.nowhere', '/ws/nope');
  await check(nowhere, 'rightful user', () =>
    sockets.expectUpgradeRefused('ws.nowhere', { identity, path: '/ws/nope' }, NO_SOCKET_STATUS),
  );
  return rows;
};
