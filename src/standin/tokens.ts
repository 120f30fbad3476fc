/** Tokens: signing, judging, sessions, revocation. Shared by both hosts, so a logout counts on both at once. */
import { CompactSign } from 'jose/jws/compact/sign';
import { compactVerify } from 'jose/jws/compact/verify';
import { AUDIENCE, ISSUER, MAX_CLOCK_SKEW_SECONDS } from '../contract/auth.ts';
import { STANDIN_MEMBER } from '../contract/headers.ts';
import { VERSION } from './settings.ts';
import { isObject, type JsonObject } from './unit.ts';

export interface Caller {
  userId: string;
  email: string;
  jti: string;
  expires: number;
}

export type Flaw = 'format' | 'signature' | 'algorithm' | 'claims' | 'expired' | 'revoked' | 'kind' | 'issuer';

/** Every flaw is named, so that a fault can forgive one of them and no other. */
export type Judgement =
  | { verdict: 'absent' }
  | { verdict: 'valid'; caller: Caller }
  | { verdict: 'flawed'; flaws: readonly Flaw[]; claims: JsonObject | undefined }
  | { verdict: 'unavailable' };

export type TokenKind = 'access' | 'refresh';

export interface Lifetime {
  /** `exp - iat` of the token itself. */
  seconds: number;
  /** What the reply calls `expires_in`. */
  stated: number;
}

const decode = (part: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const callerOf = (claims: JsonObject): Caller => ({
  userId: text(claims['sub']),
  email: text(claims['email']),
  jti: text(claims['jti']),
  expires: typeof claims['exp'] === 'number' ? claims['exp'] : 0,
});

/** A judgement in which this one flaw does not count. */
export const forgiving = (flaw: Flaw, judgement: Judgement): Judgement =>
  judgement.verdict === 'flawed' && judgement.claims !== undefined && judgement.flaws.every((found) => found === flaw)
    ? { verdict: 'valid', caller: callerOf(judgement.claims) }
    : judgement;

export class TokenOffice {
  readonly #key: Uint8Array;
  readonly #environment: string;
  readonly #revoked = new Set<string>();
  readonly #spent = new Set<string>();
  /** Session by the `jti` of every token it has given out. */
  readonly #sessions = new Map<string, { refresh: string }>();

  readonly #newId: () => string;

  constructor(secret: string, environment: string, newId: () => string) {
    this.#newId = newId;
    this.#key = new TextEncoder().encode(secret);
    this.#environment = environment;
  }

  async sign(kind: TokenKind, userId: string, email: string, seconds: number): Promise<{ token: string; jti: string }> {
    const issued = Math.floor(Date.now() / 1000);
    const jti = this.#newId();
    const claims = {
      sub: userId,
      email,
      permissions: [],
      iat: issued,
      exp: issued + seconds,
      token_type: kind,
      type: kind,
      iss: ISSUER,
      aud: AUDIENCE,
      jti,
      env: this.#environment,
      svc_id: `netra_auth_service_${this.#environment}`,
      [STANDIN_MEMBER]: VERSION,
    };
    const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(this.#key);
    return { token, jti };
  }

  /** A pair of a session: a new one, or the one that the presented refresh token belongs to. */
  async pair(userId: string, email: string, accessSeconds: number, refreshSeconds: number, previous?: string) {
    const access = await this.sign('access', userId, email, accessSeconds);
    const refresh = await this.sign('refresh', userId, email, refreshSeconds);
    const session = (previous === undefined ? undefined : this.#sessions.get(previous)) ?? { refresh: '' };
    session.refresh = refresh.jti;
    this.#sessions.set(access.jti, session).set(refresh.jti, session);
    return { access: access.token, refresh: refresh.token };
  }

  async judge(token: string | undefined, kind: TokenKind = 'access'): Promise<Judgement> {
    if (token === undefined) return { verdict: 'absent' };
    const parts = token.split('.');
    if (parts.length !== 3 || parts.some((part) => part === '')) {
      return { verdict: 'flawed', flaws: ['format'], claims: undefined };
    }
    const header = decode(parts[0] ?? '');
    const claims = decode(parts[1] ?? '');
    const flaws: Flaw[] = [];
    if (header?.['alg'] !== 'HS256') flaws.push('algorithm');
    else if (!(await this.#signed(token))) flaws.push('signature');
    if (claims === undefined) return { verdict: 'flawed', flaws: [...flaws, 'claims'], claims };
    const now = Date.now() / 1000;
    const { exp, iat, jti, sub } = claims;
    const complete = typeof exp === 'number' && typeof iat === 'number' && text(jti) !== '' && text(sub) !== '';
    if (!complete || iat > now + MAX_CLOCK_SKEW_SECONDS) flaws.push('claims');
    if (typeof exp === 'number' && exp <= now) flaws.push('expired');
    if (this.#revoked.has(text(jti))) flaws.push('revoked');
    if (claims['token_type'] !== kind) flaws.push('kind');
    if (claims['iss'] !== ISSUER || claims['aud'] !== AUDIENCE) flaws.push('issuer');
    return flaws.length === 0 ? { verdict: 'valid', caller: callerOf(claims) } : { verdict: 'flawed', flaws, claims };
  }

  /** Whether the refresh token was still unspent; from now on it is spent. */
  spend(jti: string): boolean {
    const unspent = !this.#spent.has(jti);
    this.#spent.add(jti);
    return unspent;
  }

  /** The token itself, and the session's current refresh token. */
  revoke(jti: string): void {
    this.#revoked.add(jti);
    const session = this.#sessions.get(jti);
    if (session !== undefined) this.#revoked.add(session.refresh);
  }

  /** As after a restart of a service that keeps these in memory. */
  forget(): void {
    this.#revoked.clear();
    this.#spent.clear();
  }

  async #signed(token: string): Promise<boolean> {
    try {
      await compactVerify(token, this.#key, { algorithms: ['HS256'] });
      return true;
    } catch {
      return false;
    }
  }
}
