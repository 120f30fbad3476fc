/** Confirmed writes against later reads: lost, in one instance only, altered, of another thread, or badly paged. */
import { isDeepStrictEqual } from 'node:util';
import { framesOf } from './agents.ts';
import { markersIn } from './answers.ts';
import type { FindingDraft } from './finding.ts';
import {
  baseIdentity,
  describe,
  field,
  isHtml,
  isSuccess,
  listOf,
  met,
  objectOf,
  parsed,
  textOf,
  tokenKind,
  type HttpView,
} from './http-view.ts';
import { restartOf, within } from './restart.ts';
import { onceAnAttempt, type RedAttempt, type Scene } from './scene.ts';

interface Written {
  readonly id: string;
  readonly label: string;
  readonly by: string;
  readonly view: HttpView;
}

const CHAT = '/api/chat/messages';
const MESSAGES = /^\/api\/threads\/[^/]+\/messages$/;

const served = (view: HttpView): boolean => isSuccess(view.x) && !isHtml(view.x);
const byValid = (view: HttpView): boolean => tokenKind(view.x.identity) === 'valid';

const chatWrites = onceAnAttempt((attempt): readonly Written[] =>
  attempt.exchanges
    .filter((view) => view.x.method === 'POST' && view.path === CHAT && served(view) && byValid(view))
    .flatMap((view) => {
      const message = objectOf(objectOf(view.json)['message']);
      const id = textOf(message['id']) === '' ? textOf(field(view, 'id')) : textOf(message['id']);
      const label = textOf(objectOf(parsed(view.x.requestBody ?? ''))['thread_id']) || textOf(field(view, 'thread_id'));
      return id === '' ? [] : [{ id, label, by: baseIdentity(view.x.identity), view }];
    }),
);

/** Messages that a chat stream says it stored. */
const streamWrites = onceAnAttempt((attempt): readonly Written[] =>
  attempt.exchanges
    .filter((view) => view.x.method === 'POST' && view.path === '/api/chat/stream' && served(view) && byValid(view))
    .flatMap((view) => {
      const label = textOf(objectOf(parsed(view.x.requestBody ?? ''))['thread_id']);
      return framesOf(view)
        .frames.map((one) => textOf(objectOf(one['message'])['id']))
        .filter((id) => id !== '')
        .map((id) => ({ id, label, by: baseIdentity(view.x.identity), view }));
    }),
);

const allWrites = (attempt: RedAttempt): readonly Written[] => [...chatWrites(attempt), ...streamWrites(attempt)];

const threadWrites = onceAnAttempt((attempt): readonly Written[] =>
  attempt.exchanges
    .filter((view) => view.x.method === 'POST' && view.path === '/api/threads' && served(view) && byValid(view))
    .flatMap((view) => {
      const id = textOf(field(view, 'id'));
      return id === '' ? [] : [{ id, label: id, by: baseIdentity(view.x.identity), view }];
    }),
);

const readsOf = (scene: Scene, attempt: RedAttempt): readonly HttpView[] =>
  [...attempt.exchanges, ...scene.probes.reread].filter((view) => view.x.method === 'GET' && view.x.status !== null);

/** Messages of threads, with what was said. */
const postsTo = onceAnAttempt((attempt) =>
  attempt.exchanges
    .filter((view) => view.x.method === 'POST' && MESSAGES.test(view.path) && served(view) && byValid(view))
    .map((view) => ({
      id: textOf(field(view, 'id')),
      sent: textOf(objectOf(parsed(view.x.requestBody ?? ''))['message']),
    })),
);

const removed = (attempt: RedAttempt, path: string, before: HttpView): boolean =>
  attempt.exchanges.some(
    (view) => view.x.method === 'DELETE' && view.path === path && served(view) && view.at <= before.at,
  );

const fits = [
  'not-persisted',
  'http-status',
  'pagination',
  'limit',
  'http-body',
  'foreign-data',
  'answer-wrong',
] as const;

/** Lost for all, or there on some requests: other reads of the run decide. */
const lostDraft = (scene: Scene, view: HttpView, fact: string, what: string, mixed: boolean): FindingDraft => {
  const restart = restartOf(scene);
  if (within(restart, view.at - 30_000, view.at))
    return {
      cause: 'redeploy',
      phase: 'platform',
      signal: 'high',
      fact: `${fact}; ${restart.fact}`,
      detail: restart.fact,
      rank: 1,
      fits,
    };
  return mixed || runIsMixed(scene)
    ? {
        cause: 'instance-local-state',
        phase: 'http-api',
        signal: mixed ? 'high' : 'medium',
        fact,
        detail: `${what} there on some requests, absent on others`,
        facet: 'store',
        rank: 1,
        fits,
      }
    : {
        cause: 'persistence-lost',
        phase: 'http-api',
        signal: 'high',
        fact,
        detail: `confirmed, then absent: ${what}`,
        facet: 'store',
        rank: 1,
        fits,
      };
};

const presence = (reads: readonly HttpView[], path: string): { there: number; gone: number } => {
  const own = reads.filter((view) => view.path === path);
  return { there: own.filter(served).length, gone: own.filter(({ x }) => x.status === 404).length };
};

const totals = (reads: readonly HttpView[], url: string): ReadonlySet<unknown> =>
  new Set(
    reads
      .filter((view) => view.x.url === url && served(view))
      .map((view) => field(view, 'total_count') ?? field(view, 'total'))
      .filter((total) => typeof total === 'number'),
  );

/** Somewhere in the run one record was there and gone, without a delete between. */
const runIsMixed = (scene: Scene): boolean =>
  scene.red.some((attempt) => {
    const reads = readsOf(scene, attempt);
    return [...chatWrites(attempt), ...threadWrites(attempt)].some(({ id }) =>
      [`${CHAT}/${id}`, `/api/threads/${id}`].some((path) => {
        const deleted = attempt.exchanges.some(
          (view) => view.x.method === 'DELETE' && view.path === path && isSuccess(view.x),
        );
        const { there, gone } = presence(reads, path);
        return !deleted && there > 0 && gone > 0;
      }),
    );
  }) || rereadDiffers(scene.probes.reread);

const rereadDiffers = (reads: readonly HttpView[]): boolean =>
  [...new Set(reads.map(({ x }) => x.url))].some((url) => {
    const own = reads.filter(({ x }) => x.url === url);
    return new Set(own.map(({ x }) => x.status)).size > 1 && own.every(({ x }) => x.status === 200 || x.status === 404)
      ? true
      : totals(own, url).size > 1;
  });

const absentById = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (view.x.method !== 'GET' || view.x.status !== 404 || (view.x.expected !== null && met(view.x))) return null;
  const id = view.path
    .split('/')
    .find((part) => [...chatWrites(attempt), ...threadWrites(attempt)].some((one) => one.id === part));
  if (id === undefined || removed(attempt, view.path, view)) return null;
  const { there } = presence(readsOf(scene, attempt), view.path);
  return lostDraft(scene, view, describe(view), 'a record read by id', there > 0);
};

const items = (view: HttpView): readonly Record<string, unknown>[] | null => {
  const list = Array.isArray(view.json) ? view.json : objectOf(view.json)['messages'];
  return Array.isArray(list) ? list.map(objectOf) : null;
};

/** A list that has fewer than what was confirmed, though its page is not full. */
const shortList = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (view.path !== CHAT || view.x.method !== 'GET' || !served(view) || !byValid(view)) return null;
  const label = view.query.get('thread_id');
  if (label === null || Number(view.query.get('offset') ?? 0) > 0) return null;
  const list = items(view);
  const total = field(view, 'total_count');
  if (list === null || typeof total !== 'number') return null;
  const by = baseIdentity(view.x.identity);
  const written = allWrites(attempt).filter(
    (one) => one.label === label && one.by === by && one.view.at + (one.view.x.phases.end ?? 0) <= view.at,
  );
  const deleted = attempt.exchanges.filter(
    ({ x, path, at }) =>
      x.method === 'DELETE' && isSuccess(x) && at <= view.at && written.some(({ id }) => path === `${CHAT}/${id}`),
  ).length;
  const due = written.length - deleted;
  const limit = Number(view.query.get('limit') ?? 50);
  if (total >= due || list.length > total) return null;
  // A full page says nothing about what is behind it; then `total` itself is wrong.
  if (list.length >= limit && total === list.length && limit > 1) return null;
  const all = totals(readsOf(scene, attempt), view.x.url);
  return lostDraft(scene, view, `${describe(view)}: total ${total}, ${due} confirmed`, 'listed messages', all.size > 1);
};

/** More is counted than this user ever wrote, and somebody else wrote under the same label. */
const overcounted = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const label = view.query.get('thread_id');
  const total = field(view, 'total_count');
  if (view.path !== CHAT || view.x.method !== 'GET' || !served(view) || !byValid(view)) return null;
  if (label === null || typeof total !== 'number') return null;
  const by = baseIdentity(view.x.identity);
  const under = chatWrites(attempt).filter((one) => one.label === label);
  const own = under.filter((one) => one.by === by).length;
  const others = under.length - own;
  if (others === 0 || own === 0 || total <= own || total > under.length) return null;
  return {
    cause: 'isolation-breach-http',
    phase: 'http-api',
    signal: total === under.length ? 'high' : 'medium',
    fact: `${describe(view)}: counts ${total}, this user wrote ${own}, others ${others}`,
    detail: "another user's data in the reply",
    rank: 1,
    fits,
  };
};

/** PUT and DELETE of a thread were confirmed, a later read shows the state before. */
const undone = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (view.x.method !== 'GET' || !/^\/api\/threads\/[^/]+$/.test(view.path) || !served(view)) return null;
  const changes = attempt.exchanges.filter(
    (other) =>
      other.path === view.path &&
      other.index < view.index &&
      served(other) &&
      ['PUT', 'DELETE'].includes(other.x.method) &&
      byValid(other),
  );
  const titles = changes
    .filter(({ x }) => x.method === 'PUT')
    .map(({ x }) => objectOf(parsed(x.requestBody ?? ''))['title'])
    .filter((title) => typeof title === 'string');
  const title = titles.at(-1);
  const archived = changes.some(({ x }) => x.method === 'DELETE');
  const status = textOf(objectOf(field(view, 'metadata'))['status']);
  const lostTitle = title !== undefined && typeof field(view, 'title') === 'string' && field(view, 'title') !== title;
  const lostArchive = archived && status !== '' && status !== 'archived';
  if (!lostTitle && !lostArchive) return null;
  const same = readsOf(scene, attempt).filter(
    (other) => other.path === view.path && served(other) && other.at >= view.at,
  );
  const mixed = lostTitle && same.some((other) => field(other, 'title') === title);
  return lostDraft(scene, view, describe(view), lostTitle ? 'a renamed title' : 'an archived thread', mixed);
};

/** The thread was created in this attempt, so whatever is in it was said in this attempt. */
const isNew = (attempt: RedAttempt, thread: string): boolean =>
  attempt.sockets.length === 0 &&
  attempt.exchanges.some(
    (view) =>
      view.x.method === 'POST' && view.path === '/api/threads' && isSuccess(view.x) && field(view, 'id') === thread,
  );

/** Markers of the messages that each user posted, with the place. */
const marked = onceAnAttempt((attempt) => {
  const found = new Map<string, { readonly path: string; readonly markers: readonly string[] }[]>();
  for (const { x, path } of attempt.exchanges) {
    if (x.method !== 'POST' || !MESSAGES.test(path) || !isSuccess(x)) continue;
    const by = baseIdentity(x.identity);
    const before = found.get(by) ?? [];
    before.push({ path, markers: markersIn(x.requestBody ?? '') });
    found.set(by, before);
  }
  return found;
});

/** Markers that anybody sent. */
const spoken = onceAnAttempt(
  (attempt) => new Set(attempt.exchanges.flatMap(({ x }) => markersIn(x.requestBody ?? ''))),
);

/** Messages of a thread that were posted to another thread of the same user, or that nobody posted to a new one. */
const mixedUp = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  const thread = MESSAGES.test(view.path) ? view.path.split('/')[3] : undefined;
  if (thread === undefined || view.x.method !== 'GET' || !served(view) || !byValid(view)) return null;
  const posts = marked(attempt).get(baseIdentity(view.x.identity)) ?? [];
  const own = new Set(posts.filter(({ path }) => path === view.path).flatMap(({ markers }) => markers));
  const other = posts
    .filter(({ path }) => path !== view.path)
    .flatMap(({ markers }) => markers)
    .filter((marker) => !own.has(marker));
  const spokenOf = isNew(attempt, thread) ? spoken(attempt) : null;
  const stray = markersIn(view.x.body).filter(
    (marker) => other.includes(marker) || (spokenOf !== null && !spokenOf.has(marker)),
  );
  if (stray.length === 0) return null;
  return {
    cause: 'thread-mixup',
    phase: 'http-api',
    signal: 'high',
    fact: `${describe(view)}: shows ${stray.join(', ')} of another thread`,
    detail: "another own thread's messages",
    rank: 1,
    fits,
  };
};

const textIn = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return listOf(value)
    .map((part) => textOf(objectOf(objectOf(part)['text'])['value']))
    .join('');
};

const ALTERED = {
  cause: 'data-corrupted',
  phase: 'http-api',
  signal: 'high',
  detail: 'content comes back altered',
  rank: 1,
  fits,
} as const;

/** The messages that a reply shows: one, or a list of them. */
const messagesIn = (view: HttpView): readonly Record<string, unknown>[] => {
  const whole = objectOf(view.json);
  return [whole, objectOf(whole['message']), ...(items(view) ?? [])];
};

/** What was said in each message that was confirmed, by its id. */
const said = onceAnAttempt((attempt) => {
  const chats = chatWrites(attempt).map(({ id, view }) => {
    const { content, metadata } = objectOf(parsed(view.x.requestBody ?? ''));
    return { id, sent: textOf(content), metadata };
  });
  const posts = postsTo(attempt).map((one) => ({ ...one, metadata: undefined }));
  return new Map([...posts, ...chats].map((one) => [one.id, one]));
});

/** A record came back with other content than was confirmed, or was confirmed with other content than was sent. */
const altered = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (!served(view) || view.truncated || !byValid(view) || !/^\/api\/(?:chat\/messages|threads)\b/.test(view.path))
    return null;
  const sent = said(attempt);
  const wrong = messagesIn(view).some((shown) => {
    const written = sent.get(textOf(shown['id']));
    if (written === undefined || written.sent === '' || !('content' in shown)) return false;
    return (
      textIn(shown['content']) !== written.sent ||
      (written.metadata !== undefined && 'metadata' in shown && !isDeepStrictEqual(shown['metadata'], written.metadata))
    );
  });
  return wrong ? { ...ALTERED, fact: describe(view) } : null;
};

/** Titles that were sent for each thread; null: the server chose one itself. */
const titlesOf = onceAnAttempt((attempt) => {
  const found = new Map<string, { readonly index: number; readonly title: string | null }[]>();
  for (const view of attempt.exchanges) {
    const { method, requestBody } = view.x;
    const id = textOf(field(view, 'id'));
    const named = (method === 'POST' && view.path === '/api/threads') || (method === 'PUT' && view.path.endsWith(id));
    const chosen = view.path.endsWith('/auto-rename');
    if (id === '' || !view.path.startsWith('/api/threads') || !(named || chosen) || !served(view) || !byValid(view))
      continue;
    const title = chosen ? null : textOf(objectOf(parsed(requestBody ?? ''))['title']);
    if (title !== '') found.set(id, [...(found.get(id) ?? []), { index: view.index, title }]);
  }
  return found;
});

/** A title that nobody ever sent for this thread. */
const alteredTitle = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (!/^\/api\/threads(?:\/[^/]+)?$/.test(view.path) || !served(view) || !byValid(view)) return null;
  const titles = (titlesOf(attempt).get(textOf(field(view, 'id'))) ?? [])
    .filter(({ index }) => index <= view.index)
    .map(({ title }) => title);
  const shown = textOf(field(view, 'title'));
  if (titles.length === 0 || shown === '' || titles.includes(shown) || titles.includes(null)) return null;
  return { ...ALTERED, fact: describe(view), detail: 'a title comes back altered' };
};

/** A stream says that it works on another text than it was asked for. */
const alteredRequest = (view: HttpView): FindingDraft | null => {
  if (view.x.method !== 'POST' || !/^\/api\/(?:agents|chat)\/stream$/.test(view.path) || !served(view)) return null;
  const request = objectOf(parsed(view.x.requestBody ?? ''));
  const asked = textOf(request['message']) || textOf(request['content']);
  const wrong = framesOf(view).frames.some(
    (one) =>
      (one['event'] === 'agent_started' && textOf(one['message']) !== asked) ||
      (one['type'] === 'user_message' && textOf(objectOf(one['message'])['content']) !== asked),
  );
  if (asked === '' || !wrong) return null;
  return { ...ALTERED, fact: describe(view), detail: 'the request arrives altered', fits: [...fits, 'events-order'] };
};

/** Pages, totals and order, where the failure says so and nothing is lost. */
const paged = (attempt: RedAttempt, view: HttpView): FindingDraft | null => {
  if (view.x.method !== 'GET' || !served(view) || !/\/messages$/.test(view.path) || !byValid(view)) return null;
  if (!attempt.failures.some((failure) => failure.class === 'pagination')) return null;
  const posts = attempt.exchanges.filter(
    ({ x, path }) => x.method === 'POST' && path === view.path && isSuccess(x),
  ).length;
  const list = items(view);
  const total = field(view, 'total') ?? field(view, 'total_count');
  const limit = Number(view.query.get('limit') ?? 50);
  const offset = Number(view.query.get('offset') ?? 0);
  const wrongTotal =
    typeof total === 'number' && list !== null && total !== posts && (list.length >= limit || total === list.length);
  const wrongSize = list !== null && list.length !== Math.max(0, Math.min(limit, posts - offset));
  // A page with room for all that counts what it shows: what is not there was lost, not paged wrongly.
  if (list !== null && offset === 0 && list.length < limit && total === list.length && list.length < posts)
    return {
      cause: 'persistence-lost',
      phase: 'http-api',
      signal: 'medium',
      fact: `${describe(view)}; ${posts} were posted`,
      detail: 'confirmed, then absent: listed messages',
      facet: 'store',
      fits: ['pagination', 'not-persisted'],
    };
  return {
    cause: 'pagination-wrong',
    phase: 'http-api',
    signal: wrongTotal || wrongSize ? 'high' : 'medium',
    fact: `${describe(view)}; ${posts} were posted`,
    detail: wrongTotal ? 'total is not the number of records' : 'page, total or order wrong',
    rank: wrongTotal || wrongSize ? 1 : 2,
    fits: ['pagination', 'not-persisted'],
  };
};

export const storageDraft = (scene: Scene, attempt: RedAttempt, view: HttpView): FindingDraft | null =>
  absentById(scene, attempt, view) ??
  shortList(scene, attempt, view) ??
  overcounted(attempt, view) ??
  alteredTitle(attempt, view) ??
  undone(scene, attempt, view) ??
  mixedUp(attempt, view) ??
  altered(attempt, view) ??
  alteredRequest(view) ??
  paged(attempt, view);
