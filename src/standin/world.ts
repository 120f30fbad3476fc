/** Everything one stand-in holds: settings, stores, sockets, counters and the seams through which it decides. */
import { LIMITS } from '../contract/limits.ts';
import type { Release } from '../contract/release.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Settings } from './settings.ts';
import type { Connection } from './socket/connection.ts';
import {
  AgentRegistry,
  ChatRunStore,
  ChatStore,
  newBreakers,
  ThreadStore,
  TokenBuckets,
  type Breaker,
} from './stores.ts';
import type { Seams } from './switchboard/seams.ts';
import { TokenOffice } from './tokens.ts';

export interface Metrics {
  totalConnections: number;
  messages: number;
  failedMessages: number;
  attempts: number;
  admissions: number;
  rateLimited: number;
}

const noMetrics = (): Metrics => ({
  totalConnections: 0,
  messages: 0,
  failedMessages: 0,
  attempts: 0,
  admissions: 0,
  rateLimited: 0,
});

export class World {
  readonly settings: Settings;
  readonly tokens: TokenOffice;
  readonly threads = new ThreadStore();
  readonly chat = new ChatStore();
  readonly agents = new AgentRegistry();
  readonly runs = new ChatRunStore();
  readonly breakers: Map<string, Breaker> = newBreakers();
  readonly buckets: Readonly<Record<'http' | 'ws', TokenBuckets>>;
  readonly sockets = new Set<Connection>();
  /** Sockets that hold a place, by user, oldest first. */
  readonly places = new Map<string, Connection[]>();
  /** Ids of users in the order of their first authenticated call. */
  readonly users = new Set<string>();
  /** End of the run that a thread is busy with, by thread id. */
  readonly threadQueues = new Map<string, Promise<void>>();
  metrics = noMetrics();
  startedAt = Date.now();
  origins = { api: '', auth: '' };
  #seams: Seams | undefined;

  constructor(settings: Settings) {
    this.settings = settings;
    this.tokens = new TokenOffice(settings.secret, settings.environment, settings.dialect.tokenId);
    this.buckets = {
      http: new TokenBuckets(LIMITS.messagesPerMinute),
      ws: new TokenBuckets(this.release.socket.limits.messagesPerMinute ?? Number.MAX_SAFE_INTEGER),
    };
  }

  get seams(): Seams {
    if (this.#seams === undefined) throw new Error('the seams are not in place yet');
    return this.#seams;
  }

  set seams(seams: Seams) {
    this.#seams = seams;
  }

  get dialect(): Dialect {
    return this.settings.dialect;
  }

  get release(): Release {
    return this.dialect.release;
  }

  get wsOrigin(): string {
    return this.origins.api.replace(/^http/, 'ws');
  }

  get uptimeSeconds(): number {
    return (Date.now() - this.startedAt) / 1000;
  }

  restart(): void {
    this.chat.clear();
    this.tokens.forget();
    this.metrics = noMetrics();
    this.startedAt = Date.now();
  }
}
