/** Which hosts may be talked to: this machine, and what E2E_ALLOWED_HOSTS names; never production. */
import { SetupError } from './setup-error.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/** Host of a URL, without an empty label: `api.example.com.` is another spelling of `api.example.com`. */
export const isPlainHost = (hostname: string): boolean => !hostname.split('.').includes('');

const HOST = /^(?:\[[\da-f:.]+\]|[^\s[\]:/?#@\\*%]+)$/i;

/** A host of E2E_ALLOWED_HOSTS as a URL spells it; undefined = it is none, but a URL, a port, a pattern. */
export const hostOf = (entry: string): string | undefined => {
  if (!HOST.test(entry) || !URL.canParse(`https://${entry}`)) return undefined;
  const { hostname } = new URL(`https://${entry}`);
  return isPlainHost(hostname) ? hostname : undefined;
};

/** `prod`, `prod2`, `prod1b`, and glued behind another word: `euprod`. */
const PRODUCTION = /^(?:prod|production|prd)(?:\d+[a-z]?)?$|^(?!(?:non|not?|pre|re)prod).+prod\d*$/;
const NEGATION = new Set(['non', 'not', 'no', 'pre']);
const LIVE = /^live\d*$/;
/** `live` in front of these is a feature, not an environment. */
const FEATURE =
  /^(?:blog|cast|chats?|class|data|demo|docs|events?|feed|help|messages?|messaging|news|preview|reload|scores?|sessions?|shop|stream(?:ing|s)?|support|tv|updates?|video|view|voice)$/;
const STAGING =
  /^(?:staging|stage|stg|test|testing|dev|develop|development|qa|uat|sandbox|preview|nonprod|preprod)\d*$/;

/**
 * Whether a host name says that it is production. Words are what `.`, `-` and `_` separate. `prod`, `production` and
 * `prd` say so unless the word before negates them (`non-prod`) or `like` follows; `live` says so unless it is negated,
 * a feature (`live-chat`), or the name has a word such as `staging` too.
 */
export const looksLikeProduction = (hostname: string): boolean => {
  const labels = hostname
    .toLowerCase()
    .split('.')
    .map((label) => label.split(/[-_]+/).filter((word) => word !== ''));
  const staging = labels.flat().some((word) => STAGING.test(word));
  return (
    labels.some((words) =>
      words.some((word, index) => {
        if (NEGATION.has(words[index - 1] ?? '')) return false;
        const next = words[index + 1] ?? '';
        if (LIVE.test(word)) return !staging && !FEATURE.test(next);
        return PRODUCTION.test(word) && next !== 'like';
      }),
    ) ||
    (/(?:^|\.)netrasystems\.ai\.*$/i.test(hostname) && !hostname.toLowerCase().split('.').includes('staging'))
  );
};

/** Throws unless keys and tokens may go to this URL. */
export const assertMayReceiveSecrets = (variable: string, url: string, allowedHosts: readonly string[]): void => {
  const { hostname, protocol } = new URL(url);
  if (looksLikeProduction(hostname))
    throw new SetupError(
      `${variable} names ${hostname}, which looks like production. goldenpath never runs against production; point ${variable} at a staging. ` +
        'For a staging that only has such a name see docs/pointing-at-your-platform.md.',
    );
  if (isLoopback(hostname)) return;
  if (!allowedHosts.includes(hostname))
    throw new SetupError(
      `${variable} names ${hostname}, which is not in E2E_ALLOWED_HOSTS (${allowedHosts.join(', ')}). ` +
        `If that host may receive test tokens, add it: E2E_ALLOWED_HOSTS=${[...allowedHosts, hostname].join(',')}.`,
    );
  if (protocol === 'http:' || protocol === 'ws:')
    throw new SetupError(
      `${variable} uses ${protocol}// to ${hostname}: tokens would travel in clear text. Use ${protocol === 'http:' ? 'https' : 'wss'}://.`,
    );
};
