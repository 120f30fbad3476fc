/** Header names and fixed values of the wire. */

/** Headers by which staging detects an E2E test. */
export const detectionHeaders = (environment: string): Record<string, string> => ({
  'X-Test-Type': 'e2e',
  'X-Test-Environment': environment,
  'X-E2E-Test': 'true',
  'X-Test-Mode': 'true',
});

export const USER_AGENT = 'goldenpath';
/** Sent without the detection headers: what a customer's browser says. */
export const ORDINARY_USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** What a client says of itself: with detection as the suite, without it as anybody. */
export const clientHeaders = (detection: boolean, environment: string): Record<string, string> =>
  detection ? { 'user-agent': USER_AGENT, ...detectionHeaders(environment) } : { 'user-agent': ORDINARY_USER_AGENT };

/** Known to POST /auth/e2e/test-auth only. */
export const BYPASS_KEY_HEADER = 'X-E2E-Bypass-Key';
/** Sent by the stand-in with every reply, so that no report can take it for a staging. */
export const STANDIN_HEADER = 'X-Goldenpath-Standin';
/**
 * For proxies that drop headers: member of /health and /ws/health and of the auth service's /health, with the version
 * and the stand-in's own address; and claim of its tokens, with the version.
 */
export const STANDIN_MEMBER = 'goldenpath_standin';

/** Origins that CORS allows, besides those of the deployment itself. */
export const LOCAL_ORIGIN_PORTS = [3000, 3001, 3002, 8000, 8080, 8081, 5173, 4200] as const;
export const HOSTED_ORIGIN_NAMES = [
  'staging',
  'app.staging',
  'auth.staging',
  'api.staging',
  'backend.staging',
] as const;
export const HOSTED_DOMAIN = 'netrasystems.ai';
