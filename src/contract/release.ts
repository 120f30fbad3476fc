/**
 * What differs between releases of the platform. A release inherits the one before and says only what it does
 * otherwise. It changes the form of a refusal, never its existence: nothing here lets anybody in.
 */
import type { z } from 'zod';
import type { TokenClaims } from './auth.ts';
import type { Endpoint } from './endpoint.ts';
import type { endpoints } from './endpoints.ts';
import type { SocketLimits } from './limits.ts';
import type { Refusals } from './refusals.ts';

type Table = typeof endpoints;
export type EndpointId = { [Group in keyof Table]: `${Group}.${keyof Table[Group] & string}` }[keyof Table];
type EndpointAt<Id> = Id extends `${infer Group extends keyof Table}.${infer Name}`
  ? Name extends keyof Table[Group]
    ? Table[Group][Name]
    : never
  : never;
type Meaning<Of> = Of extends { readonly success: z.ZodType<infer Said> } ? Said : never;

/** Where an endpoint is, and what its 200 looks like; it means what the table says. */
export interface EndpointChange<Of = Endpoint> {
  readonly path?: string;
  readonly success?: z.ZodType<Meaning<Of>>;
}
export type EndpointChanges = { readonly [Id in EndpointId]?: EndpointChange<EndpointAt<Id>> | 'not offered' };

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

/** Why a socket is refused. */
export type SocketRefusal = 'noToken' | 'invalidFormat' | 'invalidToken';

export interface Release {
  readonly name: string;
  /** By id of the endpoint; `not offered` = the router does not know it. */
  readonly endpoints: EndpointChanges;
  readonly refusals: Refusals;
  /** Claims of a token, refresh tokens included. */
  readonly tokenClaims: z.ZodType<TokenClaims>;
  readonly socket: {
    /** Further paths of `/ws`. */
    readonly aliases: readonly string[];
    /** Path of the transport control; undefined = not offered. */
    readonly transportTest: string | undefined;
    /** Whether a frame is meant as the welcome; with another shape than `welcome` it is a malformed one. */
    readonly isWelcome: (frame: Readonly<Record<string, unknown>>) => boolean;
    /** The frame that admits a user. */
    readonly welcome: z.ZodType<WelcomeFacts>;
    /** How the server shows that it is there: at once and then in intervals, or once the client has been idle. */
    readonly signOfLife:
      | { readonly type: string; readonly when: 'at once and every interval' }
      | { readonly type: string; readonly when: 'idle'; readonly intervals: number };
    readonly refusalCodes: Readonly<Record<SocketRefusal, string>>;
    readonly refusalReason: string;
    readonly malformedCode: string;
    /** Member of an agent event that carries what its type says. */
    readonly eventBody: string;
    /** Advertised by `/ws/config`; undefined = not promised. */
    readonly limits: SocketLimits;
  };
}
