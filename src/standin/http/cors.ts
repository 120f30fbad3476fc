/** CORS: an exact list of origins, on both hosts (section 10). */
import { HOSTED_DOMAIN, HOSTED_ORIGIN_NAMES, LOCAL_ORIGIN_PORTS } from '../../contract/headers.ts';
import type { HttpCall } from '../unit.ts';
import { text, type Reply } from './reply.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD'];
const HEADERS = ['Authorization', 'Content-Type', 'X-Test-Type', 'X-Test-Environment', 'X-Test-Session'];
/** May be sent to anybody, so a preflight that names them is not turned down. */
const SAFE_HEADERS = ['accept', 'accept-language', 'content-language'];
const ORIGINS = new Set([
  ...HOSTED_ORIGIN_NAMES.map((name) => `https://${name}.${HOSTED_DOMAIN}`),
  ...LOCAL_ORIGIN_PORTS.map((port) => `http://localhost:${port}`),
]);

const isAllowed = (origin: string, frontendUrl: string) =>
  ORIGINS.has(origin) || origin === new URL(frontendUrl).origin;

export const isPreflight = (call: HttpCall): boolean =>
  call.method === 'OPTIONS' &&
  call.headers.origin !== undefined &&
  call.headers['access-control-request-method'] !== undefined;

export const withCors = (call: HttpCall, reply: Reply, frontendUrl: string): Reply => {
  const { origin } = call.headers;
  if (origin === undefined || !isAllowed(origin, frontendUrl)) return reply;
  const allowed = {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
  return { ...reply, headers: { ...reply.headers, ...allowed } };
};

export const preflight = (call: HttpCall, frontendUrl: string): Reply => {
  const { origin = '' } = call.headers;
  if (!isAllowed(origin, frontendUrl)) return text(400, 'Disallowed CORS origin');
  const method = call.headers['access-control-request-method'] ?? '';
  const allowed = [...SAFE_HEADERS, ...HEADERS.map((name) => name.toLowerCase())];
  const asked = (call.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  if (!METHODS.includes(method)) return text(400, 'Disallowed CORS method');
  if (asked.some((name) => name !== '' && !allowed.includes(name))) return text(400, 'Disallowed CORS headers');
  const reply = text(200, 'OK');
  reply.headers = {
    'access-control-allow-methods': METHODS.join(', '),
    'access-control-allow-headers': HEADERS.join(', '),
    'access-control-max-age': '3600',
  };
  return reply;
};
