/** Data of one user that reached another: told by markers, ids and run ids that only one of them ever sent. */
import { markersIn } from './answers.ts';
import { messageIdOf, runIdOf, threadIdOf } from './events.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import {
  baseIdentity,
  excerptOf,
  field,
  isHtml,
  isSuccess,
  listOf,
  objectOf,
  textOf,
  tokenKind,
  type HttpView,
} from './http-view.ts';
import { onceAnAttempt, type RedAttempt } from './scene.ts';
import { isAgentEvent, isChat, welcomed, type SocketView } from './socket-view.ts';

/** Marker → the identities that sent it in a body. */
const senders = onceAnAttempt((attempt): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  const add = (text: string, by: string) => {
    for (const marker of markersIn(text)) found.set(marker, (found.get(marker) ?? new Set()).add(by));
  };
  for (const { x } of attempt.exchanges)
    if (tokenKind(x.identity) !== 'none') add(`${x.requestBody ?? ''} ${x.url}`, baseIdentity(x.identity));
  for (const { s, sent } of attempt.sockets) for (const one of sent) add(one.frame.text, baseIdentity(s.identity));
  return found;
});

/** Records answered to a create, by the user they were created for. */
const owners = onceAnAttempt((attempt): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const view of attempt.exchanges) {
    if (view.x.method !== 'POST' || !isSuccess(view.x) || tokenKind(view.x.identity) !== 'valid') continue;
    const id = textOf(objectOf(objectOf(view.json)['message'])['id']) || textOf(field(view, 'id'));
    if (id.length > 7) found.set(id, baseIdentity(view.x.identity));
  }
  return found;
});

const fits = ['foreign-data', 'http-body', 'answer-wrong', 'not-persisted', 'pagination'] as const;

const foreignOwner = (view: HttpView): string | null => {
  const owns = listOf(objectOf(view.json)['messages'])
    .map((one) => textOf(objectOf(one)['user_id']))
    .filter((id) => id !== '');
  return new Set(owns).size > 1 ? `messages of ${[...new Set(owns)].join(' and ')}` : null;
};

const CLAIM = /"(user_id|email)"\s*:\s*"([^"\\]+)"/g;
const claimsIn = (view: HttpView): readonly string[] => [
  ...new Set([...view.x.body.matchAll(CLAIM)].map(([, name = '', value = '']) => `${name} ${value}`)),
];
const isServed = ({ x }: HttpView): boolean => isSuccess(x) && !isHtml(x) && tokenKind(x.identity) === 'valid';

/** Who each identity is by most of what it is told: `A user_id` → `user_id e2e-…`. */
const selves = onceAnAttempt((attempt): ReadonlyMap<string, string> => {
  const told = new Map<string, number>();
  for (const view of attempt.exchanges.filter(isServed))
    for (const claim of claimsIn(view)) {
      const key = `${baseIdentity(view.x.identity)} ${claim}`;
      told.set(key, (told.get(key) ?? 0) + 1);
    }
  const found = new Map<string, string>();
  for (const [key] of [...told].sort(([, a], [, b]) => b - a)) {
    const [who = '', kind = '', value = ''] = key.split(' ', 3);
    if (!found.has(`${who} ${kind}`)) found.set(`${who} ${kind}`, `${kind} ${value}`);
  }
  return found;
});

const names = (text: string, value: string): boolean => {
  const at = text.indexOf(value);
  return at >= 0 && !/[\w-]/.test(text.charAt(at + value.length));
};

/** Somebody is told to be another one, or to own what somebody else is; or reads who somebody else is. */
const claimDraft = (attempt: RedAttempt, view: HttpView): Finding | null => {
  if (!isServed(view)) return null;
  const known = selves(attempt);
  const me = baseIdentity(view.x.identity);
  const selfOf = (claim: string) => known.get(`${me} ${claim.split(' ', 1)[0] ?? ''}`);
  const others = [...known].filter(([who, claim]) => !who.startsWith(`${me} `) && selfOf(claim) !== claim);
  const asked = `${view.x.requestBody ?? ''} ${view.x.url}`;
  const read = others
    .map(([, claim]) => ({ claim, value: claim.split(' ', 2)[1] ?? '' }))
    .find(({ value }) => names(view.x.body, value) && !names(asked, value));
  const strange = claimsIn(view).find((claim) => selfOf(claim) !== claim) ?? read?.claim;
  if (strange === undefined) return null;
  const isKnown = others.some(([, claim]) => claim === strange);
  return finding(view, {
    cause: 'isolation-breach-http',
    phase: 'http-api',
    signal: isKnown ? 'high' : 'medium',
    fact: `${view.x.method} ${view.path} as ${view.x.identity} names ${strange}`,
    detail: "another user's data in the reply",
    rank: 1,
    fits: isKnown ? [...fits, 'auth-rejected'] : ['foreign-data'],
  });
};

/** Request texts of the same exchange may name the other user: only what the reply adds counts. */
const readDraft = (attempt: RedAttempt, view: HttpView): Finding | null => {
  const { x } = view;
  if (!isSuccess(x) || isHtml(x) || tokenKind(x.identity) !== 'valid' || x.surface !== 'api') return null;
  const me = baseIdentity(x.identity);
  const sent = senders(attempt);
  const asked = new Set(markersIn(`${x.requestBody ?? ''} ${x.url}`));
  const strange = markersIn(x.body).filter(
    (marker) => !asked.has(marker) && sent.has(marker) && !sent.get(marker)?.has(me),
  );
  const records = [...owners(attempt)].filter(
    ([id, owner]) => owner !== me && x.body.includes(id) && !x.url.includes(id),
  );
  const mixed = x.method === 'GET' ? foreignOwner(view) : null;
  if (strange.length === 0 && records.length === 0 && mixed === null) return null;
  const what =
    strange.length > 0
      ? `marker ${strange.join(', ')}`
      : records.length > 0
        ? `record ${records[0]?.[0] ?? ''}`
        : (mixed ?? '');
  return finding(view, {
    cause: 'isolation-breach-http',
    phase: 'http-api',
    signal: 'high',
    fact: `${x.method} ${view.path} as ${x.identity} shows ${what} of another user: ${excerptOf(x.body, 80)}`,
    detail: "another user's data in the reply",
    rank: 1,
    fits,
  });
};

const socketDraft = (attempt: RedAttempt, view: SocketView): Finding | null => {
  if (!welcomed(view) || view.s.expected !== 'welcome') return null;
  const me = baseIdentity(view.s.identity);
  const sent = senders(attempt);
  const others = attempt.sockets.filter((other) => baseIdentity(other.s.identity) !== me);
  const foreignIds = new Set(
    others.flatMap((other) => other.sent.filter(isChat).map(messageIdOf)).filter((id) => id !== ''),
  );
  const ownIds = new Set(
    attempt.sockets
      .filter((other) => baseIdentity(other.s.identity) === me)
      .flatMap((other) => other.sent.filter(isChat).map(messageIdOf))
      .filter((id) => id !== ''),
  );
  for (const one of view.received) {
    const strange = markersIn(one.frame.text).filter((marker) => sent.has(marker) && !sent.get(marker)?.has(me));
    const event = isAgentEvent(one);
    const byMessage =
      event && messageIdOf(one) !== '' && foreignIds.has(messageIdOf(one)) && !ownIds.has(messageIdOf(one));
    const started = one.type === 'agent_started';
    const unasked =
      started && messageIdOf(one) !== '' && !ownIds.has(messageIdOf(one)) && !foreignIds.has(messageIdOf(one));
    const uninvited =
      event &&
      ownIds.size === 0 &&
      !view.sent.some(isChat) &&
      !attempt.sockets.some((other) => baseIdentity(other.s.identity) === me && other.sent.some(isChat));
    if (strange.length === 0 && !byMessage && !unasked && !uninvited) continue;
    const sure = strange.length > 0 || byMessage;
    return finding(view, {
      cause: 'isolation-breach-ws',
      phase: 'events',
      signal: sure ? 'high' : 'medium',
      fact: `socket ${view.s.id} as ${view.s.identity} received ${one.type}${strange.length > 0 ? ` with marker ${strange.join(', ')} of another user` : `, run ${runIdOf(one)}, thread ${threadIdOf(one)}, that this user did not start`}`,
      detail: "frames of another user's run",
      rank: 1,
      fits: ['foreign-data', 'events-order', 'events-missing', 'ws-frame', 'answer-wrong', 'ws-wrong-user'],
    });
  }
  return null;
};

export const isolationFindings = (attempt: RedAttempt): Finding[] =>
  [
    ...attempt.exchanges
      .filter(({ x }) => x.probe === null)
      .map((view) => readDraft(attempt, view) ?? claimDraft(attempt, view)),
    ...attempt.sockets.filter(({ s }) => s.probe === null).map((view) => socketDraft(attempt, view)),
  ].filter((one) => one !== null);
