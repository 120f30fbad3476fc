/** Limits that the platform advertises, and the deadlines that the suite allows. */

export const LIMITS = {
  connectionsPerUser: 3,
  messagesPerMinute: 100,
  messageBytes: 8192,
  frameBytes: 16 * 1024 * 1024,
  heartbeatSeconds: 20,
  requestBodyBytes: 1024 * 1024,
} as const;

/** What a release advertises; undefined = not promised. */
export interface SocketLimits {
  readonly connectionsPerUser: number | undefined;
  readonly messagesPerMinute: number | undefined;
  readonly messageBytes: number;
  readonly heartbeatSeconds: number;
}

/** `limits` of /ws/config, for the heartbeat interval that the target runs with. */
export const advertisedLimits = (heartbeatSeconds: number, promised: SocketLimits = LIMITS) => ({
  max_connections_per_user: promised.connectionsPerUser,
  max_message_rate_per_minute: promised.messagesPerMinute,
  max_message_size_bytes: promised.messageBytes,
  heartbeat_interval_seconds: heartbeatSeconds,
});

/** Requests per minute at which the suite paces itself towards a remote target. */
export const PACE = { outsideApi: 90, insideApi: 900, windowMs: 60_000 } as const;

/**
 * What a run may ask of a remote target. Two tests are load by their claim and come on top: P1-17, by the people that it is
 * told to play, and P1-18, which has to reach a limit of a hundred.
 */
export const BUDGET = { requests: 1_350, perConcurrentUser: 10, reachingTheLimit: 230, sockets: 140 } as const;

/** Five failures of an agent in a row shut it for everybody; the suite forces fewer. */
export const AGENT_FAILURES_PER_MINUTE = 4;

/** Milliseconds, all upper bounds: there is no lower bound anywhere. */
export interface Deadlines {
  readonly http: number;
  readonly agentHttp: number;
  readonly ready: number;
  readonly upgrade: number;
  readonly welcome: number;
  readonly refusal: number;
  readonly reply: number;
  readonly firstEvent: number;
  readonly runEnd: number;
  /** Added to the advertised heartbeat interval. */
  readonly heartbeatGrace: number;
  readonly quietWindow: number;
  readonly warmUp: number;
}

export const REMOTE_DEADLINES: Deadlines = {
  http: 15_000,
  agentHttp: 20_000,
  ready: 30_000,
  upgrade: 10_000,
  welcome: 15_000,
  refusal: 10_000,
  reply: 5_000,
  firstEvent: 10_000,
  runEnd: 60_000,
  heartbeatGrace: 10_000,
  quietWindow: 3_000,
  warmUp: 120_000,
};

export const STANDIN_DEADLINES: Deadlines = {
  http: 3_000,
  agentHttp: 3_000,
  ready: 3_000,
  upgrade: 3_000,
  welcome: 3_000,
  refusal: 3_000,
  reply: 2_000,
  firstEvent: 3_000,
  runEnd: 5_000,
  heartbeatGrace: 2_000,
  quietWindow: 500,
  warmUp: 5_000,
};
