/** What load balancers, ingress and access proxies send, and how it is told from the platform's own. */
import { expect, test } from '@playwright/test';
import {
  isApplicationBody,
  isGatewayResponse,
  isSessionCookie,
  isWithinWindow,
  loginHostOf,
  mediaTypeOf,
  retryAfterOf,
} from '../../src/contract/http.ts';

const response = (status: number, body: string, headers: Record<string, string> = {}) => ({ status, headers, body });
const NGINX = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

test('media types - compared without regard to case and parameters', () => {
  for (const type of ['application/json', 'Application/JSON; charset=UTF-8', 'APPLICATION/JSON ;x=1'])
    expect(mediaTypeOf({ 'content-type': type })).toBe('application/json');
  expect(mediaTypeOf({})).toBe('');
});

for (const [what, received, gateway] of [
  ['nginx', response(502, NGINX, { 'content-type': 'text/html' }), true],
  ['a load balancer without targets', response(503, NGINX, { 'content-type': 'Text/HTML; charset=utf-8' }), true],
  ['envoy', response(503, 'upstream connect error or disconnect/reset before headers'), true],
  ['traefik', response(504, 'Gateway Timeout', { 'content-type': 'text/plain' }), true],
  ['nobody at all', response(502, ''), true],
  ['an API gateway', response(503, '{"message":"Service Unavailable"}', { 'content-type': 'application/json' }), true],
  ['Cloudflare', response(521, '<!DOCTYPE html><html>', { 'content-type': 'text/html' }), true],
  ['the application, 503', response(503, '{"detail":"Circuit breaker is open"}'), false],
  ['the application, envelope', response(502, '{"error":true,"error_code":"INTERNAL_ERROR"}'), false],
  ['the application, cut off', response(503, `{"status":"not_ready","services":["${'x'.repeat(2_000)}…`), false],
  ['the application, 500', response(500, 'Internal Server Error'), false],
  ['a page of 404', response(404, NGINX), false],
] as const)
  test(`${what}, ${received.status} - ${gateway ? 'a gateway’s' : 'not a gateway’s'}`, () => {
    expect(isGatewayResponse(received)).toBe(gateway);
  });

test('a body of the application - an object with a field that its errors have, never HTML', () => {
  expect(isApplicationBody(response(200, ' {"status":"x"}'))).toBe(true);
  expect(isApplicationBody(response(200, '[{"status":"x"}]'))).toBe(false);
  expect(isApplicationBody(response(200, '{"status":"x"}', { 'content-type': 'text/html' }))).toBe(false);
});

const API = 'https://api.staging.example/health';
for (const [what, received, host] of [
  [
    'IAP',
    response(302, '', { location: 'https://accounts.google.com/o/oauth2/v2/auth?client_id=x' }),
    'accounts.google.com',
  ],
  [
    'Cloudflare Access',
    response(302, '', { location: 'https://team.cloudflareaccess.com/cdn-cgi/access/login/x' }),
    'team.cloudflareaccess.com',
  ],
  ['Microsoft', response(307, '', { location: 'https://login.microsoftonline.com/t/x' }), 'login.microsoftonline.com'],
  ['oauth2-proxy', response(302, '', { location: '/oauth2/start?rd=%2Fhealth' }), 'api.staging.example'],
  [
    'Keycloak',
    response(303, '', { location: 'https://id.example/realms/x/protocol/openid-connect/auth' }),
    'id.example',
  ],
  [
    'a form in place',
    response(200, '<html><form><input name="p" type="password"></form></html>'),
    'api.staging.example',
  ],
  ['a sign-in page, 403', response(403, '<html><title>Sign In</title></html>'), 'api.staging.example'],
  ['a slash added', response(307, '', { location: '/health/' }), undefined],
  ['another host', response(301, '', { location: 'https://api2.staging.example/health' }), undefined],
  ['a web app', response(200, '<html><title>Chat</title></html>'), undefined],
  ['JSON that speaks of a password', response(200, '{"x":"<input type=\\"password\\">"}'), undefined],
] as const)
  test(`${what} - ${host === undefined ? 'no login page' : `a login page of ${host}`}`, () => {
    expect(loginHostOf(received, API)).toBe(host);
  });

const NOW = Date.parse('2026-11-27T12:00:00.500Z');
for (const [value, date, seconds, waitMs] of [
  ['3', {}, 3, 3_000],
  [' 60 ', {}, 60, 60_000],
  ['Fri, 27 Nov 2026 12:00:03 GMT', {}, 3, 4_000],
  ['Friday, 27-Nov-26 12:00:03 GMT', {}, 3, 4_000],
  ['Fri Nov 27 12:00:03 2026', {}, 3, 4_000],
  // The server's own clock is an hour ahead.
  ['Fri, 27 Nov 2026 13:00:03 GMT', { date: 'Fri, 27 Nov 2026 13:00:00 GMT' }, 3, 4_000],
  ['Fri, 27 Nov 2026 11:00:00 GMT', {}, -3_600, 0],
] as const)
  test(`Retry-After: ${value} - ${seconds} s`, () => {
    expect(retryAfterOf({ 'retry-after': value, ...date }, NOW)).toMatchObject({ seconds, waitMs });
  });

test('Retry-After that says nothing - is none', () => {
  for (const value of ['', 'soon', '-1', '1.5', '2026-11-27', 'Fri, 99 Nov 2026 12:00:03 GMT', '1'.repeat(30)])
    expect(retryAfterOf({ 'retry-after': value }, NOW), value).toBeUndefined();
  expect(retryAfterOf({}, NOW)).toBeUndefined();
});

test('the window of a limit - one second to sixty, as seconds and as a date', () => {
  const within = (value: string) =>
    [retryAfterOf({ 'retry-after': value }, NOW)].some((told) => told && isWithinWindow(told));
  expect(['1', '60', 'Fri, 27 Nov 2026 12:01:00 GMT'].map(within)).toEqual([true, true, true]);
  expect(['0', '61', 'Fri, 27 Nov 2026 12:02:00 GMT', 'Fri, 27 Nov 2026 11:59:00 GMT'].map(within)).toEqual(
    Array(4).fill(false),
  );
});

test('cookies - those of load balancers, filters and access proxies are theirs', () => {
  const theirs = ['AWSALB', 'AWSALBCORS', 'AWSELBAuthSessionCookie-0', '__cf_bm', 'cf_clearance', 'CF_Authorization'];
  const more = ['GCLB', 'incap_ses_1_2', 'visid_incap_1', 'ARRAffinity', '_oauth2_proxy', 'BIGipServerpool', 'ak_bmsc'];
  expect([...theirs, ...more].filter(isSessionCookie)).toEqual([]);
  const own = ['session', 'sid', 'connect.sid', 'access_token', 'accessToken', 'auth', '__Host-session', 'jwt'];
  expect([...own, 'JSESSIONID', 'PHPSESSID'].filter((name) => !isSessionCookie(name))).toEqual([]);
});
