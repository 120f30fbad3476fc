/**
 * The decision points of the stand-in, by layer. The healthy server is the default of each; a fault replaces one or
 * more. The first argument says what the decision is about, which is what a fault's scope is judged on.
 */
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AgentReply, AgentType } from '../../contract/agents.ts';
import type { Access } from '../../contract/access.ts';
import type { ChatMessage } from '../../contract/chat-messages.ts';
import type { RefusalCode } from '../../contract/websocket.ts';
import type { Answer, Question } from '../agent.ts';
import type { Problem, Reply, StreamName } from '../http/reply.ts';
import type { Page } from '../http/validation.ts';
import type { Connection, SocketSeams } from '../socket/connection.ts';
import type {
  AgentRecord,
  ChatDraft,
  ChatPage,
  ChatRun,
  RateVerdict,
  StoredThread,
  ThreadChange,
  ThreadPage,
} from '../stores.ts';
import type { Caller, Judgement, Lifetime } from '../tokens.ts';
import type { HttpCall, JsonObject, SocketCall, Unit } from '../unit.ts';

export type Frame = JsonObject;

/** An answer of something in front of the application. */
export type EdgeAnswer =
  | { kind: 'reply'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'reset' }
  | { kind: 'hang' };

export type UpgradeDecision =
  | { kind: 'accept'; endpoint: 'chat' | 'transport-test' }
  | { kind: 'refuse'; status: number; headers: Record<string, string>; body: string }
  | { kind: 'hang' };

export type PaceOf = 'ws-event' | 'sse-frame';
export type Surface = 'http' | 'ws' | 'auth-service';

/** What a socket shows for a token, and where it was found. */
export interface Presented {
  source: 'none' | 'header' | 'subprotocol' | 'query';
  /** Undefined where the source is there but holds nothing that could be decoded. */
  token: string | undefined;
}

export type Admission =
  { verdict: 'admitted'; userId: string; email: string } | { verdict: 'refused'; code: RefusalCode; message: string };

export interface Place {
  /** False: there is no room, and the socket dies of it. */
  admitted: boolean;
  evicted: readonly Connection[];
}

export interface ClientMessage extends JsonObject {
  type: string;
}

/** One agent run on a socket. */
export interface SocketRun {
  runId: string;
  text: string;
  stored: StoredThread;
  messageId: string | undefined;
}

export interface ExecuteRequest {
  agent: AgentType;
  breaker: string;
  message: string;
  context: JsonObject | undefined;
  delaySeconds: number;
  fail: boolean;
}

export interface AgentStreamRequest {
  agent: AgentType;
  message: string;
  context: JsonObject | undefined;
  delaySeconds: number;
  updates: boolean;
}

export interface ChatStreamRequest {
  draft: ChatDraft;
  delaySeconds: number;
}

export interface LoginRequest {
  localPart: string;
  email: string;
  name: string;
  permissions: string[];
  simulated: boolean;
}

export interface Seams extends SocketSeams {
  /* Network: the listener, the address it is announced by, the bytes of a connection. */
  'net.server': (process: Unit, make: () => Server) => Server | Promise<Server>;
  'net.announce': (process: Unit, origin: string, server: Server) => string | Promise<string>;
  /** A request or an upgrade, before anything has looked at it. */
  'edge.answer': (unit: Unit) => EdgeAnswer | undefined | Promise<EdgeAnswer | undefined>;

  /** A file of the chat page. */
  'app.asset': (process: Unit, name: string, content: string) => string;

  /* HTTP: the whole application, one matched route, refusals, the reply, its bytes. */
  'http.respond': (call: HttpCall, produce: () => Promise<Reply>) => Promise<Reply>;
  /** A request that is authenticated, allowed and well-formed. */
  'http.answer': (call: HttpCall, produce: () => Promise<Reply>) => Promise<Reply>;
  'http.problem': (call: HttpCall, problem: Problem) => Problem;
  'http.envelope': (call: HttpCall, problem: Problem) => Reply;
  'http.finish': (call: HttpCall, reply: Reply) => Reply;
  'http.transmit': (call: HttpCall, send: () => void) => void | Promise<void>;

  /* Event streams. */
  'sse.frames': (
    call: HttpCall,
    stream: StreamName,
    frames: AsyncIterable<JsonObject> | Iterable<JsonObject>,
  ) => AsyncIterable<JsonObject> | Iterable<JsonObject>;
  'sse.bytes': (call: HttpCall, chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

  /* Tokens and rights. */
  'auth.judge': (unit: Unit, surface: Surface, token: string | undefined) => Promise<Judgement>;
  /** The caller, nobody, or a Problem thrown. */
  'auth.gate': (call: HttpCall, access: Access, judgement: Judgement) => Caller | undefined;
  'auth.administrator': (call: HttpCall, caller: Caller) => boolean;
  'auth.login': (call: HttpCall, request: LoginRequest) => Promise<Reply>;
  'auth.lifetime': (call: HttpCall) => Lifetime;
  'auth.spend': (call: HttpCall, jti: string) => boolean;
  'auth.revoke': (call: HttpCall, jti: string) => void;

  /* Sockets, in the order of a socket's life. */
  'ws.headers': (call: SocketCall, headers: Unit['headers']) => Unit['headers'];
  'ws.upgrade': (call: SocketCall) => UpgradeDecision;
  'ws.transport': (call: SocketCall, socket: Duplex) => void;
  'ws.subprotocol': (call: SocketCall, offered: readonly string[]) => string | undefined;
  'ws.accepted': (connection: Connection, proceed: () => Promise<void>) => Promise<void>;
  'ws.authenticate': (connection: Connection, presented: Presented) => Promise<Admission>;
  'ws.refusal': (connection: Connection, frame: Frame) => Frame;
  'ws.place': (connection: Connection) => Place;
  'ws.release': (connection: Connection) => void;
  'ws.greeting': (connection: Connection, frames: readonly Frame[]) => readonly Frame[];
  'ws.heartbeat': (connection: Connection, beat: () => void) => void;

  /* Client messages and the runs that they start. */
  'ws.receive': (connection: Connection, data: Buffer) => Promise<void>;
  'ws.oversize': (connection: Connection, data: Buffer) => void;
  'ws.malformed': (connection: Connection, data: Buffer) => void;
  'ws.message': (connection: Connection, message: ClientMessage) => void | Promise<void>;
  /** `chat_message`, `start_agent` and their aliases. */
  'ws.chat': (connection: Connection, message: ClientMessage) => void;
  'ws.run': (connection: Connection, run: SocketRun) => AsyncIterable<Frame> | Iterable<Frame>;
  'ws.recipients': (connection: Connection, frame: Frame) => readonly Connection[];

  /* Agents. */
  'agent.answer': (unit: Unit, question: Question) => Answer;
  'agent.execute': (call: HttpCall, request: ExecuteRequest) => Promise<AgentReply>;
  'agent.stream': (call: HttpCall, request: AgentStreamRequest, caller: Caller) => AsyncIterable<JsonObject>;
  'chat.stream': (call: HttpCall, request: ChatStreamRequest, caller: Caller) => AsyncIterable<JsonObject>;
  pace: (about: Unit | Connection, kind: PaceOf) => number;

  /* Storage. */
  'threads.create': (unit: Unit, owner: string, draft: ThreadChange) => StoredThread;
  'threads.find': (unit: Unit, id: string) => StoredThread | undefined;
  'threads.permit': (unit: Unit, stored: StoredThread, caller: string, purpose: 'read' | 'write') => boolean;
  'threads.update': (unit: Unit, stored: StoredThread, change: ThreadChange) => StoredThread;
  'threads.archive': (unit: Unit, stored: StoredThread) => StoredThread;
  'threads.rename': (unit: Unit, stored: StoredThread) => StoredThread;
  'threads.messages': (unit: Unit, stored: StoredThread, page: Page) => ThreadPage;
  'chat.create': (unit: Unit, owner: string, draft: ChatDraft) => ChatMessage;
  'chat.find': (unit: Unit, id: string) => ChatMessage | undefined;
  /** Of one owner, or of everybody. */
  'chat.list': (unit: Unit, owner: string | undefined, label: string | undefined, page: Page) => ChatPage;
  'chat.remove': (unit: Unit, id: string) => void;
  'agents.start': (call: HttpCall, owner: string, type: AgentType, id: string | undefined) => AgentRecord;
  'agents.end': (call: HttpCall, owner: string, id: string, state: 'stopped' | 'cancelled') => AgentRecord;
  /** Of one owner, or of everybody. */
  'agents.list': (call: HttpCall, owner: string | undefined) => AgentRecord[];
  'agents.find': (call: HttpCall, owner: string, id: string) => AgentRecord;
  'runs.find': (call: HttpCall, owner: string, id: string) => ChatRun;

  /* Limits. */
  'rate.take': (about: Unit | Connection, bucket: 'http' | 'ws', user: string) => RateVerdict;
}

export type SeamName = keyof Seams;

export type Wrap = <Name extends SeamName>(
  name: Name,
  change: (next: Seams[Name]) => Seams[Name],
  /** What the change applies to; everything else neither sees it nor counts for `nth` and `after`. */
  when?: (...args: Parameters<Seams[Name]>) => boolean,
) => void;

/** What a fault may know of the server besides the seams. */
export interface Bench {
  readonly wrap: Wrap;
  readonly server: ServerHandle;
}

export interface ServerHandle {
  readonly sockets: () => readonly Connection[];
  /** Local parts and ids of users seen so far, oldest first. */
  readonly users: () => readonly string[];
  readonly origins: () => { api: string; auth: string };
  readonly caFile: string | undefined;
  /** As a process that was replaced: counters, uptime, chat messages, revocations and spent tokens start anew. */
  readonly restart: () => void;
  readonly environment: string;
  readonly totalConnections: () => number;
  /** The record of an agent, or the refusal that a healthy server gives. */
  readonly agent: (call: HttpCall, owner: string, id: string) => AgentRecord;
}
