/** Tokens and the auth service. */
import { z } from 'zod';
import { iso, isoZoneOptional, nonEmpty, unix } from './primitives.ts';

export const ISSUER = 'netra-auth-service';
export const AUDIENCE = 'netra-platform';
export const ACCESS_TOKEN_SECONDS = 900;
/** A token may carry an `iat` at most this far in the future. */
export const MAX_CLOCK_SKEW_SECONDS = 60;

/** Claims of an access or refresh token. */
export const tokenClaims = z.looseObject({
  sub: nonEmpty,
  email: nonEmpty,
  permissions: z.array(z.string()),
  iat: unix,
  exp: unix,
  token_type: z.enum(['access', 'refresh']),
  type: z.enum(['access', 'refresh']),
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
  jti: z.uuid(),
  env: z.string(),
  svc_id: z.string(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

const tokenPair = {
  access_token: nonEmpty,
  refresh_token: nonEmpty,
  token_type: z.literal('Bearer'),
  expires_in: z.int().positive(),
};

/** 200 of POST /auth/e2e/test-auth. `user.permissions` only echoes the request. */
export const testLoginReply = z.looseObject({
  ...tokenPair,
  user: z.looseObject({
    id: nonEmpty,
    email: nonEmpty,
    name: z.string(),
    permissions: z.array(z.string()),
    oauth_simulated: z.boolean(),
  }),
});

/** 200 of POST /auth/refresh. */
export const refreshReply = z.looseObject(tokenPair);

/** 200 of /auth/verify: the status proves nothing, only `valid` counts. */
export const verifyReply = z.discriminatedUnion('valid', [
  z.looseObject({ valid: z.literal(true), user_id: nonEmpty, email: nonEmpty, exp: isoZoneOptional }),
  z.looseObject({ valid: z.literal(false), error: z.string() }),
]);

/** 200 of POST /auth/validate. */
export const validateReply = z.discriminatedUnion('valid', [
  z.looseObject({
    valid: z.literal(true),
    user_id: nonEmpty,
    email: nonEmpty,
    permissions: z.array(z.string()),
    expires_at: iso,
  }),
  z.looseObject({ valid: z.literal(false), error: z.enum(['invalid_token', 'missing_token']), message: z.string() }),
]);

export const logoutReply = z.looseObject({
  message: z.literal('Successfully logged out'),
  status: z.literal('success'),
});

export const meReply = z.looseObject({
  user_id: nonEmpty,
  email: nonEmpty,
  permissions: z.array(z.string()),
  token_expires_at: isoZoneOptional,
});

export const authHealthReply = z.looseObject({
  status: z.literal('healthy'),
  service: z.literal('auth-service'),
  version: z.string(),
  timestamp: iso,
  uptime_seconds: z.number().nonnegative(),
  database_status: z.literal('connected'),
  environment: z.string(),
});

/** Every error of the auth host. */
export const authError = z.looseObject({ detail: z.string() });

/** `e-mail's local part` of a user id. */
export const userIdOf = (localPart: string) => `e2e-${localPart}`;

/** Body of POST /auth/e2e/test-auth; every field has a default. */
export const testLoginRequest = z.object({
  email: z
    .string()
    .regex(/^[^@\s]+@[^@\s]+$/)
    .optional(),
  name: z.string().optional(),
  permissions: z.array(z.string()).optional(),
  simulate_oauth: z.boolean().optional(),
});
export const refreshRequest = z.object({ refresh_token: z.string() });
export const tokenRequest = z.object({ token: z.string() });
