/** The auth service: test login, refresh, verification, logout (section 3). Its errors are always `{"detail": string}`. */
import { ACCESS_TOKEN_SECONDS, testLoginRequest, userIdOf } from '../contract/auth.ts';
import { endpoints } from '../contract/endpoints.ts';
import { BYPASS_KEY_HEADER, STANDIN_MEMBER } from '../contract/headers.ts';
import { isoNow, isoOfSeconds } from './clock.ts';
import { json, Problem, type Reply } from './http/reply.ts';
import { serveAnyone, type Route } from './http/route.ts';
import type { LoginRequest } from './switchboard/seams.ts';
import type { Caller } from './tokens.ts';
import { bearerOf, isObject, localPartOf, type HttpCall, type JsonObject } from './unit.ts';
import { VERSION } from './settings.ts';
import type { World } from './world.ts';

/** `exp` of a refresh token is later than that of any access token of its session. */
const REFRESH_FACTOR = 96;
const DEFAULT_EMAIL = 'gp-default@staging.netrasystems.ai';

const bodyField = (call: HttpCall, name: string): string | undefined => {
  const value = call.body.kind === 'json' && isObject(call.body.value) ? call.body.value[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};

const loginRequest = (world: World, call: HttpCall): LoginRequest => {
  const { environment, bypassKey } = world.settings;
  if (environment === 'production') throw new Problem(403, 'E2E authentication is not available in production');
  if (bypassKey === '') throw new Problem(503, 'E2E authentication not configured');
  const key = call.headers[BYPASS_KEY_HEADER.toLowerCase()];
  if (key === undefined || key === '') throw new Problem(401, 'E2E bypass key required');
  if (key !== bypassKey) throw new Problem(401, 'Invalid E2E bypass key');
  if (call.body.kind !== 'json') throw new Problem(422, 'Invalid JSON body');
  if (!isObject(call.body.value)) throw new Problem(422, 'The body must be a JSON object');
  const parsed = testLoginRequest.safeParse(call.body.value);
  if (!parsed.success) throw new Problem(422, `Invalid field: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  const { email = DEFAULT_EMAIL, permissions = ['read', 'write'], simulate_oauth: simulated = true } = parsed.data;
  const localPart = localPartOf(email);
  return { localPart, email, name: parsed.data.name ?? localPart, permissions, simulated };
};

const pairReply = async (world: World, call: HttpCall, userId: string, email: string, previous?: string) => {
  const { seconds, stated } = world.seams['auth.lifetime'](call);
  const pair = await world.tokens.pair(userId, email, seconds, seconds * REFRESH_FACTOR, previous);
  return { access_token: pair.access, refresh_token: pair.refresh, token_type: 'Bearer', expires_in: stated };
};

export const login = async (world: World, call: HttpCall, request: LoginRequest): Promise<Reply> => {
  const id = userIdOf(request.localPart);
  const tokens = await pairReply(world, call, id, request.email);
  return json({
    ...tokens,
    user: {
      id,
      email: request.email,
      name: request.name,
      permissions: request.permissions,
      oauth_simulated: request.simulated,
    },
  });
};

export const LIFETIME = { seconds: ACCESS_TOKEN_SECONDS, stated: ACCESS_TOKEN_SECONDS };

const refresh = async (world: World, call: HttpCall): Promise<Reply> => {
  if (call.body.kind === 'broken') throw new Problem(422, 'Invalid JSON body');
  const token = bodyField(call, 'refresh_token');
  if (token === undefined) throw new Problem(422, 'refresh_token is required');
  const judgement = await world.tokens.judge(token, 'refresh');
  if (judgement.verdict !== 'valid' || !world.seams['auth.spend'](call, judgement.caller.jti)) {
    throw new Problem(401, 'Invalid refresh token');
  }
  const { userId, email, jti } = judgement.caller;
  return json(await pairReply(world, call, userId, email, jti));
};

/** The caller of a token sent in the header or, if given a field, in the body. */
const callerFrom = async (world: World, call: HttpCall, field?: string): Promise<Caller | 'missing' | 'invalid'> => {
  const token = bearerOf(call.headers.authorization) ?? (field === undefined ? undefined : bodyField(call, field));
  if (token === undefined) return 'missing';
  const judgement = await world.seams['auth.judge'](call, 'auth-service', token);
  return judgement.verdict === 'valid' ? judgement.caller : 'invalid';
};

const verify = async (world: World, call: HttpCall): Promise<Reply> => {
  const caller = await callerFrom(world, call, 'token');
  if (caller === 'missing') return json({ valid: false, error: 'missing_token' });
  if (caller === 'invalid') return json({ valid: false, error: 'invalid_token' });
  return json({ valid: true, user_id: caller.userId, email: caller.email, exp: isoOfSeconds(caller.expires) });
};

const validate = async (world: World, call: HttpCall): Promise<Reply> => {
  const token = bodyField(call, 'token');
  const refusal = (error: string, message: string) => json({ valid: false, error, message });
  if (token === undefined || token === '') return refusal('missing_token', 'A token is required');
  const judgement = await world.seams['auth.judge'](call, 'auth-service', token);
  if (judgement.verdict !== 'valid') return refusal('invalid_token', 'The token is invalid or expired');
  const { userId, email, expires } = judgement.caller;
  return json({ valid: true, user_id: userId, email, permissions: [], expires_at: isoOfSeconds(expires) });
};

const logout = async (world: World, call: HttpCall): Promise<Reply> => {
  const token = bearerOf(call.headers.authorization);
  const judgement = await world.tokens.judge(token);
  if (judgement.verdict === 'valid') world.seams['auth.revoke'](call, judgement.caller.jti);
  return json({ message: 'Successfully logged out', status: 'success' });
};

const me = async (world: World, call: HttpCall): Promise<Reply> => {
  const caller = await callerFrom(world, call);
  if (caller === 'missing') throw new Problem(401, 'Authorization header with Bearer token required');
  if (caller === 'invalid') throw new Problem(401, 'Invalid or expired token');
  const { userId, email, expires } = caller;
  return json({ user_id: userId, email, permissions: [], token_expires_at: isoOfSeconds(expires) });
};

const health = (world: World): Reply =>
  json({
    status: 'healthy',
    service: 'auth-service',
    version: VERSION,
    timestamp: isoNow(),
    uptime_seconds: world.uptimeSeconds,
    database_status: 'connected',
    environment: world.settings.environment,
    [STANDIN_MEMBER]: `${VERSION} at ${world.origins.auth}`,
  });

export const detailOf = (problem: Problem): Reply => {
  const detail: JsonObject = { detail: problem.message };
  return json(detail, problem.status, problem.headers);
};

export const authRoutes = (world: World): Route[] => {
  // This host judges tokens itself, and its errors are no envelopes.
  const { auth } = endpoints;
  return [
    serveAnyone(auth.testLogin, (call) => world.seams['auth.login'](call, loginRequest(world, call))),
    serveAnyone(auth.refresh, (call) => refresh(world, call)),
    serveAnyone(auth.verify, (call) => verify(world, call)),
    serveAnyone(auth.verifyHeader, (call) => verify(world, call)),
    serveAnyone(auth.validate, (call) => validate(world, call)),
    serveAnyone(auth.logout, (call) => logout(world, call)),
    serveAnyone(auth.me, (call) => me(world, call)),
    serveAnyone(auth.health, () => health(world)),
  ];
};

export const handleAuth = async (world: World, call: HttpCall, route: Route): Promise<Reply> => {
  if (call.body.kind === 'too-large') throw new Problem(413, 'Request body is too large');
  const work = route.prepare(call, undefined);
  return await world.seams['http.answer'](call, async () => work());
};
