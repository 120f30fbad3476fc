/** What the platform keeps, in memory for the life of the process. */
import { randomBytes, randomUUID } from 'node:crypto';
import { BREAKERS, type AgentType } from '../contract/agents.ts';
import type { ChatMessage } from '../contract/chat-messages.ts';
import type { Thread, ThreadMessage } from '../contract/threads.ts';
import { isoNow, isoOfSeconds, unixNow, unixSeconds } from './clock.ts';
import { Problem } from './http/reply.ts';
import type { Page } from './http/validation.ts';
import { codePoints, type JsonObject } from './unit.ts';

export interface StoredThread {
  thread: Thread;
  owner: string;
  messages: ThreadMessage[];
}

export interface ThreadChange {
  title?: string | null | undefined;
  metadata?: JsonObject | null | undefined;
}

const SERVER_KEYS = new Set(['user_id', 'status', 'created_at']);
const ownKeys = (metadata: JsonObject | null | undefined): JsonObject =>
  Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => !SERVER_KEYS.has(key)));

export class ThreadStore {
  readonly #threads = new Map<string, StoredThread>();

  create(owner: string, draft: ThreadChange): StoredThread {
    const thread: Thread = {
      id: `thread_${this.#threads.size + 1}_${randomBytes(4).toString('hex')}`,
      object: 'thread',
      title: draft.title ?? null,
      created_at: unixSeconds(),
      updated_at: null,
      metadata: { ...ownKeys(draft.metadata), user_id: owner, status: 'active', created_at: unixSeconds() },
      message_count: 0,
    };
    const stored = { thread, owner, messages: [] };
    this.#threads.set(thread.id, stored);
    return stored;
  }

  find(id: string): StoredThread | undefined {
    return this.#threads.get(id);
  }

  /** Newest first. */
  ownedBy(owner: string): StoredThread[] {
    return [...this.#threads.values()].filter((stored) => stored.owner === owner).reverse();
  }
}

export const changeThread = (stored: StoredThread, change: ThreadChange): void => {
  const { thread } = stored;
  if (change.title !== undefined) thread.title = change.title;
  thread.metadata = { ...thread.metadata, ...ownKeys(change.metadata) };
  thread.updated_at = unixSeconds();
};

export const archiveThread = (stored: StoredThread): void => {
  stored.thread.metadata = { ...stored.thread.metadata, status: 'archived' };
  stored.thread.updated_at = unixSeconds();
};

export const plainContent = (content: ThreadMessage['content']): string =>
  typeof content === 'string' ? content : content.map((part) => part.text.value).join('');

export const renameThread = (stored: StoredThread): void => {
  const first = stored.messages.find((message) => message.role === 'user');
  if (first === undefined) throw new Problem(400, 'Thread has no user message to name it after');
  const words = plainContent(first.content).trim().split(/\s+/).slice(0, 6).join(' ');
  changeThread(stored, { title: words === '' ? 'Untitled conversation' : codePoints(words).slice(0, 60).join('') });
};

export const appendMessage = (
  stored: StoredThread,
  message: Pick<ThreadMessage, 'role' | 'content'> & { metadata?: JsonObject | null | undefined },
): ThreadMessage => {
  const kept: ThreadMessage = {
    id: randomUUID(),
    role: message.role,
    content: message.content,
    created_at: unixSeconds(),
    metadata: message.metadata ?? {},
  };
  stored.messages.push(kept);
  stored.thread.message_count += 1;
  return kept;
};

export interface ThreadPage {
  messages: ThreadMessage[];
  total: number;
}

export const pageOfThread = (stored: StoredThread, page: Page): ThreadPage => ({
  messages: stored.messages.slice(page.offset, page.offset + page.limit),
  total: stored.messages.length,
});

export interface ChatDraft {
  content: string;
  threadId: string;
  messageType: string;
  metadata: JsonObject | null;
}

export interface ChatPage {
  messages: ChatMessage[];
  total: number;
}

export class ChatStore {
  readonly #messages = new Map<string, ChatMessage>();

  create(owner: string, draft: ChatDraft): ChatMessage {
    const message = newChatMessage(owner, draft);
    this.#messages.set(message.id, message);
    return message;
  }

  find(id: string): ChatMessage | undefined {
    return this.#messages.get(id);
  }

  remove(id: string): void {
    this.#messages.delete(id);
  }

  /** Of one owner, or of everybody when there is none to filter by. */
  list(owner: string | undefined, label: string | undefined, page: Page): ChatPage {
    const matching = [...this.#messages.values()].filter(
      (message) =>
        (owner === undefined || message.user_id === owner) && (label === undefined || message.thread_id === label),
    );
    if (label === undefined) matching.reverse();
    return { messages: matching.slice(page.offset, page.offset + page.limit), total: matching.length };
  }

  clear(): void {
    this.#messages.clear();
  }
}

export const newChatMessage = (owner: string, draft: ChatDraft): ChatMessage => ({
  id: randomUUID(),
  content: draft.content,
  user_id: owner,
  thread_id: draft.threadId,
  timestamp: isoNow(),
  message_type: draft.messageType,
  metadata: draft.metadata,
});

export type AgentState = 'running' | 'completed' | 'stopped' | 'cancelled' | 'error';

export interface AgentRecord {
  id: string;
  owner: string;
  type: AgentType;
  state: AgentState;
  started: string;
  active: string;
  activeAt: number;
  messages: number;
}

const IDLE_SECONDS = 15 * 60;

export class AgentRegistry {
  readonly #agents = new Map<string, AgentRecord>();

  start(owner: string, type: AgentType, id = `agent_${randomBytes(4).toString('hex')}`): AgentRecord {
    const known = this.#agents.get(id);
    if (known !== undefined && known.owner !== owner) throw new Problem(403, 'Access denied');
    if (known !== undefined && this.#current(known).state === 'running') {
      throw new Problem(409, `Agent ${id} is already running`);
    }
    const now = isoNow();
    const record: AgentRecord = {
      id,
      owner,
      type,
      state: 'running',
      started: now,
      active: now,
      activeAt: unixNow(),
      messages: 1,
    };
    this.#agents.delete(id);
    this.#agents.set(id, record);
    return record;
  }

  /** Stopping what is not running any more changes nothing. */
  end(owner: string, id: string, state: 'stopped' | 'cancelled'): AgentRecord {
    const record = this.find(owner, id);
    if (record.state === 'running') {
      record.state = state;
      record.active = isoNow();
    }
    return record;
  }

  find(owner: string, id: string): AgentRecord {
    const record = this.#agents.get(id);
    if (record === undefined) throw new Problem(404, 'Agent not found');
    if (record.owner !== owner) throw new Problem(403, 'Access denied');
    return this.#current(record);
  }

  /** Of one owner, or of everybody. */
  list(owner: string | undefined): AgentRecord[] {
    return [...this.#agents.values()]
      .filter((record) => owner === undefined || record.owner === owner)
      .map((record) => this.#current(record));
  }

  #current(record: AgentRecord): AgentRecord {
    if (record.state === 'running' && unixNow() - record.activeAt > IDLE_SECONDS) record.state = 'completed';
    return record;
  }
}

export interface ChatRun {
  id: string;
  owner: string;
  state: 'running' | 'stopped' | 'cancelled' | 'completed';
  started: string;
}

export class ChatRunStore {
  readonly #runs = new Map<string, ChatRun>();

  start(owner: string, id: string): ChatRun {
    const known = this.#runs.get(id);
    if (known !== undefined && known.owner !== owner) throw new Problem(403, 'Access denied');
    const run: ChatRun = known ?? { id, owner, state: 'running', started: isoNow() };
    run.state = 'running';
    this.#runs.set(id, run);
    return run;
  }

  find(owner: string, id: string): ChatRun {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Problem(404, 'Run not found');
    if (run.owner !== owner) throw new Problem(403, 'Access denied');
    return run;
  }

  end(owner: string, id: string, state: 'stopped' | 'cancelled'): ChatRun {
    const run = this.find(owner, id);
    run.state = state;
    return run;
  }
}

export type BreakerName = (typeof BREAKERS)[number];

const OPENS_AFTER = 5;
const OPEN_SECONDS = 60;

export class Breaker {
  failures = 0;
  successes = 0;
  #consecutive = 0;
  #lastFailure: number | undefined;
  #openUntil: number | undefined;

  get state(): 'CLOSED' | 'OPEN' | 'HALF_OPEN' {
    if (this.#openUntil === undefined) return 'CLOSED';
    return unixNow() < this.#openUntil ? 'OPEN' : 'HALF_OPEN';
  }

  admit(): void {
    if (this.state !== 'OPEN') return;
    const wait = Math.max(1, Math.ceil((this.#openUntil ?? 0) - unixNow()));
    throw new Problem(503, 'Circuit breaker is open', { headers: { 'retry-after': String(wait) } });
  }

  succeeded(): void {
    this.successes += 1;
    this.#consecutive = 0;
    this.#openUntil = undefined;
  }

  failed(): void {
    this.failures += 1;
    this.#consecutive += 1;
    this.#lastFailure = unixNow();
    if (this.#consecutive >= OPENS_AFTER) this.#openUntil = unixNow() + OPEN_SECONDS;
  }

  report(): JsonObject {
    return {
      state: this.state,
      failure_count: this.failures,
      success_count: this.successes,
      last_failure_time: this.#lastFailure === undefined ? null : isoOfSeconds(this.#lastFailure),
      next_attempt_time: this.#openUntil === undefined ? null : isoOfSeconds(this.#openUntil),
    };
  }
}

export const newBreakers = (): Map<string, Breaker> => new Map(BREAKERS.map((name) => [name, new Breaker()]));

export interface RateVerdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  retryAfterSeconds: number;
  /** Whether accepted replies say so in their headers. */
  announced: boolean;
}

export const WINDOW_SECONDS = 60;

export class TokenBuckets {
  readonly #buckets = new Map<string, { tokens: number; filled: number }>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  take(user: string): RateVerdict {
    const now = unixNow();
    const perSecond = this.#capacity / WINDOW_SECONDS;
    const bucket = this.#buckets.get(user) ?? { tokens: this.#capacity, filled: now };
    bucket.tokens = Math.min(this.#capacity, bucket.tokens + (now - bucket.filled) * perSecond);
    bucket.filled = now;
    this.#buckets.set(user, bucket);
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    return {
      allowed,
      limit: this.#capacity,
      remaining: Math.floor(bucket.tokens),
      retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond)),
      announced: true,
    };
  }
}
