/**
 * How a target differs from a release of the contract: routes, bodies, the token, one refusal of each kind, the socket.
 * Each difference has the line that a profile of it would have. It reads what comes, and expects nothing.
 */
import { decodeJwt } from 'jose/jwt/decode';
import { z } from 'zod';
import { testLoginReply } from '../contract/auth.ts';
import { callFor, type AnyCall, type Endpoint, type Own } from '../contract/endpoint.ts';
import { ENDPOINTS, endpoints } from '../contract/endpoints.ts';
import { routerNotFound } from '../contract/errors.ts';
import { BYPASS_KEY_HEADER } from '../contract/headers.ts';
import type { Meaning } from '../contract/refusals.ts';
import type { Release } from '../contract/release.ts';
import { offered, RELEASES } from '../contract/releases.ts';
import { TEST_EMAIL_DOMAIN } from '../contract/testability.ts';
import { Caller } from '../../fixtures/caller.ts';
import type { Environment } from '../../fixtures/environment.ts';
import { TokenSource } from '../../fixtures/identities.ts';
import { parseBody, type Reply } from '../../fixtures/reply.ts';
import { protect } from '../evidence/redaction.ts';
import { forge, subjectOf } from '../../fixtures/tokens.ts';
import type { Difference } from './difference.ts';
import { shapeOf } from './shape.ts';
import { socketDifferences, type SocketTarget } from './socket-diff.ts';

const isMissing = (reply: Reply): boolean => {
  const body = parseBody(reply.answer, routerNotFound);
  return reply.is('unknown') && 'value' in body;
};

/** A token without a look at its claims: what they look like is one of the questions. */
const tokenOf = async (nobody: Caller, environment: Environment, label: 'A' | 'B', name: string): Promise<string> => {
  if (environment.tokenSource !== 'auth-service')
    return (await new TokenSource(environment).session(nobody.client, label, name)).accessToken;
  const email = `${name}@${TEST_EMAIL_DOMAIN}`;
  const headers = { [BYPASS_KEY_HEADER]: environment.bypassKey ?? '' };
  const { access_token, refresh_token } = (await nobody.auth.testLogin.response({ email, name }, { headers })).ok(
    'identity.mint',
    testLoginReply,
  );
  protect('token', access_token);
  protect('token', refresh_token);
  return access_token;
};

const tokenDifference = (token: string, { tokenClaims }: Release): readonly Difference[] => {
  const claims = decodeJwt(token);
  const parsed = tokenClaims.safeParse(claims);
  return (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = path.join('.');
    const is = JSON.stringify(claims[name]);
    const draft = `tokenClaims: z.looseObject({ ...tokenClaims.shape, ${name}: ${shapeOf(claims[name])} })`;
    return { at: `tokenClaims.${name}`, was: message, is, draft };
  });
};

/** Paths that other releases have for it. */
const otherPaths = (endpoint: Endpoint): readonly Endpoint[] =>
  RELEASES.flatMap((release) => offered(release, endpoint) ?? []).filter(({ path }) => path !== endpoint.path);

/** Reads that need no record: their bodies are looked at. */
const READS = ENDPOINTS.filter(
  ({ method, path, frame, host, access }) =>
    method === 'GET' && !path.includes('{') && frame === undefined && host === 'api' && access !== 'administrator',
);

const endpointDifference = async (caller: Caller, release: Release, of: Endpoint): Promise<readonly Difference[]> => {
  const endpoint = offered(release, of);
  const asked = await caller.send(endpoint ?? of);
  if (endpoint === undefined)
    return isMissing(asked)
      ? []
      : [{ at: of.id, was: 'not offered', is: String(asked.status), draft: `'${of.id}': {}` }];
  const at = endpoint.id;
  const was = `${endpoint.method} ${endpoint.path}`;
  if (isMissing(asked)) {
    for (const other of otherPaths(endpoint)) {
      if (isMissing(await caller.send(other))) continue;
      return [{ at, was, is: `${other.method} ${other.path}`, draft: `'${at}': { path: '${other.path}' }` }];
    }
    return [{ at, was, is: 'not offered', draft: `'${at}': 'not offered'` }];
  }
  if (asked.status !== 200)
    return [{ at, was: `${was} -> 200`, is: String(asked.status), draft: `/* '${at}' is ${asked.status} */` }];
  const body = parseBody(asked.answer, endpoint.success ?? z.unknown());
  if ('value' in body) return [];
  const received = parseBody(asked.answer, z.unknown());
  const shape = 'value' in received ? shapeOf(received.value) : 'z.unknown()';
  return [{ at, was: body.wrong, is: asked.text.slice(0, 300), draft: `'${at}': { success: ${shape} }` }];
};

/** A refusal of each kind that one request can meet; `rateLimited` takes a hundred, so it is not asked for. */
const refusalsOf = async (
  owner: Caller,
  other: Caller,
  nobody: Caller,
  marker: string,
): Promise<readonly [Meaning, Reply][]> => {
  const { create, read } = endpoints.threads;
  const forged = new Caller(
    owner.client,
    { label: 'forged(A)', token: await forge(owner.identity.token ?? '') },
    owner.deadlines,
  );
  const made = await owner.threads.create({ title: marker });
  const own: Own = {
    marker,
    email: '',
    accessToken: '',
    refreshToken: '',
    message: '',
    agent: '',
    run: '',
    thread: made.id,
  };
  const meeting = (endpoint: Endpoint, meaning: Meaning): Promise<Reply> =>
    owner.send(endpoint, callFor(endpoint, meaning, own));
  const start: AnyCall = { body: { message: marker, agent_id: `${marker}-agent` } };
  await owner.send(endpoints.agents.start, start);
  try {
    return [
      ['notAuthenticated', await nobody.threads.list.response()],
      ['badToken', await forged.threads.list.response()],
      ['forbidden', await other.threads.read.response(made)],
      ['unknown', await meeting(read, 'unknown')],
      ['conflict', await owner.send(endpoints.agents.start, start)],
      ['invalid', await meeting(create, 'invalid')],
      ['tooLarge', await meeting(create, 'tooLarge')],
    ];
  } finally {
    await owner.agents.stop.response({ agent_id: `${marker}-agent` });
    await owner.threads.archive.response(made);
  }
};

const refusalDifference = (release: Release, [meaning, reply]: readonly [Meaning, Reply]): readonly Difference[] => {
  const { statuses } = release.refusals[meaning];
  if (statuses.some((status) => status === reply.status)) return [];
  const at = `refusals.${meaning}`;
  const draft = `${meaning}: { ...before.refusals.${meaning}, statuses: [${reply.status}] }`;
  return [{ at, was: statuses.join(' or '), is: String(reply.status), draft }];
};

export const contractDiff = async (
  nobody: Caller,
  environment: Environment,
  socket: SocketTarget,
  release: Release,
  marker: string,
): Promise<readonly Difference[]> => {
  const [a, b] = [
    await tokenOf(nobody, environment, 'A', `${marker}-a`),
    await tokenOf(nobody, environment, 'B', `${marker}-b`),
  ];
  const callerOf = (label: string, token: string) => new Caller(nobody.client, { label, token }, nobody.deadlines);
  const [owner, other] = [callerOf('A', a), callerOf('B', b)];
  const found: Difference[] = [...tokenDifference(a, release)];
  for (const endpoint of READS)
    found.push(...(await endpointDifference(endpoint.access === 'public' ? nobody : owner, release, endpoint)));
  const refused = await refusalsOf(owner, other, nobody, marker);
  found.push(...refused.flatMap((one) => refusalDifference(release, one)));
  found.push(...(await socketDifferences(socket, release, { token: a, userId: subjectOf(a) ?? '' })));
  return found;
};

/** The lines of a draft profile, to be put into `src/contract/releases/<name>.ts`. */
export const draftOf = (differences: readonly Difference[], { name }: Release): readonly string[] => {
  const drafts = (prefix: RegExp) => differences.filter(({ at }) => prefix.test(at)).map(({ draft }) => draft);
  const block = (member: string, lines: readonly string[], spread = false): string[] =>
    lines.length === 0
      ? []
      : [
          `  ${member}: {`,
          ...(spread ? [`    ...before.${member},`] : []),
          ...lines.map((line) => `    ${line},`),
          '  },',
        ];
  return [
    `import { ${name.replace('-', '')} as before } from './${name}.ts';`,
    'export const draft: Release = {',
    '  ...before,',
    "  name: 'draft',",
    ...block('endpoints', drafts(/^(?!tokenClaims|refusals|socket\.)/)),
    ...block('refusals', drafts(/^refusals/), true),
    ...drafts(/^tokenClaims/).map((line) => `  ${line},`),
    ...block('socket', drafts(/^socket\./), true),
    '};',
  ];
};
