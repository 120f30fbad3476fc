/** HTTP as it arrives through load balancers, ingress and access proxies: what of a response is theirs, and how it is read. */

type Headers = Readonly<Record<string, string>>;

/** What tells whose response it is; header names in lower case. */
export interface Received {
  readonly status: number | null;
  readonly headers: Headers;
  readonly body: string;
}

/** `application/json` of `Application/JSON; charset=UTF-8`; empty where there is none. */
export const mediaTypeOf = (headers: Headers): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export const isHtml = ({ headers, body }: Pick<Received, 'headers' | 'body'>): boolean =>
  /^(?:text\/html|application\/xhtml\+xml)$/.test(mediaTypeOf(headers)) ||
  /^\s*<(?:!doctype\s+html|html)/i.test(body.slice(0, 1_000));

const OWN_FIELDS = ['detail', 'error_code', 'error', 'status'];
const OWN_FIELD = new RegExp(`"(?:${OWN_FIELDS.join('|')})"\\s*:`);

const keysOf = (text: string): readonly string[] | undefined => {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? Object.keys(json) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** JSON with a field that errors of the API and the auth service have. A body may be cut off. */
export const isApplicationBody = (response: Pick<Received, 'headers' | 'body'>): boolean => {
  const { body } = response;
  if (isHtml(response) || !/^\s*\{/.test(body.slice(0, 1_000))) return false;
  const keys = keysOf(body);
  return keys === undefined ? OWN_FIELD.test(body) : keys.some((key) => OWN_FIELDS.includes(key));
};

/** 52x and 530 are Cloudflare's: it did not reach the origin. */
const GATEWAY_STATUS = /^(?:50[234]|52\d|530)$/;

/** A gateway answered because it had nobody to ask: never the application's mapping of an error. */
export const isGatewayResponse = (response: Received): boolean =>
  GATEWAY_STATUS.test(String(response.status)) && !isApplicationBody(response);

/** How an edge turns a runner away; no release of the platform changes that. */
export const EDGE_REFUSALS: readonly number[] = [403, 429];

/* ---- access proxies ---- */

const LOGIN_HOST =
  /^(?:accounts\.google\.com|login\.(?:microsoftonline|live|windows)\.\w+|.*\.(?:cloudflareaccess|okta|oktapreview|auth0|onelogin|pingidentity|amazoncognito)\.com|(?:login|signin|sso|idp|adfs)\..+)$/i;
const LOGIN_PATH =
  /(?:^|[/_.-])(?:log-?in|sign-?in|sso|saml2?|oauth2?|oidc|openid-connect|authorize|adfs|cas)(?:[/_.-]|$)|^\/cdn-cgi\/access/i;
const LOGIN_PAGE = /<input[^>]{1,300}type\s*=\s*["']?password|<title>[^<]{0,100}\b(?:log ?in|sign ?in|log ?on)\b/i;

const urlOf = (text: string, base: string): URL | undefined =>
  URL.canParse(text, base) ? new URL(text, base) : undefined;

/** Where a response leads that asks for a login first: the host of its page; undefined where it does not. */
export const loginHostOf = (response: Received, requested: string): string | undefined => {
  const { status, headers, body } = response;
  if (status === null) return undefined;
  if (status >= 300 && status < 400) {
    const to = urlOf(headers['location'] ?? '', requested);
    if (headers['location'] === undefined || to === undefined) return undefined;
    return LOGIN_HOST.test(to.hostname) || LOGIN_PATH.test(to.pathname) ? to.host : undefined;
  }
  return isHtml(response) && status < 500 && LOGIN_PAGE.test(body.slice(0, 64_000))
    ? urlOf('/', requested)?.host
    : undefined;
};

/** One sentence for people. */
export const loginText = (host: string): string => `answers, but leads to a login page of ${host}: an access proxy?`;

/* ---- Retry-After ---- */

/** RFC 9110, 5.6.7: the form that is sent, and the two that are read. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? (?:\d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;
const dateOf = (text: string): number | undefined => {
  if (!HTTP_DATE.test(text)) return undefined;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isFinite(at) ? at : undefined;
};

export interface RetryAfter {
  readonly form: 'seconds' | 'date';
  /** From the response on; negative for a date that is past. */
  readonly seconds: number;
  /** How long to wait, so that the named moment is over. */
  readonly waitMs: number;
}

/** `Retry-After` as seconds or a date, a date read against the server's own clock; undefined where there is none to read. */
export const retryAfterOf = (headers: Headers, now: number): RetryAfter | undefined => {
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return { form: 'seconds', seconds: Number(value), waitMs: Number(value) * 1_000 };
  const at = dateOf(value);
  if (at === undefined) return undefined;
  const seconds = Math.ceil((at - (dateOf(headers['date']?.trim() ?? '') ?? now)) / 1_000);
  // A date has no parts of a second: the one that it names counts too.
  return { form: 'date', seconds, waitMs: Math.max(0, seconds + 1) * 1_000 };
};

/** The wait of a 429 ends within the window of a minute. */
export const isWithinWindow = ({ form, seconds }: RetryAfter): boolean =>
  seconds >= (form === 'date' ? 0 : 1) && seconds <= 60;

/* ---- cookies ---- */

/** Load balancers and access proxies name theirs so, too. */
const EDGE_COOKIE = /^(?:AWSELB|AWSALB|_?oauth2_proxy|CF_|cf_|GCP_IAP|incap_|visid_|nlbi_|BIGip|TS01)/i;
const SESSION_WORDS = new Set(['session', 'sessionid', 'token', 'auth', 'sid', 'jwt', 'jsessionid', 'phpsessid']);

/** A cookie by which the API or the auth service itself would keep a session. */
export const isSessionCookie = (name: string): boolean =>
  !EDGE_COOKIE.test(name) &&
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => SESSION_WORDS.has(word));
