/** What the probes answered, one value a question; null = not asked, or it failed for another reason and excludes nothing. */
import { baseIdentity, field, isHtml, isSuccess, objectOf, textOf, type HttpView } from './http-view.ts';
import { dataOf, refusalCodes, systemEvent, welcomed, type SocketView } from './socket-view.ts';

export interface ProbeAnswers {
  readonly exchanges: readonly HttpView[];
  readonly sockets: readonly SocketView[];
  readonly health: boolean | null;
  /** The transport control opened and answered. */
  readonly wsTest: boolean | null;
  readonly wsTestStatus: number | null;
  /** Upgrade of a path that does not exist. */
  readonly wsRandomStatus: number | null;
  readonly wsConfigStatus: number | null;
  readonly getWs: HttpView | null;
  readonly wsNone: SocketView | null;
  readonly wsBad: SocketView | null;
  readonly wsRepeat: SocketView | null;
  readonly wsNoOffer: boolean | null;
  /** Carriers by which the same token was welcomed, and by which not. */
  readonly carriersGood: readonly string[];
  readonly carriersBad: readonly string[];
  /** A token (or none) was judged alike with and without detection headers. */
  readonly headersChange: string | null;
  readonly otherUser: boolean | null;
  readonly httpToken: boolean | null;
  readonly authHealthy: boolean | null;
  readonly verifyValid: boolean | null;
  readonly httpRun: 'answered' | 'refused' | 'stalled' | null;
  /** The answer of a silent run stands in its thread. */
  readonly stored: boolean | null;
  readonly reread: readonly HttpView[];
  /** The other of http and https answers. */
  readonly otherScheme: boolean | null;
}

const last = <Item>(items: readonly Item[]): Item | null => items.at(-1) ?? null;
const yes = (values: readonly boolean[]): boolean | null => (values.length === 0 ? null : values.some(Boolean));

const answered = (view: HttpView): boolean => view.x.status !== null;

/** How far a caller got: what must not depend on detection headers. */
export const reached = (view: SocketView): string => {
  if (view.s.upgrade !== null) return `refused ${view.s.upgrade.status}`;
  if (!view.opened) return view.s.error?.message ?? 'not opened';
  if (welcomed(view)) return 'welcomed';
  const codes = refusalCodes(view).join(', ');
  const { close } = view.s;
  return `${codes === '' ? 'no frame' : codes}, ${close === null ? 'open' : `close ${close.code}`}`;
};

const httpRunOf = (runs: readonly HttpView[]): ProbeAnswers['httpRun'] => {
  const run = last(runs);
  if (run === null) return null;
  const status = textOf(field(run, 'status'));
  if (isSuccess(run.x) && status === 'success') return 'answered';
  if (status === 'timeout' || run.x.error !== null) return 'stalled';
  // A refused token or a filter says nothing about agents.
  if (run.x.status === 401 || run.x.status === 403 || run.x.status === 429) return null;
  return 'refused';
};

const headersChangeOf = (sockets: readonly SocketView[]): string | null => {
  for (const sent of [true, false]) {
    const tries = sockets.filter(({ s }) => (s.carrier !== null) === sent);
    const withHeaders = tries.find(({ s }) => s.detection);
    const without = tries.find(({ s }) => !s.detection);
    if (withHeaders === undefined || without === undefined) continue;
    const [a, b] = [reached(withHeaders), reached(without)];
    if (a !== b) return `${sent ? 'valid token' : 'no token'}: ${a} with detection headers, ${b} without`;
  }
  return null;
};

const storedAnswer = (view: HttpView): boolean => /"role"\s*:\s*"assistant"/.test(view.x.body);

export const probesOf = (exchanges: readonly HttpView[], sockets: readonly SocketView[]): ProbeAnswers => {
  const http = (id: string) => exchanges.filter(({ x }) => x.probe === id);
  const socks = (id: string) => sockets.filter(({ s }) => s.probe === id);
  const tests = socks('ws-test');
  const carriers = socks('ws-carriers');
  const threads = http('http-token').filter(({ path }) => path.startsWith('/api/threads') && path !== '');
  const mcp = http('http-token').filter(({ path }) => path.startsWith('/api/mcp/status'));
  const token = [
    ...threads.filter(({ x }) => isSuccess(x) || x.status === 401).map(({ x }) => isSuccess(x) && !isHtml(x)),
    ...mcp
      .filter((view) => typeof field(view, 'authenticated') === 'boolean')
      .map((view) => field(view, 'authenticated') === true),
  ];
  const verify = http('verify');
  const noOffer = last(socks('ws-no-offer'));
  const other = socks('ws-other-user');
  return {
    exchanges,
    sockets,
    health: yes(http('health').map(({ x, json }) => x.status === 200 && objectOf(json)['status'] === 'healthy')),
    wsTest: yes(tests.map((view) => view.opened && view.received.length > 0)),
    wsTestStatus: last(tests)?.s.upgrade?.status ?? null,
    wsRandomStatus: last(socks('ws-random'))?.s.upgrade?.status ?? null,
    wsConfigStatus: last(http('ws-config'))?.x.status ?? null,
    getWs: last(http('get-ws').filter(answered)),
    wsNone: last(socks('ws-none')),
    wsBad: last(socks('ws-bad')),
    wsRepeat: last(socks('ws-repeat')),
    wsNoOffer: noOffer === null ? null : welcomed(noOffer),
    carriersGood: carriers.filter(welcomed).map(({ s }) => s.carrier ?? 'none'),
    carriersBad: carriers.filter((view) => !welcomed(view) && view.opened).map(({ s }) => s.carrier ?? 'none'),
    headersChange: headersChangeOf(socks('ws-headers')),
    otherUser: yes(other.filter(({ s }) => baseIdentity(s.identity) !== 'A').map(welcomed)),
    httpToken: token.length === 0 ? null : token.every(Boolean) ? true : token.some(Boolean) ? null : false,
    authHealthy: yes(verify.filter(({ path }) => /\/health\/?$/.test(path)).map(({ x }) => x.status === 200)),
    verifyValid: yes(
      verify.filter((view) => typeof field(view, 'valid') === 'boolean').map((view) => field(view, 'valid') === true),
    ),
    httpRun: httpRunOf(http('http-run')),
    stored: yes(
      http('stored')
        .filter(({ x }) => isSuccess(x) && !isHtml(x))
        .map(storedAnswer),
    ),
    reread: http('reread').filter((view) => view.x.status !== null),
    otherScheme: yes(http('scheme').map(answered)),
  };
};

/** The socket answered our ping, whatever else it did. */
export const ponged = (view: SocketView | null): boolean | null => {
  if (view === null) return null;
  const ping = view.sent.find(({ type }) => type === 'ping');
  if (ping === undefined) return null;
  return view.received.some(({ type, frame }) => type === 'pong' && frame.at >= ping.frame.at);
};

export const eventsOf = (view: SocketView): readonly string[] =>
  view.received.map((one) => (one.type === 'system_message' ? systemEvent(one) : one.type));

export const userIdsOf = (view: SocketView): readonly string[] =>
  view.received
    .flatMap((one) => [textOf(dataOf(one)['user_id']), textOf(one.json['user_id'])])
    .filter((id) => id !== '');
