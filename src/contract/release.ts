/**
 * What differs between releases of the platform. A release inherits the one before and says only what it does
 * otherwise. It changes the form of a refusal, never its existence: nothing here lets anybody in.
 */
import type { z } from 'zod';
import type { Refusals } from './refusals.ts';

export interface EndpointChange {
  readonly path?: string;
  readonly success?: z.ZodType;
}

/** What a welcome says, whatever its frame looks like. */
export interface WelcomeFacts {
  readonly connectionId: string;
  /** Id of the user, or its beginning. */
  readonly user: { readonly id: string; readonly whole: boolean };
  /** Undefined where the release does not say it. */
  readonly ready: boolean | undefined;
  readonly environment: string | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly messageBytes: number | undefined;
}

export interface Release {
  readonly name: string;
  /** By id of the endpoint; `not offered` = the router does not know it. */
  readonly endpoints: Readonly<Record<string, EndpointChange | 'not offered'>>;
  readonly refusals: Refusals;
  /** Claims of a token, refresh tokens included. */
  readonly tokenClaims: z.ZodType;
  readonly socket: {
    /** Further paths of `/ws`. */
    readonly aliases: readonly string[];
    /** Path of the transport control; undefined = not offered. */
    readonly transportTest: string | undefined;
    /** The frame that admits a user. */
    readonly welcome: z.ZodType<WelcomeFacts>;
    /** How the server shows that it is there: at once and then in intervals, or once the client has been idle. */
    readonly signOfLife:
      | { readonly type: string; readonly when: 'at once and every interval' }
      | { readonly type: string; readonly when: 'idle'; readonly intervals: number };
    readonly refusalCodes: Readonly<Record<'noToken' | 'invalidFormat' | 'invalidToken', string>>;
    readonly refusalReason: string;
    readonly malformedCode: string;
    /** Member of an agent event that carries what its type says. */
    readonly eventBody: string;
    /** Advertised by `/ws/config`; undefined = not promised. */
    readonly limits: {
      readonly connectionsPerUser: number | undefined;
      readonly messagesPerMinute: number | undefined;
      readonly messageBytes: number;
      readonly heartbeatSeconds: number;
    };
  };
}
