/** What a stand-in is started with; `main.ts` reads it from arguments and environment, checks pass it directly. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Dialect } from './dialects/dialect.ts';
import { dialect as beta9 } from './dialects/beta-9.ts';

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
/** Sent in `X-Goldenpath-Standin`. */
export const VERSION = z.looseObject({ version: z.string() }).parse(manifest).version;

export interface Settings {
  port: number;
  authPort: number;
  environment: string;
  frontendUrl: string;
  heartbeatSeconds: number;
  secret: string;
  bypassKey: string;
  /** Where `net-tls-wrong-name` writes the certificate of its authority. */
  caFile: string | undefined;
  /** The release that it plays. */
  dialect: Dialect;
}

export const DEFAULT_FRONTEND_URL = 'http://localhost:3000';

export const settingsFrom = ({ dialect = beta9, ...given }: Partial<Settings> = {}): Settings => ({
  dialect,
  port: given.port ?? 0,
  authPort: given.authPort ?? 0,
  environment: given.environment ?? 'staging',
  frontendUrl: given.frontendUrl ?? DEFAULT_FRONTEND_URL,
  heartbeatSeconds: given.heartbeatSeconds ?? dialect.release.socket.limits.heartbeatSeconds,
  secret: given.secret ?? randomBytes(32).toString('hex'),
  bypassKey: given.bypassKey ?? randomBytes(24).toString('base64url'),
  caFile: given.caFile,
});
